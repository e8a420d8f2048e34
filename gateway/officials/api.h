// The officials' API: what is held, the text and the body of each command, and their words on it.
//
//   GET  /healthz  /readyz                    for supervisors; no login; service_state.h
//   GET  /v1/checkpoint                       the journal's signed checkpoint; public [P1]
//   GET  /v1/commands                         held commands that the reader may see
//   GET  /v1/commands/<id>                    one, in any state, with its text
//   GET  /v1/commands/<id>/body               the request, all that its digest covers
//   POST /v1/commands/<id>/words              an approval or a veto, as a signed note
//   GET  /v1/shares                           every limit's subjects that direct something now
//
// Reading needs `Authorization: Keyturn-Login <base64 of a signed login note>` [W10]; words carry
// their own signature. A reader sees a command if the charter's `readers` select him, or a term or
// veto of its rule does, or he is its initiator [P1]. Thread rule: one of each a loop.
#pragma once

#include <memory>
#include <string>

#include "gateway/authority/sequencer.h"
#include "gateway/http/exchange.h"
#include "gateway/journal/bodies.h"
#include "gateway/world/service_state.h"

namespace keyturn {

class OfficialsApi : public Handler {
 public:
  OfficialsApi(std::shared_ptr<const Charter> charter, Sequencer& sequencer, const Bodies& bodies,
               Clock& clock, std::string origin, const ServiceState& state);
  void handle(std::shared_ptr<Exchange> exchange) override;

 private:
  Result<PersonId> reader(const Request& request) const;
  void list(std::shared_ptr<Exchange> exchange, PersonId person);
  void show(std::shared_ptr<Exchange> exchange, PersonId person, const std::string& id);
  void body(std::shared_ptr<Exchange> exchange, PersonId person, const std::string& id);
  void shares(std::shared_ptr<Exchange> exchange, PersonId person);
  void checkpoint(std::shared_ptr<Exchange> exchange);
  void speak(std::shared_ptr<Exchange> exchange, const std::string& id);
  void inspect(std::shared_ptr<Exchange> exchange,
               std::function<Response(const Ledger&, const Journal&, Time)> function);

  const std::shared_ptr<const Charter> charter_;
  Sequencer& sequencer_;
  const Bodies& bodies_;
  Clock& clock_;
  const std::string origin_;
  const ServiceState& state_;
};

// Whether `person` may read this command.
bool may_read(const Charter& charter, const Command& command, PersonId person);

}  // namespace keyturn
