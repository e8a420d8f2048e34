#include <doctest/doctest.h>

#include <condition_variable>

#include "gateway/http/server.h"
#include "tests/gateway/http/harness.h"

using namespace keyturn;

namespace {

// Buffers what goes to /buffered, streams the rest, refuses /refused.
class TestFront final : public Front, public Handler {
 public:
  explicit TestFront(std::uint16_t port) {
    Destination::Options options;
    options.origin = {.host = "127.0.0.1", .port = port};
    options.injected = {{"Authorization", "Bearer endpoint-key"}, {"X-Gateway", "keyturn"}};
    options.removed = {"X-Private"};
    destination_ = std::make_shared<const Destination>(std::move(options));
  }

  HeadDecision on_head(const Head& head) override {
    if (head.path() == "/refused") return problem(403, "no-class", "nothing matches");
    if (head.path().starts_with("/stream")) return keyturn::Relay{destination_, 7};
    return BufferBody{.bytes_max = 1 << 20};
  }
  BodyDecision on_body(const Head& head, std::string_view body) override {
    if (body == "refuse") return problem(403, "no-class", "the body matches nothing");
    if (head.path() == "/held") return HandOver{this};
    return keyturn::Relay{destination_, 7};
  }
  void handle(std::shared_ptr<Exchange> exchange) override {
    exchange->respond({.status = 200, .fields = {}, .body = exchange->request().body});
  }
  void on_relayed(const Relayed& relayed) override {
    const std::lock_guard lock(mutex_);
    relayed_.push_back(relayed);
    changed_.notify_all();
  }
  void on_refused(unsigned status) override { refused_ = status; }

  Relayed next_relayed() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !relayed_.empty(); }))
      throw std::runtime_error("nothing was relayed");
    const Relayed first = relayed_.front();
    relayed_.erase(relayed_.begin());
    return first;
  }
  unsigned refused() const { return refused_; }

 private:
  std::shared_ptr<const Destination> destination_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Relayed> relayed_;
  std::atomic<unsigned> refused_ = 0;
};

class Gateway {
 public:
  explicit Gateway(std::uint16_t origin_port, UpstreamLimits upstream_limits = {},
                   ServerLimits limits = {})
      : front_(origin_port) {
    thread_.on_loop([&] {
      upstreams_ = std::make_unique<Upstreams>(thread_.loop(), upstream_limits);
      server_ = Server::create(thread_.loop(), {}, front_, *upstreams_, limits).value();
    });
  }
  ~Gateway() {
    thread_.on_loop([&] {
      server_.reset();
      upstreams_.reset();
    });
  }
  Wire connect(int receive_buffer_bytes = 0) {
    return Wire::to(server_->port(), receive_buffer_bytes);
  }
  TestFront& front() { return front_; }

 private:
  LoopThread thread_;
  TestFront front_;
  std::unique_ptr<Upstreams> upstreams_;
  std::unique_ptr<Server> server_;
};

const std::string get = "GET /a HTTP/1.1\r\nHost: gateway\r\n\r\n";
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: gateway\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// An origin that answers every request with `answer`, and keeps what it was sent.
struct Fixed {
  explicit Fixed(std::string its_answer)
      : answer(std::move(its_answer)), origin([this](Wire& wire) {
          for (;;) {
            const std::string request = wire.read_message();
            if (request.empty()) return;
            {
              const std::lock_guard lock(mutex);
              requests.push_back(request);
            }
            if (!wire.write(answer)) return;
            if (closes) return;
          }
        }) {}
  std::string last() {
    const std::lock_guard lock(mutex);
    return requests.empty() ? "" : requests.back();
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return requests.size();
  }
  const std::string answer;
  std::atomic<bool> closes = false;
  std::mutex mutex;
  std::vector<std::string> requests;
  ScriptedOrigin origin;
};

}  // namespace

