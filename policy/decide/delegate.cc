// A delegation: one person lets another approve in his place [I2 c, I4]. It takes nothing but the
// delegator's own signature, because it adds nothing to what he could approve himself; and it adds
// the delegate to his closure, for independence and for shares.
#include <algorithm>

#include "keyturn/limits.h"
#include "policy/decide/common.h"
#include "policy/decide/intents.h"
#include "policy/people/delegation.h"

namespace keyturn {
namespace {

// `name (institution)` as a person of the roster, or a reason.
std::optional<PersonId> person_of(const Charter& charter, const std::string& name,
                                  const std::string& institution, std::vector<Reason>& reasons) {
  const std::optional<PersonId> person = charter.find_person(name);
  if (!person) {
    reasons.push_back({"unknown-person", shown(name) + " is not on the roster"});
  } else if (charter.institution(charter.person(*person).institution).name != institution) {
    reasons.push_back({"institution", shown(name) + " is not of " + shown(institution)});
  }
  return person;
}

void check_times(const Delegation& delegation, Time at, std::vector<Reason>& reasons) {
  const Duration skew{static_cast<std::int64_t>(statement_skew_seconds_max)};
  if (delegation.signed_at > at + skew)
    reasons.push_back({"signed-at", "the delegation was signed at " +
                                        delegation.signed_at.to_string() + ", it is " +
                                        at.to_string() + " [W11]"});
  if (delegation.not_after < at)
    reasons.push_back({"not-after", "the delegation could be submitted until " +
                                        delegation.not_after.to_string() + ", it is " +
                                        at.to_string() + " [W11]"});
}

// What is handed over: classes in which the delegator has a word, for a time that the charter
// allows.
void check_extent(const Charter& charter, const Delegation& delegation, PersonId delegator,
                  PersonId delegate, Time at, std::vector<Reason>& reasons) {
  if (delegation.classes.empty()) return;  // it ends one
  for (const std::string& name : delegation.classes) {
    const std::optional<ClassId> klass = charter.find_class(name);
    if (!klass)
      reasons.push_back({"unknown-class", "there is no class " + shown(name)});
    else if (!speaks_in(charter.klass(*klass), delegator))
      reasons.push_back({"nothing-to-delegate",
                         "the rule of class " + shown(name) +
                             " gives the delegator no word; what was delegated to him he cannot "
                             "delegate [I4]"});
  }
  const Duration most = delegation_most(charter, delegator, delegate);
  if (most == Duration{}) {
    reasons.push_back(
        {"not-delegable", "the charter lets the delegator delegate nothing to this person [I4]"});
    return;
  }
  if (delegation.until <= at)
    reasons.push_back({"until", "the delegation ended at " + delegation.until.to_string()});
  else if (delegation.until - at > most)
    reasons.push_back({"until", "the charter lets this run for " + most.to_string() +
                                    " at most, until " + (at + most).to_string()});
}

}  // namespace

Decision decide_delegate(const Ledger& ledger, const intent::Delegate& delegate, Time at) {
  const Charter& charter = ledger.charter();
  const Delegation& said = delegate.delegation.delegation();
  std::vector<Reason> reasons;
  if (const auto reason = charter_not_valid(charter, at)) reasons.push_back(*reason);
  if (said.deployment != charter.name)
    reasons.push_back({"deployment", "the delegation is for deployment " + shown(said.deployment) +
                                         ", this is " + shown(charter.name)});
  check_times(said, at, reasons);
  const auto from = person_of(charter, said.delegator, said.delegator_institution, reasons);
  const auto to = person_of(charter, said.delegate, said.delegate_institution, reasons);
  if (!from || !to) return refused(std::move(reasons));
  if (!key_on_roster(charter, *from, delegate.delegation.key()))
    reasons.push_back({"key", "the key is not one that the roster gives its signer [Q4]"});
  check_extent(charter, said, *from, *to, at, reasons);
  const RecordedDelegation* before = ledger.delegation(*from, *to);
  if (before != nullptr && before->text == sha256(said.to_text()) && reasons.empty())
    return unchanged();
  // What ended a delegation is not undone by a copy of the older one.
  if (before != nullptr && said.signed_at <= before->signed_at)
    reasons.push_back({"superseded", "the delegator signed a later word on this at " +
                                         before->signed_at.to_string()});
  if (said.classes.empty() && before == nullptr)
    reasons.push_back({"nothing-to-end", "nothing was delegated to this person"});
  if (!reasons.empty()) return refused(std::move(reasons));
  return granted(event::Delegated{said.delegator, said.delegate});
}

}  // namespace keyturn
