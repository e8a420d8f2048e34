// Lifting a freeze before its end: officials approve it one by one, and a lift names who of them
// are the quorum of its block [A4 Q2]. Nobody initiates it; the approvers are as independent of one
// another as those of a command that directs [I4 I5 I7]. An expired charter still decides it [A7].
#include <algorithm>
#include <memory>

#include "keyturn/limits.h"
#include "policy/decide/common.h"
#include "policy/decide/intents.h"
#include "policy/decide/signed.h"
#include "policy/quorum/quorum.h"

namespace keyturn {
namespace {

// INVARIANT: a freeze in the ledger has a block, else it would have been refused.
const Class& unfreeze_of(const Charter& charter, const Freeze& freeze) {
  return (freeze.pool ? charter.freeze_block(*freeze.pool) : charter.freeze_block(*freeze.klass))
      ->unfreeze;
}

// The quorum that lifts a freeze, under everybody's closure with the delegations that ran at any
// time since it began [I2 I4]. Outlives the contexts it gives.
class UnfreezeQuorum {
 public:
  UnfreezeQuorum(const Ledger& ledger, const Freeze& freeze, Time at)
      : charter_(ledger.charter()),
        klass_(unfreeze_of(ledger.charter(), freeze)),
        closure_(ledger.closure_between(freeze.from, at)) {}
  QuorumContext context() const { return {charter_, klass_, std::nullopt, closure_.get()}; }

 private:
  const Charter& charter_;
  const Class& klass_;
  const std::shared_ptr<const Closure> closure_;
};

void check_runs(const Freeze& freeze, Time at, std::vector<Reason>& reasons) {
  if (!freeze.alive_at(at))
    reasons.push_back({"freeze-over", freeze.id + " ended at " + freeze.end().to_string()});
}

const Freeze* find_text(const Ledger& ledger, std::string_view text) {
  const std::vector<Freeze>& all = ledger.freezes();
  const auto found =
      std::find_if(all.rbegin(), all.rend(), [&](const Freeze& one) { return one.text == text; });
  return found == all.rend() ? nullptr : &*found;
}

}  // namespace

Decision decide_unfreeze(const Ledger& ledger, const intent::Unfreeze& unfreeze, Time at) {
  const Charter& charter = ledger.charter();
  const UnfreezeStatement& statement = unfreeze.unfreeze.statement();
  std::vector<Reason> reasons;
  check_signed(charter, signed_by(statement, unfreeze.unfreeze.key()), "the approval", at, reasons);
  // INVARIANT: what was signed is what is frozen, to the last byte.
  const Freeze* freeze = find_text(ledger, statement.freeze);
  if (freeze == nullptr)
    reasons.push_back({"unknown-freeze", "no freeze has the text that was signed"});
  else
    check_runs(*freeze, at, reasons);
  const std::optional<PersonId> person = charter.find_person(statement.person);
  if (freeze == nullptr || !person) return refused(std::move(reasons));
  const UnfreezeQuorum quorum(ledger, *freeze, at);
  const QuorumContext context = quorum.context();
  std::vector<Reason> never = never_counts(context, *person);
  reasons.insert(reasons.end(), never.begin(), never.end());
  if (!reasons.empty()) return refused(std::move(reasons));
  const RecordedWord* before = word_of(freeze->approvals, *person);
  if (before != nullptr && stands_at(charter, *before, at)) return unchanged();
  std::vector<Reason> notes =
      adds_nothing(context, *person, persons_counting(charter, freeze->approvals, at));
  if (notes.size() > reasons_max) notes.resize(reasons_max);
  return granted(
      event::UnfreezeApproved{freeze->id, charter.person(*person).name, std::move(notes)});
}

Decision decide_lift(const Ledger& ledger, const intent::Lift& lift, Time at) {
  const Charter& charter = ledger.charter();
  const Freeze* freeze = ledger.find_freeze(lift.freeze);
  if (freeze == nullptr)
    return refused({{"unknown-freeze", "there is no freeze " + shown(lift.freeze)}});
  if (freeze->lifted) return unchanged();
  std::vector<Reason> reasons;
  check_runs(*freeze, at, reasons);
  Assignment assignment;
  assignment.branch = lift.branch;
  for (const std::string& name : lift.approvers) {
    const std::optional<PersonId> person = charter.find_person(name);
    if (person)
      assignment.approvers.push_back(*person);
    else
      reasons.push_back({"unknown-person", shown(name) + " is not on the roster"});
  }
  const std::vector<Reason> why =
      check_assignment(UnfreezeQuorum(ledger, *freeze, at).context(), assignment,
                       persons_counting(charter, freeze->approvals, at));
  reasons.insert(reasons.end(), why.begin(), why.end());
  if (!reasons.empty()) return refused(std::move(reasons));
  return granted(event::Lifted{freeze->id});
}

std::optional<intent::Lift> liftable(const Ledger& ledger, const Freeze& freeze, Time at) {
  const Charter& charter = ledger.charter();
  if (!freeze.alive_at(at)) return std::nullopt;
  const auto found = find_assignment(UnfreezeQuorum(ledger, freeze, at).context(),
                                     persons_counting(charter, freeze.approvals, at));
  if (!found) return std::nullopt;
  intent::Lift out;
  out.freeze = freeze.id;
  out.branch = found->branch;
  for (const PersonId person : found->approvers)
    out.approvers.push_back(charter.person(person).name);
  return out;
}

std::vector<Reason> unlifted(const Ledger& ledger, const Freeze& freeze, Time at) {
  const Charter& charter = ledger.charter();
  return missing(UnfreezeQuorum(ledger, freeze, at).context(),
                 persons_counting(charter, freeze.approvals, at));
}

}  // namespace keyturn
