// The bounded search for people who fill one branch of a rule [Q2]. For the gateway's convenience:
// what it finds is checked by the law again, and what it misses costs liveness, never safety.
//
// Deterministic, whatever the order of approvals; ends after the steps it is given. Approvals that
// are alike in every way a rule can see are tried once, not once each, so that ten thousand of them
// are no more work than the few kinds they are of.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policy/quorum/quorum.h"

namespace keyturn {

// How far the approvals go towards a quorum; greater is further. Everything but `filled` is capped
// at what the rule asks for.
struct Progress {
  std::uint32_t filled = 0;  // slots filled by independent persons
  std::uint32_t institutions = 0;
  std::uint32_t branches = 0;
  bool beyond_one_command = false;  // all slots filled, and no puppet quorum [I5]
  friend auto operator<=>(const Progress&, const Progress&) = default;
};

struct Found {
  Progress progress;
  std::vector<std::optional<PersonId>> approvers;  // one for each slot of the branch
};

// The first quorum, or nothing. Takes its steps from `steps`, which it leaves at what remains.
std::optional<Found> search_quorum(const QuorumContext& context, const Branch& branch,
                                   std::span<const PersonId> available, std::uint64_t& steps);

// The furthest that the approvals go, slots left open where nobody fits.
Found search_furthest(const QuorumContext& context, const Branch& branch,
                      std::span<const PersonId> available, std::uint64_t& steps);

}  // namespace keyturn
