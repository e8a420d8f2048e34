// Approvers grouped into kinds: persons of one kind may be exchanged for one another in any
// assignment without changing whether it is a quorum. INVARIANT: no two of a kind command one
// another.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "policy/quorum/quorum.h"

namespace keyturn {

// Slots of a branch that ask for the same people.
struct SlotGroup {
  std::vector<std::uint32_t> slots;  // positions in the branch
  const Selector* selector = nullptr;
  std::vector<std::uint32_t> kinds;  // those whose persons fit, in the order they are tried
  std::uint32_t persons = 0;         // who fit, in all
};

struct Kind {
  std::vector<PersonId> persons;  // sorted
};

// A person whose closure alone might hold a whole quorum.
struct Commander {
  std::vector<bool> holds;  // by kind: everyone of it
};

struct Kinds {
  std::vector<SlotGroup> groups;  // hardest to fill first
  std::vector<Kind> kinds;
  std::vector<Commander> commanders;  // only where one closure must not suffice
};

// Sorts `available` into kinds for one branch; leaves out whoever can never count for this command.
Kinds sort_into_kinds(const QuorumContext& context, const Branch& branch,
                      std::span<const PersonId> available);

}  // namespace keyturn
