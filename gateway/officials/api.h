// The officials' API: what is held, the text and the body of each command, and their words on it.
//
// Every route is one line of the table in api.cc and one operation of docs/openapi.json, which is
// served at /v1/openapi.json; a test fails where either lacks what the other has. Reading needs
// `Authorization: Keyturn-Login <base64 of a signed login note>` [W10]; words carry their own
// signature. A reader sees a command if the charter's `readers` select him, or a term or veto of
// its rule does, or he is its initiator [P1]. Thread rule: handle() on any loop.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/authority/sequencer.h"
#include "gateway/http/exchange.h"
#include "gateway/journal/bodies.h"
#include "gateway/world/service_state.h"

namespace keyturn {

class OfficialsApi : public Handler {
 public:
  // A request that found its route.
  struct Asked {
    std::shared_ptr<Exchange> exchange;
    PersonId person;  // who logged in; meaningless where the route wants no login
    std::string id;   // what stands for `{id}` in the path
  };
  struct Route {
    Method method;
    std::string_view path;  // `{id}` is one segment
    enum class Login : unsigned char { none, wanted } login;
    void (OfficialsApi::*answer)(Asked asked);
  };
  static std::span<const Route> routes();

  // `metrics`: who answers /metrics here; null where it has a listener of its own.
  OfficialsApi(std::shared_ptr<const Charter> charter, Sequencer& sequencer, const Bodies& bodies,
               Clock& clock, std::string origin, const ServiceState& state,
               Handler* metrics = nullptr);
  void handle(std::shared_ptr<Exchange> exchange) override;

 private:
  Result<PersonId> reader(const Request& request) const;
  void health(Asked asked);
  void readiness(Asked asked);
  void metrics(Asked asked);
  void document(Asked asked);
  void checkpoint(Asked asked);
  void list(Asked asked);
  void show(Asked asked);
  void body(Asked asked);
  void speak(Asked asked);
  void shares(Asked asked);
  void inspect(std::shared_ptr<Exchange> exchange,
               std::function<Response(const Ledger&, const Journal&, Time)> function);

  const std::shared_ptr<const Charter> charter_;
  Sequencer& sequencer_;
  const Bodies& bodies_;
  Clock& clock_;
  const std::string origin_;
  const ServiceState& state_;
  Handler* const metrics_;
};

// Whether `person` may read this command.
bool may_read(const Charter& charter, const Command& command, PersonId person);

}  // namespace keyturn
