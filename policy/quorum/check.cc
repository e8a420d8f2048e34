// The law on one assignment, rule by rule; every rule that fails gives its reason. Nothing here
// searches for people, and nothing names them: a sentence speaks of slots and of the charter's own
// words [P1].
#include <algorithm>

#include "keyturn/limits.h"
#include "policy/quorum/constraints.h"
#include "policy/quorum/quorum.h"

namespace keyturn {
namespace {

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

bool has_repeats(std::vector<PersonId> persons) {
  std::sort(persons.begin(), persons.end());
  return std::adjacent_find(persons.begin(), persons.end()) != persons.end();
}

// Two approvals stand beside each other only if neither their persons nor the hands that signed
// command one another, across: a delegate counts nowhere where his delegator could not [I4].
bool beside(const QuorumContext& context, PersonId a, PersonId b) {
  const Closure& closure = context.closure();
  for (const PersonId one : {a, context.signer(a)}) {
    for (const PersonId other : {b, context.signer(b)}) {
      if (one != other && commands_either_way(closure, one, other)) return false;
    }
  }
  return true;
}

bool any_commands_another(const QuorumContext& context, const std::vector<PersonId>& persons) {
  for (std::size_t i = 0; i < persons.size(); ++i) {
    for (std::size_t j = i + 1; j < persons.size(); ++j) {
      if (persons[i] != persons[j] && !beside(context, persons[i], persons[j])) return true;
    }
  }
  return false;
}

// The hands that signed. A delegate is in his delegator's closure, so whoever commands the
// delegator commands the delegate too: over hands, no closure holds less than over persons.
std::vector<PersonId> signers_of(const QuorumContext& context,
                                 const std::vector<PersonId>& approvers) {
  std::vector<PersonId> out;
  out.reserve(approvers.size());
  for (const PersonId approver : approvers) out.push_back(context.signer(approver));
  return out;
}

// Whether the assignment speaks of this rule and this roster at all; without it nothing else is
// asked.
std::vector<Reason> check_form(const QuorumContext& context, const Assignment& assignment) {
  const Rule& rule = context.klass.rule;
  if (assignment.branch >= rule.branches.size()) {
    return {{"branch", "the assignment names branch " + std::to_string(assignment.branch) +
                           " of the rule of class " + quoted(context.klass.name) + ", which has " +
                           std::to_string(rule.branches.size())}};
  }
  const std::size_t slots = rule.branches[assignment.branch].slots.size();
  if (slots > rule_slots_max || assignment.approvers.size() != slots) {
    return {{"branch", "the assignment names " + std::to_string(assignment.approvers.size()) +
                           " approvers for the " + std::to_string(slots) + " slots of branch " +
                           std::to_string(assignment.branch) + " of the rule of class " +
                           quoted(context.klass.name)}};
  }
  for (const PersonId approver : assignment.approvers) {
    if (approver.value >= context.charter.persons.size()) {
      return {{"not-available", "the assignment names an approver who is not on the roster"}};
    }
  }
  return {};
}

// Person by person: is his approval there, and is he one of those his slot asks for?
void check_slots(const QuorumContext& context, const Assignment& assignment,
                 std::span<const PersonId> available, std::vector<Reason>& reasons) {
  const Rule& rule = context.klass.rule;
  const Branch& branch = rule.branches[assignment.branch];
  for (std::size_t slot = 0; slot < branch.slots.size(); ++slot) {
    const PersonId approver = assignment.approvers[slot];
    const Selector& selector = rule.selectors[branch.slots[slot]];
    const std::string place =
        "slot " + std::to_string(slot + 1) + ", 1 of " + quoted(selector.text);
    if (std::find(available.begin(), available.end(), approver) == available.end()) {
      reasons.push_back(
          {"not-available", place + ", rests on an approval that does not count now"});
    }
    if (!selector.selects(approver)) {
      reasons.push_back({"slot", place + ", is given to somebody it does not select"});
    }
  }
}

void check_diversity(const QuorumContext& context, const std::vector<PersonId>& persons,
                     std::vector<Reason>& reasons) {
  const Closure& closure = context.closure();
  const std::vector<PersonId> approvers = signers_of(context, persons);
  const Rule& rule = context.klass.rule;
  const std::uint32_t institutions = most_apart_by_institution(closure, approvers);
  if (institutions < rule.across_institutions) {
    reasons.push_back(
        {"across", "the rule asks for approvers across " +
                       std::to_string(rule.across_institutions) +
                       " institutions; these stand for " + std::to_string(institutions) +
                       " (whoever is under another institution's command counts as of both) [Q6]"});
  }
  const std::uint32_t branches = most_apart_by_branch(closure, approvers);
  if (branches < rule.across_branches) {
    reasons.push_back(
        {"across", "the rule asks for approvers across " + std::to_string(rule.across_branches) +
                       " branches; these stand for " + std::to_string(branches) + " [Q6]"});
  }
  const std::uint32_t of_one = most_of_one_institution(closure, approvers);
  if (rule.at_most_per_institution != 0 && of_one > rule.at_most_per_institution) {
    reasons.push_back(
        {"at-most", "the rule counts at most " + std::to_string(rule.at_most_per_institution) +
                        " per institution; here are " + std::to_string(of_one) + " of one [Q1]"});
  }
}

void check_independence(const QuorumContext& context, const std::vector<PersonId>& approvers,
                        std::vector<Reason>& reasons) {
  const Closure& closure = context.closure();
  const auto obeys_initiator = [&](PersonId approver) {
    return context.initiator && (closure.in_closure(approver, *context.initiator) ||
                                 closure.in_closure(context.signer(approver), *context.initiator));
  };
  if (std::any_of(approvers.begin(), approvers.end(), obeys_initiator)) {
    reasons.push_back(
        {"initiator", "an approver is the initiator or under the initiator's command [I4]"});
  }
  if (!superior_may_stand_beside(context.klass) && any_commands_another(context, approvers)) {
    reasons.push_back({"subordinate", "an approver is under another approver's command [I4]"});
  }
  if (is_puppet_quorum(closure, context.klass, context.initiator, signers_of(context, approvers))) {
    const std::uint32_t count = closures_that_must_not_suffice(context.klass);
    const std::string commanders =
        count == 1 ? "one person commands" : std::to_string(count) + " persons together command";
    const std::string whom =
        context.klass.directs ? "all approvers" : "the initiator and all approvers";
    reasons.push_back({"puppet", commanders + " " + whom + " [I5]"});
  }
}

}  // namespace

PersonId QuorumContext::signer(PersonId person) const {
  for (const StandIn& one : stand_ins)
    if (one.delegator == person) return one.delegate;
  return person;
}

std::vector<Reason> check_assignment(const QuorumContext& context, const Assignment& assignment,
                                     std::span<const PersonId> available) {
  std::vector<Reason> reasons = check_form(context, assignment);
  if (!reasons.empty()) return reasons;

  check_slots(context, assignment, available, reasons);
  if (has_repeats(assignment.approvers) || has_repeats(signers_of(context, assignment.approvers))) {
    reasons.push_back({"same-person", "one person fills two slots; a person counts once [Q1 Q3]"});
  }
  check_diversity(context, assignment.approvers, reasons);
  check_independence(context, assignment.approvers, reasons);
  return reasons;
}

}  // namespace keyturn
