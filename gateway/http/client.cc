#include "gateway/http/client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstring>
#include <optional>

#include "gateway/http/reader.h"
#include "gateway/http/socket.h"
#include "gateway/http/tls_stream.h"
#include "gateway/http/upstream.h"
#include "gateway/http/writer.h"

namespace keyturn {
namespace {

using Clock = std::chrono::steady_clock;

struct Url {
  Origin origin;
  std::string target;
};

Result<Url> parse_url(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  const std::size_t slash =
      scheme_end != std::string_view::npos ? url.find('/', scheme_end + 3) : std::string_view::npos;
  Url parsed;
  TRY(parsed.origin, Origin::parse(url.substr(0, slash)));
  parsed.target = slash == std::string_view::npos ? "/" : url.substr(slash);
  for (char c : parsed.target)
    if (c <= ' ' || c > '~' || c == '#')
      return Error{Code::invalid,
                   "the URL `" + std::string(url) + "` has bytes that it may not have"};
  return parsed;
}

// One call on one connection. Which of unavailable and unknown an error is, is said in one place.
class Call {
 public:
  Call(const HttpCall& call, Url url) : call_(call), url_(std::move(url)) {}

  // `silence`: the timeout runs anew with every byte.
  Result<void> send(bool silence) {
    silence_ = silence;
    // Reading the system's authorities takes its time: not while the server waits for us.
    tls_ = call_.tls;
    if (url_.origin.secure && tls_ == nullptr) {
      TRY(tls_, TlsClient::open({}));
    }
    restart_timeout();
    CHECK_OK(connect());
    std::string head;
    write_request_line(head, method_name(call_.method), url_.target);
    write_field(head, "Host", url_.origin.authority());
    write_fields(head, call_.fields);
    const bool may_have_body = call_.method != Method::get && call_.method != Method::head;
    if (!call_.body.empty() || may_have_body) write_length(head, call_.body.size());
    head += close_field;
    head += "\r\n";
    sent_before_ = socket_.sent_bytes();
    if (!socket_.send({head, call_.body})) return lost("the connection broke");
    while (socket_.unsent_bytes() > 0) {
      CHECK_OK(wait(POLLOUT));
      // An origin that refuses early has its say before the rest is sent.
      if ((ready_ & POLLIN) != 0) break;
      if (!socket_.flush()) return lost("the connection broke");
    }
    reader_.start(call_.method == Method::head);
    return {};
  }

  // The next event of the answer, but for need_more.
  Result<Read> next() {
    for (;;) {
      const Read read = reader_.next();
      if (read == Read::reject) return malformed();
      if (read != Read::need_more) return read;
      if (emptied_) {
        CHECK_OK(wait(POLLIN));
      }
      const auto space = reader_.space();
      const Socket::Got got = socket_.read(space);
      emptied_ = got.emptied;
      if (got.status == Socket::Status::broken) return lost("the connection broke");
      if (got.status == Socket::Status::end) {
        if (reader_.next_at_close() == Read::end) return Read::end;
        return lost("the connection ended before the answer did");
      }
      reader_.commit(got.bytes);
      if (silence_) restart_timeout();
    }
  }

  const AnswerHead& head() const { return reader_.head(); }
  std::string_view piece() const { return reader_.piece(); }

