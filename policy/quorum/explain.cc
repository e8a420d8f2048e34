// Why an approval does not help, and what would. In the words of the rule, never naming people
// [P1].
#include <algorithm>

#include "keyturn/limits.h"
#include "policy/quorum/constraints.h"
#include "policy/quorum/quorum.h"
#include "policy/quorum/search.h"

namespace keyturn {
namespace {

// The furthest each branch gets, in the order of branches.
std::vector<Found> furthest_by_branch(const QuorumContext& context,
                                      std::span<const PersonId> available) {
  const std::vector<Branch>& branches = context.klass.rule.branches;
  std::vector<Found> found;
  std::uint64_t steps_left = quorum_search_steps_max;
  for (std::size_t index = 0; index < branches.size(); ++index) {
    if (branches[index].slots.size() > rule_slots_max) {
      found.push_back({{}, std::vector<std::optional<PersonId>>(branches[index].slots.size())});
      continue;
    }
    std::uint64_t steps = steps_left / (branches.size() - index);
    steps_left -= steps;
    found.push_back(search_furthest(context, branches[index], available, steps));
    steps_left += steps;
  }
  return found;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

// `1 more of office:a and 2 more of institution:b`.
std::string open_terms(const Rule& rule, const Branch& branch, const Found& found) {
  std::vector<std::pair<std::string_view, std::uint32_t>> open;
  for (std::size_t slot = 0; slot < branch.slots.size(); ++slot) {
    if (found.approvers[slot]) continue;
    const std::string_view selector = rule.selectors[branch.slots[slot]].text;
    const auto same = std::find_if(open.begin(), open.end(),
                                   [&](const auto& term) { return term.first == selector; });
    if (same != open.end()) {
      ++same->second;
    } else {
      open.emplace_back(selector, 1);
    }
  }
  std::vector<std::string> parts;
  for (const auto& [selector, count] : open) {
    parts.push_back(std::to_string(count) + " more of `" + std::string(selector) + "`");
  }
  return joined(parts, " and ");
}

// What a branch lacks although, or besides that, its slots are filled.
std::vector<std::string> unmet_conditions(const QuorumContext& context, const Branch& branch,
                                          const Progress& progress) {
  const Rule& rule = context.klass.rule;
  std::vector<std::string> unmet;
  if (progress.institutions < rule.across_institutions) {
    unmet.push_back("approvers across " + std::to_string(rule.across_institutions) +
                    " institutions (" + std::to_string(progress.institutions) + " so far)");
  }
  if (progress.branches < rule.across_branches) {
    unmet.push_back("approvers across " + std::to_string(rule.across_branches) + " branches (" +
                    std::to_string(progress.branches) + " so far)");
  }
  if (progress.filled == branch.slots.size() && !progress.beyond_one_command) {
    const std::uint32_t count = closures_that_must_not_suffice(context.klass);
    unmet.push_back(
        std::string("approvers who") + (context.klass.directs ? "" : ", with the initiator,") +
        " are not all under the command of " +
        (count == 1 ? "one person" : std::to_string(count) + " persons together") + " [I5]");
  }
  return unmet;
}

bool contains(std::span<const PersonId> persons, PersonId person) {
  return std::find(persons.begin(), persons.end(), person) != persons.end();
}

bool any_branch_goes_further(const std::vector<Found>& before, const std::vector<Found>& after) {
  for (std::size_t index = 0; index < before.size(); ++index) {
    if (after[index].progress > before[index].progress) return true;
  }
  return false;
}

}  // namespace

std::vector<Reason> never_counts(const QuorumContext& context, PersonId person) {
  if (person.value >= context.charter.persons.size()) {
    return {{"not-available", "the approver is not on the roster"}};
  }
  std::vector<Reason> reasons;
  if (context.initiator && context.closure().in_closure(person, *context.initiator)) {
    reasons.push_back({"initiator",
                       "the approver is the initiator or under the initiator's command; such an "
                       "approval never counts [I4]"});
  }
  const Rule& rule = context.klass.rule;
  const auto fits = [&](const Branch& branch) {
    return std::any_of(branch.slots.begin(), branch.slots.end(),
                       [&](std::uint32_t slot) { return rule.selectors[slot].selects(person); });
  };
  if (std::none_of(rule.branches.begin(), rule.branches.end(), fits)) {
    reasons.push_back({"slot", "no term of the rule of class `" + context.klass.name +
                                   "` selects the approver [Q7]"});
  }
  return reasons;
}

std::vector<Reason> adds_nothing(const QuorumContext& context, PersonId person,
                                 std::span<const PersonId> already) {
  if (find_assignment(context, already)) return {};
  std::vector<Reason> never = never_counts(context, person);
  if (!never.empty()) return never;
  if (contains(already, person)) {
    return {{"same-person",
             "this person has approved already, and counts once, whatever offices and keys he has "
             "[Q1 Q3]"}};
  }
  std::vector<PersonId> with(already.begin(), already.end());
  with.push_back(person);
  if (find_assignment(context, with)) return {};
  if (any_branch_goes_further(furthest_by_branch(context, already),
                              furthest_by_branch(context, with))) {
    return {};
  }

  const Closure& closure = context.closure();
  const auto entangled = [&](PersonId other) {
    return commands_either_way(closure, person, other);
  };
  if (!superior_may_stand_beside(context.klass) &&
      std::any_of(already.begin(), already.end(), entangled)) {
    return {{"subordinate",
             "a superior or a subordinate of the approver has approved already, and the two never "
             "count beside each other [I4]"}};
  }
  return {
      {"filled",
       "the terms that this approval fits are filled already, or as far as the rest of the rule "
       "lets them be [Q1]"}};
}

std::vector<Reason> missing(const QuorumContext& context, std::span<const PersonId> available) {
  if (find_assignment(context, available)) return {};
  const Rule& rule = context.klass.rule;
  const std::vector<Found> found = furthest_by_branch(context, available);

  // Of a rule with alternatives, those that the approvals are nearest to.
  std::size_t fewest_open = rule_slots_max + 1;
  for (std::size_t index = 0; index < found.size(); ++index) {
    fewest_open =
        std::min(fewest_open, rule.branches[index].slots.size() - found[index].progress.filled);
  }
  std::vector<Reason> reasons;
  for (std::size_t index = 0; index < found.size(); ++index) {
    const Branch& branch = rule.branches[index];
    if (branch.slots.size() - found[index].progress.filled != fewest_open) continue;
    std::vector<std::string> parts = unmet_conditions(context, branch, found[index].progress);
    if (fewest_open != 0) parts.insert(parts.begin(), open_terms(rule, branch, found[index]));
    if (parts.empty()) continue;
    Reason reason{"quorum", "still needed: " + joined(parts, "; ")};
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
      reasons.push_back(std::move(reason));
    }
  }
  for (std::size_t index = 1; index < reasons.size(); ++index) {
    reasons[index].text.replace(0, std::string_view("still").size(), "or");
  }
  return reasons;
}

}  // namespace keyturn