TEST_CASE("a pass forwards the request's own bytes, framing anew, with the endpoint's credential") {
  Fixed fixed(ok);
  Gateway gateway(fixed.origin.port());
  Wire wire = gateway.connect();
  wire.write(
      "POST /v1/chat?x=%20y HTTP/1.1\r\nHost: gateway\r\nAccept: */*\r\nAuthorization: Bearer "
      "mine\r\n"
      "x-api-key: mine\r\nCookie: session=1\r\nX-Private: p\r\nX-GATEWAY: forged\r\n"
      "X-Stainless-Retry-Count: 0\r\nTE: trailers\r\nKeep-Alive: timeout=5\r\nProxy-Connection: "
      "close\r\n"
      "Proxy-Authorization: Basic x\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n"
      "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(body_of(wire.read_message()) == "ok");
  CHECK(fixed.last() ==
        "POST /v1/chat?x=%20y HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(fixed.origin.port()) +
            "\r\nAuthorization: Bearer endpoint-key\r\nX-Gateway: keyturn\r\nAccept: */*\r\n"
            "X-Stainless-Retry-Count: 0\r\nContent-Type: application/json\r\nContent-Length: "
            "2\r\n\r\n{}");
  wire.write(
      "POST /buffered HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  wire.read_message();
  CHECK(contains(fixed.last(), "\r\nContent-Length: 3\r\n\r\nabc"));
  wire.write(
      "POST /stream HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  wire.read_message();
  CHECK(contains(fixed.last(),
                 "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"));
  wire.write(get);
  wire.read_message();
  CHECK_FALSE(contains(fixed.last(), "Content-Length"));
  // One connection carried them all.
  CHECK(fixed.origin.connections() == 1);
  const Relayed relayed = gateway.front().next_relayed();
  CHECK(relayed.tag == 7);
  CHECK(relayed.status == 200);
  CHECK(relayed.end == Relayed::End::complete);
  CHECK(relayed.request_body_bytes == 2);
  CHECK(relayed.response_body_bytes == 2);
}

TEST_CASE("the front refuses by head and by body, and hands over; the origin hears nothing") {
  Fixed fixed(ok);
  Gateway gateway(fixed.origin.port());
  Wire wire = gateway.connect();
  wire.write("GET /refused HTTP/1.1\r\nHost: g\r\n\r\n" + post("/a", "refuse") +
             post("/held", "hi"));
  CHECK(status_line(wire.read_message()) == "HTTP/1.1 403 Forbidden");
  CHECK(status_line(wire.read_message()) == "HTTP/1.1 403 Forbidden");
  CHECK(body_of(wire.read_message()) == "hi");
  Wire unread = gateway.connect();
  unread.write("POST /refused HTTP/1.1\r\nHost: g\r\nContent-Length: 100\r\n\r\n");
  CHECK(contains(unread.read_to_end(), "Connection: close\r\n"));
  Wire malformed = gateway.connect();
  malformed.write("GET /../a HTTP/1.1\r\nHost: g\r\n\r\n");
  CHECK(status_line(malformed.read_to_end()) == "HTTP/1.1 400 Bad Request");
  CHECK(gateway.front().refused() == 400);
  CHECK(fixed.count() == 0);
}

TEST_CASE("an answer keeps its status and end-to-end fields, and loses those of the hop") {
  Fixed fixed(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 418 I'm a teapot\r\nContent-Type: text/plain\r\nX-Hop: secret\r\nConnection: "
      "X-Hop\r\n"
      "Keep-Alive: timeout=5\r\nKeyturn-Warrant: forged\r\nLocation: http://elsewhere/\r\n"
      "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Encoding: gzip\r\nContent-Length: "
      "3\r\n\r\ntea");
  Gateway gateway(fixed.origin.port());
  Wire wire = gateway.connect();
  wire.write(get);
  CHECK(wire.read_message() ==
        "HTTP/1.1 418 \r\nContent-Type: text/plain\r\nLocation: http://elsewhere/\r\n"
        "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Encoding: gzip\r\nContent-Length: "
        "3\r\n\r\ntea");
}

TEST_CASE("a redirect is an answer like any other, and is not followed [T05]") {
  Fixed elsewhere(ok);
  Fixed fixed("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" +
              std::to_string(elsewhere.origin.port()) + "/\r\nContent-Length: 0\r\n\r\n");
  Gateway gateway(fixed.origin.port());
  Wire wire = gateway.connect();
  wire.write(get);
  CHECK(status_line(wire.read_message()) == "HTTP/1.1 302 Found");
  // Nor does a Host or an absolute target choose the origin.
  wire.write("GET /a HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(elsewhere.origin.port()) +
             "\r\n\r\n");
  CHECK(status_line(wire.read_message()) == "HTTP/1.1 302 Found");
  CHECK(elsewhere.count() == 0);
}

TEST_CASE("answers without a body end with their head: HEAD, 204, 304") {
  for (const std::string line : {"200 OK", "204 No Content", "304 Not Modified"}) {
    const bool head = line == "200 OK";
    const std::string length = line.starts_with("204") ? "" : "Content-Length: 5\r\n";
    Fixed fixed("HTTP/1.1 " + line + "\r\n" + length + "\r\n");
    Gateway gateway(fixed.origin.port());
    Wire wire = gateway.connect();
    for (int i = 0; i < 2; ++i) {
      wire.write(std::string(head ? "HEAD" : "GET") + " /a HTTP/1.1\r\nHost: g\r\n\r\n");
      CHECK(wire.read_until("\r\n\r\n") == "HTTP/1.1 " + line + "\r\n" + length + "\r\n");
    }
    CHECK(fixed.origin.connections() == 1);
  }
}

TEST_CASE("chunks are framed anew, and a body that ends with its connection becomes chunks") {
  Fixed chunked(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
  Fixed until_close("HTTP/1.1 200 OK\r\n\r\nhello world");
  until_close.closes = true;
  for (Fixed* fixed : {&chunked, &until_close}) {
    Gateway gateway(fixed->origin.port());
    Wire wire = gateway.connect();
    wire.write(get);
    const std::string answer = wire.read_message();
    CHECK(contains(answer, "Transfer-Encoding: chunked\r\n"));
    CHECK(contains(answer, "hello"));
    CHECK(answer.ends_with("0\r\n\r\n"));
    Wire old = gateway.connect();
    old.write("GET /a HTTP/1.0\r\nHost: g\r\n\r\n");
    CHECK(body_of(old.read_to_end()) == "hello world");
  }
}

TEST_CASE("server-sent events are passed on one by one") {
  std::promise<void> first_seen;
  std::promise<void> done;
  ScriptedOrigin origin([&](Wire& wire) {
    wire.read_message();
    wire.write(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    wire.write("9\r\ndata: 1\n\n\r\n");
    // The second is not sent before the first has arrived at the client.
    first_seen.get_future().wait();
    wire.write("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
    done.get_future().wait();
  });
  Gateway gateway(origin.port());
  Wire wire = gateway.connect();
  wire.write(post("/a", "{\"stream\":true}"));
  CHECK(contains(wire.read_until("data: 1\n\n"), "text/event-stream"));
  first_seen.set_value();
  CHECK(contains(wire.read_until("0\r\n\r\n"), "data: 2\n\n"));
  done.set_value();
}

TEST_CASE("a client that leaves cancels its request upstream") {
  for (const bool answered : {false, true}) {
    std::promise<void> asked;
    std::promise<bool> cancelled;
    ScriptedOrigin origin([&](Wire& wire) {
      wire.read_message();
      if (answered) wire.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
      asked.set_value();
      // The end of the gateway's connection ends this read.
      wire.read_to_end();
      cancelled.set_value(true);
    });
    Gateway gateway(origin.port());
    Wire wire = gateway.connect();
    wire.write(post("/a", "x"));
    asked.get_future().wait();
    if (answered) wire.read_until("half");
    wire.close(answered);
    CHECK(cancelled.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
    CHECK(gateway.front().next_relayed().end == Relayed::End::client_gone);
  }
}

TEST_CASE("a client that only stops sending still gets its answer") {
  std::promise<void> go;
  ScriptedOrigin origin([&](Wire& wire) {
    wire.read_message();
    go.get_future().wait();
    wire.write(ok);
  });
  Gateway gateway(origin.port());
  Wire wire = gateway.connect();
  wire.write(get);
  wire.half_close();
  CHECK(wire.read_until("\r\n\r\n") == "HTTP/1.1 102 Processing\r\n\r\n");
  go.set_value();
  CHECK(body_of(wire.read_to_end()) == "ok");
}

TEST_CASE("an answer that has two readings gives 502, and its connection is dropped [T39]") {
  const std::string bad[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: 02\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: "
      "2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
      "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      "HTTP/1.1 999 Strange\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nok",
      "ICY 200 OK\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nX-A: " + std::string(40'000, 'a') + "\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
  };
  for (const std::string& answer : bad) {
    CAPTURE(answer);
    Fixed fixed(answer);
    Gateway gateway(fixed.origin.port());
    Wire wire = gateway.connect();
    wire.write(get);
    CHECK(status_line(wire.read_message()) == "HTTP/1.1 502 Bad Gateway");
    CHECK(gateway.front().next_relayed().end == Relayed::End::upstream_failed);
    wire.write(get);
    wire.read_message();
    CHECK(fixed.origin.connections() == 2);
  }
}

TEST_CASE("bytes behind an answer are never taken for the next one [T39]") {
  Fixed fixed(ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  Gateway gateway(fixed.origin.port());
  Wire wire = gateway.connect();
  for (int i = 1; i <= 3; ++i) {
    wire.write(get);
    CHECK(body_of(wire.read_message()) == "ok");
    CHECK(fixed.origin.connections() == i);
  }
}

TEST_CASE(
    "an answer that breaks off midway cuts the client, so half is not taken for whole [T39]") {
  const std::string halves[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nX-Trailer: a\r\n\r\n",
  };
  for (const std::string& half : halves) {
    CAPTURE(half);
    std::promise<void> seen;
    ScriptedOrigin origin([&](Wire& wire) {
      wire.read_message();
      const std::size_t at = half.find("half") + 4;
      wire.write(half.substr(0, at));
      seen.get_future().wait();
      wire.write(half.substr(at));
    });
    Gateway gateway(origin.port());
    Wire wire = gateway.connect();
    wire.write(get);
    CHECK(contains(wire.read_until("half"), "200 OK"));
    seen.set_value();
    CHECK_FALSE(wire.ends_cleanly());
  }
}

TEST_CASE("an origin that is down, that hangs up or that is silent gives 502, 502, 504") {
  Gateway down(closed_port());
  Wire first = down.connect();
  first.write(get + get);
  CHECK(status_line(first.read_message()) == "HTTP/1.1 502 Bad Gateway");
  CHECK(status_line(first.read_message()) == "HTTP/1.1 502 Bad Gateway");

  ScriptedOrigin hangs_up([](Wire& wire) { wire.read_message(); });
  Gateway lost(hangs_up.port());
  Wire second = lost.connect();
  second.write(post("/a", "x"));
  CHECK(status_line(second.read_message()) == "HTTP/1.1 502 Bad Gateway");
  // Never sent twice: the origin may have acted on it.
  CHECK(hangs_up.connections() == 1);

  ScriptedOrigin silent([](Wire& wire) { wire.read_to_end(); });
  UpstreamLimits limits;
  limits.first_byte_ms = 50;
  Gateway slow(silent.port(), limits);
  Wire third = slow.connect();
  third.write(get);
  CHECK(status_line(third.read_message()) == "HTTP/1.1 504 Gateway Timeout");
}

TEST_CASE("a pooled connection that turns out stale: GET goes out once more, POST does not") {
  // Each connection answers one request, then reads the next and hangs up without a word.
  std::atomic<int> asked = 0;
  ScriptedOrigin origin([&](Wire& wire) {
    wire.read_message();
    ++asked;
    wire.write(ok);
    if (!wire.read_message().empty()) ++asked;
  });
  Gateway gateway(origin.port());
  Wire wire = gateway.connect();
  wire.write(get);
  CHECK(body_of(wire.read_message()) == "ok");
  wire.write(get);
  CHECK(body_of(wire.read_message()) == "ok");
  CHECK(asked == 3);
  wire.write(post("/a", "x"));
  CHECK(status_line(wire.read_message()) == "HTTP/1.1 502 Bad Gateway");
  CHECK(asked == 4);
}

TEST_CASE("connections and waiting requests are bounded: beyond them 503 [T29]") {
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  ScriptedOrigin origin([&](Wire& wire) {
    wire.read_message();
    gone.wait();
    wire.write(ok);
    while (!wire.read_message().empty()) wire.write(ok);
  });
  UpstreamLimits limits;
  limits.connections_max = 1;
  limits.pending_max = 1;
  Gateway gateway(origin.port(), limits);
  Wire first = gateway.connect();
  first.write(get);
  while (origin.connections() == 0) std::this_thread::yield();
  Wire second = gateway.connect();
  Wire third = gateway.connect();
  second.write(get);
  third.write(get);
  // One of the two waits, the other is refused: which, is the kernel's choice.
  const Relayed refused = gateway.front().next_relayed();
  CHECK(refused.status == 503);
  go.set_value();
  CHECK(body_of(first.read_message()) == "ok");
  const std::string answers =
      status_line(second.read_message()) + status_line(third.read_message());
  CHECK(contains(answers, "200 OK"));
  CHECK(contains(answers, "503 Service Unavailable"));
  CHECK(origin.connections() == 1);
}

TEST_CASE("large bodies stream both ways, and a side that stalls stops the other") {
  constexpr std::size_t bytes = 48u << 20;
  std::atomic<std::size_t> uploaded = 0;
  std::promise<void> read_on;
  std::shared_future<void> reading = read_on.get_future().share();
  ScriptedOrigin origin([&](Wire& wire) {
    wire.read_until("\r\n\r\n");
    reading.wait();
    while (uploaded < bytes) {
      const std::size_t got = wire.read_bytes(65536).size();
      if (got == 0) return;
      uploaded += got;
    }
    wire.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n");
    const std::string part(1 << 20, 'd');
    for (std::size_t sent = 0; sent < bytes; sent += part.size())
      if (!wire.write(part)) return;
  });
  Gateway gateway(origin.port());
  Wire wire = gateway.connect(65536);
  std::atomic<std::size_t> sent = 0;
  std::thread writer([&] {
    wire.write("POST /stream HTTP/1.1\r\nHost: g\r\nContent-Length: " + std::to_string(bytes) +
               "\r\n\r\n");
    const std::string part(65536, 'u');
    while (sent < bytes && wire.write(part)) sent += part.size();
  });
  // While the origin does not read, only what the buffers on the way hold is taken from the client.
  std::size_t before = 0;
  do {
    before = sent;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  } while (sent != before);
  CHECK(before < bytes / 2);
  read_on.set_value();
  const std::string head = wire.read_until("\r\n\r\n");
  writer.join();
  CHECK(uploaded == bytes);
  CHECK(contains(head, std::to_string(bytes)));
  std::size_t downloaded = 0;
  while (downloaded < bytes) {
    const std::size_t got = wire.read_bytes(1 << 20).size();
    if (got == 0) break;
    downloaded += got;
  }
  CHECK(downloaded == bytes);
  const Relayed relayed = gateway.front().next_relayed();
  CHECK(relayed.request_body_bytes == bytes);
  CHECK(relayed.response_body_bytes == bytes);
}

TEST_CASE("a slow client holds back the origin instead of filling the gateway [T29]") {
  std::atomic<std::size_t> sent = 0;
  constexpr std::size_t bytes = 64u << 20;
  ScriptedOrigin origin([&](Wire& wire) {
    wire.read_message();
    wire.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n");
    const std::string part(65536, 'd');
    while (sent < bytes && wire.write(part)) sent += part.size();
  });
  Gateway gateway(origin.port());
  Wire wire = gateway.connect(4096);
  wire.write(get);
  std::size_t before = 0;
  do {
    before = sent;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  } while (sent != before || before == 0);
  CHECK(before < bytes / 2);
  CHECK(wire.read_until("\r\n\r\n").size() > 0);
  CHECK(wire.read_bytes(bytes).size() == bytes);
}

TEST_CASE("an answer before the end of a streamed body is passed on, and the connection closed") {
  ScriptedOrigin origin([](Wire& wire) {
    wire.read_until("\r\n\r\n");
    wire.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
  });
  Gateway gateway(origin.port());
  Wire wire = gateway.connect();
  wire.write("POST /stream HTTP/1.1\r\nHost: g\r\nContent-Length: 1000000\r\n\r\nbegin");
  const std::string answer = wire.read_to_end();
  CHECK(status_line(answer) == "HTTP/1.1 413 Content Too Large");
  CHECK(contains(answer, "Connection: close\r\n"));
  CHECK(body_of(answer) == "no");
}

TEST_CASE("a streamed body that breaks off or turns malformed reaches no end upstream [T01]") {
  for (const std::string rest : {"", "5 \r\nhello\r\n0\r\n\r\n", "0\r\nHost: evil\r\n\r\n"}) {
    std::promise<std::string> seen;
    ScriptedOrigin origin([&](Wire& wire) { seen.set_value(wire.read_to_end()); });
    Gateway gateway(origin.port());
    Wire wire = gateway.connect();
    wire.write("POST /stream HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n" +
               rest);
    if (rest.empty()) {
      wire.half_close();
    } else {
      CHECK(status_line(wire.read_to_end()) == "HTTP/1.1 400 Bad Request");
    }
    const std::string request = seen.get_future().get();
    CHECK_FALSE(contains(request, "0\r\n\r\n"));
    CHECK_FALSE(contains(request, "evil"));
  }
}
