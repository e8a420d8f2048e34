// A whole gateway in one process: a World, with its callers' front on a real listener and its
// dispatches going to a real origin that follows a script. Clock and entropy are the world's.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/client.h"
#include "gateway/proxy/caller_front.h"
#include "gateway/proxy/dispatch.h"
#include "tests/gateway/authority/world.h"
#include "tests/gateway/http/harness.h"

namespace keyturn::testing {

class Gate {
 public:
  // What the origin answers to one request, as it came; empty: it closes the connection.
  using Script = std::function<std::string(const std::string& request)>;
  Gate(Script script, HoldTimes times);
  ~Gate();

  World& world() { return *world_; }
  const PassMeters& meters() const { return *meters_; }
  // What reached the origin.
  std::vector<std::string> requests() const;

  // `name`'s token goes with it; empty: none.
  HttpCall call(Method method, std::string_view target, std::string_view name,
                std::string body = {}) const;
  // POST of a question to the model without guardrails.
  HttpCall question(std::string_view name = "planner-7", std::string_view text = "why?") const;
  HttpResponse send(const HttpCall& call) const;
  // The id of the one held command, once there is one.
  std::string held();
  void give_quorum(const std::string& id);

  std::uint16_t port() const { return server_->port(); }
  // Exchanges that the gated handler was given and that are still in memory.
  std::size_t exchanges() const;

 private:
  // Remembers each exchange weakly, and hands it on.
  class Counted : public Handler {
   public:
    explicit Counted(Handler& inner) : inner_(inner) {}
    void handle(std::shared_ptr<Exchange> exchange) override;
    std::size_t alive() const;

   private:
    Handler& inner_;
    mutable std::mutex mutex_;
    std::vector<std::weak_ptr<Exchange>> seen_;
  };

  mutable std::mutex mutex_;
  std::vector<std::string> requests_;  // guarded by mutex_
  std::unique_ptr<ScriptedOrigin> origin_;
  LoopThread thread_;
  std::unique_ptr<Upstreams> upstreams_;
  std::unique_ptr<const Routes> routes_;
  std::unique_ptr<PassMeters> meters_;
  Log log_;
  std::unique_ptr<World> world_;
  std::unique_ptr<GatedHandler> gated_;
  std::unique_ptr<HoldHandler> holds_;
  std::unique_ptr<CallerFront> front_;
  std::unique_ptr<Server> server_;

 public:
  // A listener that hands every request to the gated handler itself.
  std::unique_ptr<Counted> counted_;
  std::unique_ptr<Server> bare_;
};

std::string ok_answer(std::string_view body = "{\"ok\": true}");
std::string field_of(const HttpResponse& response, std::string_view name);

}  // namespace keyturn::testing
