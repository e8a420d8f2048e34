#include "policy/decide/common.h"
#include "policy/decide/intents.h"

namespace keyturn {

// The initiator may cancel what he or his agent sent, an agent only what it sent itself; both only
// before the claim [A6].
Decision decide_cancel(const Ledger& ledger, const intent::Cancel& cancel, Time at) {
  const Charter& charter = ledger.charter();
  std::vector<Reason> reasons;
  if (const auto reason = charter_not_valid(charter, at)) reasons.push_back(*reason);
  const Command* command = ledger.find(cancel.id);
  const std::optional<PrincipalRef> principal = charter.find_principal(cancel.principal);
  bool may = false;
  if (!principal)
    reasons.push_back({"unknown-principal", shown(cancel.principal) + " is not on the roster"});
  else if (command != nullptr)
    may = principal->agent ? *principal == command->principal
                           : principal->person == command->principal.person;
  if (principal && command != nullptr && !may)
    reasons.push_back(
        {"not-initiator", "only the initiator, or the agent that sent it, cancels a command [A6]"});
  if (may && reasons.empty() && command->state == Command::State::cancelled) return unchanged();
  if (const auto reason = not_held(command, cancel.id, at)) reasons.push_back(*reason);
  if (!reasons.empty()) return refused(std::move(reasons));
  return granted(event::Cancelled{cancel.id});
}

}  // namespace keyturn
