// A recall: any one person whom the rule's terms or its veto select stops what was claimed [A6]. It
// never directs, so one is enough, and an expired charter still decides it [A7]; and it frees
// nothing, so nobody gains share by it [S2].
#include <algorithm>

#include "policy/decide/common.h"
#include "policy/decide/intents.h"
#include "policy/decide/stop.h"

namespace keyturn {
namespace {

bool may_recall(const Charter& charter, const Command& command, PersonId person) {
  return std::any_of(command.classes.begin(), command.classes.end(), [&](ClassId id) {
    const Rule& rule = charter.klass(id).rule;
    const bool selected =
        std::any_of(rule.selectors.begin(), rule.selectors.end(),
                    [&](const Selector& selector) { return selector.selects(person); });
    return selected || (rule.veto_count > 0 && rule.veto.selects(person));
  });
}

// What there is for a recall to stop: a lease that runs. Whatever else a claim may begin and a
// recall shall end is asked here.
void check_something_runs(const Ledger& ledger, const Command& command, Time at,
                          std::vector<Reason>& reasons) {
  if (command.state != Command::State::claimed) {
    const auto over = not_held(&command, command.id, at);
    reasons.push_back({"not-claimed",
                       "the command was not claimed" +
                           (over ? ": " + over->text : ": veto it, or withdraw an approval [A6]")});
  } else if (!command.lease) {
    reasons.push_back(
        {"directs-nothing", "the command directs nothing: there is nothing to stop [A6]"});
  } else if (const Lease& lease = ledger.leases()[*command.lease]; at >= lease.charged_until()) {
    reasons.push_back({"lease-over", "its lease ended at " + lease.charged_until().to_string() +
                                         ": there is nothing to stop [A6]"});
  }
}

}  // namespace

Decision recall(const Ledger& ledger, const Command& command, PersonId person,
                std::vector<Reason> reasons, Time at) {
  const Charter& charter = ledger.charter();
  if (!may_recall(charter, command, person))
    reasons.push_back(
        {"no-recall", "no term and no veto of this command's rules selects the signer [A6]"});
  check_something_runs(ledger, command, at, reasons);
  if (!reasons.empty()) return refused(std::move(reasons));
  if (word_of(command.recalls, person) != nullptr) return unchanged();
  const bool order = !stop_orders(charter, command).empty();
  return granted(event::Recalled{command.id, charter.person(person).name, order});
}

}  // namespace keyturn
