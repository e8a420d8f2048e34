// Who must obey whom: cl(C) of SEMANTICS I2 over persons, by offices and personal edges. (Agents
// and keys are principals of their person; they never approve, so quorums look at persons alone.)
//
// Built once per charter; every query is a lookup or a merge of short sorted lists.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "policy/charter/charter.h"

namespace keyturn {

class Closure {
 public:
  explicit Closure(const Charter& charter);

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