 private:
  Result<void> connect() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    std::string host = url_.origin.host;
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    const std::string port = std::to_string(url_.origin.port);
    if (const int failed = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); failed != 0)
      return unavailable(gai_strerror(failed));
    Result<void> tried = unavailable("has no address");
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
      tried = connect_to_one(*entry);
      if (tried) break;
    }
    freeaddrinfo(found);
    return tried;
  }

  Result<void> connect_to_one(const addrinfo& entry) {
    Address address;
    if (entry.ai_addrlen > sizeof address.bytes) return unavailable("has a strange address");
    std::memcpy(address.bytes, entry.ai_addr, entry.ai_addrlen);
    address.size = entry.ai_addrlen;
    TRY(const int descriptor, connect_to(address));
    socket_.adopt(descriptor);
    if (!wait(POLLOUT)) return unavailable("no connection in time");
    if (!connected(descriptor)) return unavailable("refuses the connection");
    return url_.origin.secure ? secure() : Result<void>();
  }

  Result<void> secure() {
    if (!socket_.secure(tls_->connect(url_.origin.host, nullptr)))
      return unavailable("TLS could not be prepared");
    for (;;) {
      const Socket::Handshake state = socket_.handshake();
      if (state == Socket::Handshake::done) return {};
      if (state != Socket::Handshake::wait) return unavailable(socket_.failure());
      const bool sending = socket_.unsent_bytes() > 0;
      if (!wait(sending ? POLLOUT : POLLIN)) return unavailable("no TLS handshake in time");
      if (sending && !socket_.flush()) return unavailable("the connection broke");
    }
  }

  Result<void> wait(short events) {
    pollfd waiting{.fd = socket_.descriptor(), .events = events, .revents = 0};
    if (events == POLLOUT) waiting.events = POLLOUT | POLLIN;
    for (;;) {
      int left = -1;
      if (deadline_) {
        const auto ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(*deadline_ - Clock::now());
        left = static_cast<int>(std::max<std::int64_t>(ms.count(), 0));
      }
      const int ready = ::poll(&waiting, 1, left);
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return lost("no answer in time");
      ready_ = waiting.revents;
      return {};
    }
  }

  void restart_timeout() {
    if (call_.timeout_ms > 0)
      deadline_ = Clock::now() + std::chrono::milliseconds(call_.timeout_ms);
  }

  Error unavailable(std::string_view why) const {
    return {Code::unavailable, "`" + url_.origin.authority() + "`: " + std::string(why)};
  }
  Error lost(std::string_view why) const {
    const Code code = socket_.sent_bytes() == sent_before_ ? Code::unavailable : Code::unknown;
    return {code, "`" + call_.url + "`: " + std::string(why)};
  }
  Error malformed() const {
    return {Code::invalid,
            "`" + call_.url + "` answers what is not sound HTTP: " + std::string(reader_.what())};
  }

  const HttpCall& call_;
  const Url url_;
  std::shared_ptr<const TlsClient> tls_;
  Socket socket_;
  AnswerReader reader_;
  std::optional<Clock::time_point> deadline_;
  bool silence_ = false;
  bool emptied_ = true;            // nothing more is there to be read without waiting
  std::uint64_t sent_before_ = 0;  // the request: what TLS's handshake had sent
  short ready_ = 0;
};

HttpResponse response_of(const AnswerHead& head) {
  HttpResponse response;
  response.status = head.status;
  for (const FieldView& field : head.fields)
    response.fields.push_back({std::string(field.name), std::string(field.value)});
  return response;
}

Result<HttpResponse> read_whole(Call& call, const HttpCall& wanted, HttpResponse response) {
  for (;;) {
    TRY(const Read read, call.next());
    if (read == Read::end) return response;
    if (response.body.size() + call.piece().size() > wanted.body_bytes_max)
      return Error{Code::too_large, "`" + wanted.url + "` answers more than " +
                                        std::to_string(wanted.body_bytes_max) + " bytes"};
    response.body += call.piece();
  }
}

}  // namespace

Result<HttpResponse> http_request(const HttpCall& wanted) {
  TRY(Url url, parse_url(wanted.url));
  Call call(wanted, std::move(url));
  CHECK_OK(call.send(false));
  CHECK_OK(call.next());
  return read_whole(call, wanted, response_of(call.head()));
}

Result<HttpResponse> http_lines(const HttpCall& wanted,
                                const std::function<bool(std::string_view line)>& on_line) {
  TRY(Url url, parse_url(wanted.url));
  Call call(wanted, std::move(url));
  CHECK_OK(call.send(true));
  CHECK_OK(call.next());
  HttpResponse response = response_of(call.head());
  if (response.status < 200 || response.status > 299)
    return read_whole(call, wanted, std::move(response));
  std::string pending;
  for (;;) {
    TRY(const Read read, call.next());
    if (read == Read::end) break;
    pending += call.piece();
    std::size_t begin = 0;
    for (;;) {
      const std::size_t lf = pending.find('\n', begin);
      if (lf == std::string::npos) break;
      std::string_view line = std::string_view(pending).substr(begin, lf - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      begin = lf + 1;
      if (!on_line(line)) return response;
    }
    pending.erase(0, begin);
    if (pending.size() > wanted.body_bytes_max)
      return Error{Code::too_large, "`" + wanted.url + "` sends a line without an end"};
  }
  if (!pending.empty()) on_line(pending);
  return response;
}

}  // namespace keyturn
