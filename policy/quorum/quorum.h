// Is this assignment of approvers to slots a quorum [Q1 Q2 Q6 I4 I5]? And, for liveness, find one.
//
// check_assignment is the law: decide calls it on the assignment that a claim carries.
// find_assignment is a convenience of the gateway's and may be wrong only by missing one. Both
// pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/charter/charter.h"
#include "policy/people/closure.h"
#include "policy/request/classify.h"

namespace keyturn {

struct Assignment {
  std::uint32_t branch = 0;
  std::vector<PersonId> approvers;  // one for each slot of the branch, in order
  friend bool operator==(const Assignment&, const Assignment&) = default;
};

// Who signed in whose place: the approval is `delegator`'s, the hand was `delegate`'s [I4].
struct StandIn {
  PersonId delegator, delegate;
  friend bool operator==(const StandIn&, const StandIn&) = default;
};

struct QuorumContext {
  const Charter& charter;
  const Class& klass;
  std::optional<PersonId> initiator;  // none: nobody initiates, as where a freeze is lifted
  // With the delegations that matter to the command; null: none does, the charter's own.
  const Closure* with_delegations = nullptr;
  // At most one for each delegator, and one for each delegate.
  std::span<const StandIn> stand_ins = {};

  const Closure& closure() const {
    return with_delegations != nullptr ? *with_delegations : *charter.closure;
  }
  // Whose hand signed the approval of `person`.
  PersonId signer(PersonId person) const;
};

// Empty: it is a quorum. `available` are the persons whose approvals count now.
std::vector<Reason> check_assignment(const QuorumContext& context, const Assignment& assignment,
                                     std::span<const PersonId> available);

// A quorum out of `available` (in any order), if the search finds one; deterministic.
std::optional<Assignment> find_assignment(const QuorumContext& context,
                                          std::span<const PersonId> available);

// Why `person`'s approval can never count for this command [Q7]: in cl(initiator), or fits no term.
std::vector<Reason> never_counts(const QuorumContext& context, PersonId person);

// Why `person`'s approval adds nothing beside those already there [Q7]: a second office of a person
// already counted, a subordinate beside his superior. Empty if it adds something, or quorum is met.
std::vector<Reason> adds_nothing(const QuorumContext& context, PersonId person,
                                 std::span<const PersonId> already);

// What is still missing, in the words of the rule (terms and numbers, never persons) [P1].
std::vector<Reason> missing(const QuorumContext& context, std::span<const PersonId> available);

}  // namespace keyturn
