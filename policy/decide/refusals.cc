#include "policy/decide/common.h"
#include "policy/decide/intents.h"

namespace keyturn {

// Refusals too many to be an entry each, as a number [T7]. Changes nothing.
Decision decide_refusals(const Ledger& ledger, const intent::Refusals& refusals, Time) {
  std::vector<Reason> reasons;
  if (!ledger.charter().find_principal(refusals.principal))
    reasons.push_back({"unknown-principal", shown(refusals.principal) + " is not on the roster"});
  if (refusals.count == 0) reasons.push_back({"count", "a count of refusals is at least 1"});
  if (!reasons.empty()) return refused(std::move(reasons));
  return granted(event::Counted{});
}

}  // namespace keyturn
