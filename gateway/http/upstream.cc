#include "gateway/http/upstream.h"

#include <charconv>

#include "gateway/http/admit.h"
#include "gateway/http/upstream_pool.h"
#include "gateway/http/writer.h"

namespace keyturn {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

}  // namespace

Result<Origin> Origin::parse(std::string_view url) {
  const auto wrong = [&](std::string_view why) {
    return Error{Code::invalid, "the origin `" + std::string(url) + "` " + std::string(why)};
  };
  Origin origin;
  origin.secure = url.starts_with("https://");
  if (!origin.secure && !url.starts_with("http://"))
    return wrong("does not begin with `https://` or `http://`");
  if (origin.secure) origin.port = https_port;
  std::string_view rest = url.substr(url.find("//") + 2);
  if (rest.empty() || rest.find_first_of("/?#@ ") != std::string_view::npos)
    return wrong("is not `https://host:port` or `http://host:port`");
  const std::size_t bracket = rest.front() == '[' ? rest.find(']') : 0;
  if (bracket == std::string_view::npos) return wrong("has no `]`");
  const std::size_t colon = rest.find(':', bracket);
  origin.host = rest.substr(0, colon);
  if (origin.host.empty()) return wrong("names no host");
  if (colon == std::string_view::npos) return origin;
  const std::string_view digits = rest.substr(colon + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), origin.port);
  if (error != std::errc() || end != digits.data() + digits.size() || origin.port == 0)
    return wrong("has no port between 1 and 65535");
  return origin;
}

std::string Origin::authority() const {
  return port == (secure ? https_port : http_port) ? host : host + ":" + std::to_string(port);
}

namespace {

class RunningFetch final : public Fetch, public AnswerSink {
 public:
  RunningFetch(UpstreamPool& pool, UpstreamRequest request, Callbacks callbacks)
      : pool_(pool), request_(std::move(request)), callbacks_(std::move(callbacks)) {}
  ~RunningFetch() override { leave(); }

  void begin() {
    if (done_) return;
    const auto acquired = pool_.acquire(request_.origin, request_.fresh_connection, *this);
    if (acquired.refused)
      on_broken(*acquired.refused);
    else if (acquired.connection != nullptr)
      on_connected(*acquired.connection);
    else
      waiting_ = true;
  }

  void cancel() override {
    if (done_) return;
    done_ = true;
    leave();
    pool_.forget_fetch(this);
  }
  void pause() override {
    paused_ = true;
    if (connection_ != nullptr) connection_->pause();
  }
  void resume() override {
    paused_ = false;
    if (connection_ != nullptr) connection_->resume();
  }

 private:
  void leave() {
    if (waiting_) pool_.forget(*this);
    if (connection_ != nullptr) connection_->abandon();
    waiting_ = false;
    connection_ = nullptr;
  }

  void on_connected(UpstreamConnection& connection) override {
    waiting_ = false;
    connection_ = &connection;
    std::string head;
    write_request_line(head, method_name(request_.method), request_.target);
    write_field(head, "Host", request_.origin.authority());
    for (const Field& field : request_.fields)
      if (!same_name(field.name, "host")) write_fields(head, {field});
    const bool bodiless = request_.method == Method::get || request_.method == Method::head ||
                          request_.method == Method::del || request_.method == Method::options;
    if (!request_.body.empty() || !bodiless) write_length(head, request_.body.size());
    head += "\r\n";
    connection.start(*this, request_.method == Method::head);
    if (paused_) connection.pause();
    const std::string_view pieces[] = {head, request_.body};
    connection.send(pieces);
    connection.finish_request();
  }

  void on_answer(const AnswerHead& head) override {
    std::vector<Field> fields;
    for (const FieldView& field : head.fields)
      if (!hop_by_hop(field.name))
        fields.push_back({std::string(field.name), std::string(field.value)});
    if (callbacks_.on_head) callbacks_.on_head(head.status, fields);
  }
  void on_pieces(std::span<const std::string_view> pieces, bool last) override {
    for (std::string_view piece : pieces)
      if (!done_ && callbacks_.on_chunk) callbacks_.on_chunk(piece);
    if (!last) return;
    connection_ = nullptr;
    finish({.sent = Sent::complete, .message = {}});
  }
  void on_request_drained() override {}
  void on_broken(const Broken& broken) override {
    waiting_ = false;
    connection_ = nullptr;
    finish({.sent = broken.sent,
            .message = "`" + request_.origin.authority() + "`: " + std::string(broken.what)});
  }

  void finish(Outcome outcome) {
    if (done_) return;
    done_ = true;
    const auto on_done = std::move(callbacks_.on_done);
    pool_.forget_fetch(this);  // may be the end of this object: touch it no more
    if (on_done) on_done(std::move(outcome));
  }

  UpstreamPool& pool_;
  UpstreamRequest request_;
  Callbacks callbacks_;
  UpstreamConnection* connection_ = nullptr;
  bool waiting_ = false;
  bool paused_ = false;
  bool done_ = false;
};

}  // namespace

std::shared_ptr<Fetch> UpstreamPool::fetch(UpstreamRequest request, Callbacks callbacks) {
  auto fetch = std::make_shared<RunningFetch>(*this, std::move(request), std::move(callbacks));
  fetches_.emplace(fetch.get(), fetch);
  // Begun at the end of the round, so that no callback comes from within this call.
  later([weak = std::weak_ptr<RunningFetch>(fetch)] {
    if (const auto running = weak.lock()) running->begin();
  });
  return fetch;
}

void UpstreamPool::forget_fetch(const Fetch* fetch) {
  const auto found = fetches_.find(fetch);
  if (found == fetches_.end()) return;
  // Its own frame may be on the stack.
  poller_.defer([held = std::move(found->second)] { (void)held; });
  fetches_.erase(found);
}

Upstreams::Upstreams(Loop& loop, UpstreamLimits limits)
    : pool_(std::make_unique<UpstreamPool>(loop, limits)) {}
Upstreams::~Upstreams() = default;

void Upstreams::limit(std::map<Origin, UpstreamLimits> limits) { pool_->limit(std::move(limits)); }
void Upstreams::probed(const Origin& origin, bool up) { pool_->probed(origin, up); }
void Upstreams::on_health(HealthChange function) { pool_->on_health(std::move(function)); }

std::shared_ptr<Fetch> Upstreams::fetch(UpstreamRequest request, Callbacks callbacks) {
  return pool_->fetch(std::move(request), std::move(callbacks));
}

}  // namespace keyturn
