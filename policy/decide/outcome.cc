#include "policy/decide/common.h"
#include "policy/decide/intents.h"

namespace keyturn {
namespace {

bool same(const intent::Outcome& a, const intent::Outcome& b) {
  return a.kind == b.kind && a.status == b.status;
}

}  // namespace

// What became of a claimed command: once, for good. It frees nothing: the lease runs to its end,
// whatever the endpoint said [S2]. Recorded under an expired charter too: it permits nothing [A7].
Decision decide_outcome(const Ledger& ledger, const intent::Outcome& outcome, Time at) {
  const Command* command = ledger.find(outcome.id);
  std::vector<Reason> reasons;
  if (!is_fit_status(outcome.kind, outcome.status))
    reasons.push_back({"status",
                       "an answer has a status from 100 to 999, anything else has none; "
                       "this one has " +
                           std::to_string(outcome.status)});
  if (command == nullptr) {
    reasons.push_back({"unknown-command", "there is no command " + shown(outcome.id)});
  } else if (command->state != Command::State::claimed) {
    const auto reason = not_held(command, outcome.id, at);
    reasons.push_back({"not-claimed", "the command was not claimed" +
                                          (reason ? ": " + reason->text : std::string())});
  } else if (command->outcome) {
    if (reasons.empty() && same(*command->outcome, outcome)) return unchanged();
    reasons.push_back({"already-ended", "the command has an outcome, and it was another"});
  }
  if (!reasons.empty()) return refused(std::move(reasons));
  return granted(event::Ended{outcome.id});
}

}  // namespace keyturn
