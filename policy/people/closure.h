// Who must obey whom: cl(C) of SEMANTICS I2 over persons, by offices and personal edges. (Agents
// and keys are principals of their person; they never approve, so quorums look at persons alone.)
//
// Built once per charter, and once more for each set of delegations that are in force together: a
// delegate is in the closure of whoever he acts for. Every query is a lookup or a merge of short
// sorted lists. Immutable; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "policy/charter/charter.h"

namespace keyturn {

// An edge that the charter's text does not have: a delegator and his delegate [I2 c].
struct DelegationEdge {
  PersonId delegator, delegate;
  friend auto operator<=>(const DelegationEdge&, const DelegationEdge&) = default;
};

class Closure {
 public:
  explicit Closure(const Charter& charter, std::span<const DelegationEdge> delegations = {});

  // Whether `person` is in cl({superior}); everyone is in his own closure.
  bool in_closure(PersonId person, PersonId superior) const;
  // All in whose closure `person` is, himself included; sorted.
  std::span<const PersonId> superiors(PersonId person) const;
  // All in cl({person}), himself included; sorted.
  std::span<const PersonId> subordinates(PersonId person) const;

  // The institutions (branches) `person` counts as: his own and those of everyone above him [Q6].
  std::span<const InstitutionId> institutions(PersonId person) const;
  std::span<const BranchId> branches(PersonId person) const;

 private:
  std::vector<std::vector<PersonId>> superiors_, subordinates_;
  std::vector<std::vector<InstitutionId>> institutions_;
  std::vector<std::vector<BranchId>> branches_;
};

}  // namespace keyturn
