#include "tests/gateway/proxy/gate.h"

#include <algorithm>

#include "tests/support/charters.h"

namespace keyturn::testing {
namespace {

std::string charter_at(std::uint16_t port) {
  std::string text(defence);
  for (const std::string_view old : {"127.0.0.1:9301", "127.0.0.1:9302"}) {
    text.replace(text.find(old), old.size(), "127.0.0.1:" + std::to_string(port));
  }
  return text;
}

}  // namespace

void Gate::Counted::handle(std::shared_ptr<Exchange> exchange) {
  {
    std::lock_guard lock(mutex_);
    seen_.push_back(exchange);
  }
  inner_.handle(std::move(exchange));
}

std::size_t Gate::Counted::alive() const {
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(seen_.begin(), seen_.end(), [](const auto& one) { return !one.expired(); }));
}

Gate::Gate(Script script, HoldTimes times) {
  origin_ = std::make_unique<ScriptedOrigin>([this, script](Wire& wire) {
    for (;;) {
      const std::string request = wire.read_message();
      if (request.empty()) return;
      {
        std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const std::string answer = script(request);
      if (answer.empty() || !wire.write(answer)) return;
    }
  });
  thread_.on_loop([&] { upstreams_ = std::make_unique<Upstreams>(thread_.loop()); });
  world_ = std::make_unique<World>(
      charter_at(origin_->port()), [this, times](std::shared_ptr<const Charter> charter) {
        Config config;
        config.hold_times = times;
        routes_ = Routes::create(std::move(charter), config).value();
        return std::make_unique<LoopDispatcher>(
            *routes_, std::vector<LoopDispatcher::Lane>{{&thread_.loop(), upstreams_.get()}});
      });
  gated_ = std::make_unique<GatedHandler>(*routes_, world_->sequencer(), world_->holds());
  holds_ = std::make_unique<HoldHandler>(*routes_, world_->sequencer(), world_->holds());
  meters_ = std::make_unique<PassMeters>(world_->charter(), world_->clock);
  front_ = std::make_unique<CallerFront>(*routes_, *gated_, *holds_, *meters_, log_);
  counted_ = std::make_unique<Counted>(*gated_);
  thread_.on_loop([&] {
    server_ = Server::create(thread_.loop(), {}, *front_, *upstreams_).value();
    bare_ = Server::create(thread_.loop(), {}, *counted_).value();
  });
}

// As `serve` ends: listeners, decisions, connections to endpoints.
Gate::~Gate() {
  thread_.on_loop([&] {
    server_.reset();
    bare_.reset();
  });
  world_->sequencer().stop();
  thread_.on_loop([&] { upstreams_.reset(); });
}

std::vector<std::string> Gate::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

HttpCall Gate::call(Method method, std::string_view target, std::string_view name,
                    std::string body) const {
  HttpCall call;
  call.method = method;
  call.url = "http://127.0.0.1:" + std::to_string(port()) + std::string(target);
  if (!name.empty()) call.fields.push_back({"Authorization", "Bearer " + test_token(name)});
  if (!body.empty()) call.fields.push_back({"Content-Type", "application/json"});
  call.body = std::move(body);
  return call;
}

HttpCall Gate::question(std::string_view name, std::string_view text) const {
  return call(Method::post, "/v1/chat/completions", name,
              R"({"model":"helpful-only-1","messages":[{"role":"user","content":")" +
                  std::string(text) + R"("}]})");
}

HttpResponse Gate::send(const HttpCall& call) const {
  auto response = http_request(call);
  REQUIRE_MESSAGE(response.ok(), (response.ok() ? "" : response.error().message));
  return std::move(response).value();
}

std::string Gate::held() {
  std::string id;
  REQUIRE(eventually([&] {
    world_->look([&](const Ledger& ledger) {
      if (!ledger.held().empty()) id = ledger.held().begin()->second->id;
    });
    return !id.empty();
  }));
  return id;
}

void Gate::give_quorum(const std::string& id) {
  for (const char* person : {"haddad", "eriksen"}) REQUIRE(world_->approve(person, id).ok());
}

std::size_t Gate::exchanges() const { return counted_->alive(); }

std::string ok_answer(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Origin: here\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string field_of(const HttpResponse& response, std::string_view name) {
  return std::string(response.field(name).value_or(""));
}

}  // namespace keyturn::testing
