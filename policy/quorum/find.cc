#include "keyturn/limits.h"
#include "policy/quorum/quorum.h"
#include "policy/quorum/search.h"

namespace keyturn {

std::optional<Assignment> find_assignment(const QuorumContext& context,
                                          std::span<const PersonId> available) {
  const std::vector<Branch>& branches = context.klass.rule.branches;
  std::uint64_t steps_left = quorum_search_steps_max;
  for (std::uint32_t index = 0; index < branches.size(); ++index) {
    if (branches[index].slots.size() > rule_slots_max) continue;
    // An equal part of what is left for each branch, so that one hard branch cannot starve the
    // rest.
    std::uint64_t steps = steps_left / (branches.size() - index);
    steps_left -= steps;
    const std::optional<Found> found = search_quorum(context, branches[index], available, steps);
    steps_left += steps;
    if (!found) continue;
    Assignment assignment{index, {}};
    for (const std::optional<PersonId>& approver : found->approvers) {
      assignment.approvers.push_back(approver.value());
    }
    // The law has the last word: a flaw of the search may miss a quorum, never make one.
    if (check_assignment(context, assignment, available).empty()) return assignment;
  }
  return std::nullopt;
}

}  // namespace keyturn
