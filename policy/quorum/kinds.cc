#include "policy/quorum/kinds.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>
#include <unordered_map>

#include "policy/quorum/constraints.h"

namespace keyturn {
namespace {

using GroupMask = std::uint32_t;

std::vector<SlotGroup> group_slots(const Rule& rule, const Branch& branch) {
  std::vector<SlotGroup> groups;
  for (std::uint32_t slot = 0; slot < branch.slots.size(); ++slot) {
    const Selector& selector = rule.selectors[branch.slots[slot]];
    auto group = std::find_if(groups.begin(), groups.end(), [&](const SlotGroup& other) {
      return other.selector == &selector || other.selector->people == selector.people;
    });
    if (group == groups.end()) {
      groups.emplace_back();
      group = groups.end() - 1;
      group->selector = &selector;
    }
    group->slots.push_back(slot);
  }
  return groups;
}

struct Candidate {
  PersonId person;
  GroupMask groups = 0;
};

class KindSorter {
 public:
  KindSorter(const QuorumContext& context, const Branch& branch)
      : context_(context),
        closure_(context.closure()),
        closures_(closures_that_must_not_suffice(context.klass)),
        slots_(branch.slots.size()) {
    sorted_.groups = group_slots(context.klass.rule, branch);
  }

  Kinds run(std::span<const PersonId> available) {
    collect(available);
    find_relations();
    sort_candidates();
    if (closures_ == 1) list_commanders();
    return std::move(sorted_);
  }

 private:
  // Everything a rule can see of a person. The commonest order of trial too: those who fit few
  // groups, stand for few institutions and are entangled with few others come first.
  using Traits = std::tuple<std::size_t,  // entanglement
                            GroupMask, std::vector<InstitutionId>, std::vector<BranchId>,
                            std::vector<PersonId>,  // superiors that matter
                            std::vector<PersonId>,  // subordinates among the candidates
                            bool>;                  // commands the initiator

  void collect(std::span<const PersonId> available) {
    std::vector<PersonId> persons(available.begin(), available.end());
    std::sort(persons.begin(), persons.end());
    persons.erase(std::unique(persons.begin(), persons.end()), persons.end());
    for (const PersonId person : persons) {
      if (person.value >= context_.charter.persons.size()) break;
      if (context_.initiator &&
          (closure_.in_closure(person, *context_.initiator) ||
           closure_.in_closure(context_.signer(person), *context_.initiator))) {
        continue;
      }
      Candidate candidate{person, 0};
      for (std::size_t group = 0; group < sorted_.groups.size(); ++group) {
        if (sorted_.groups[group].selector->selects(person)) {
          candidate.groups |= GroupMask{1} << group;
          ++sorted_.groups[group].persons;
        }
      }
      if (candidate.groups != 0) candidates_.push_back(candidate);
    }
  }

  // Who of the candidates is under whom, and which closures could hold a whole quorum.
  void find_relations() {
    std::unordered_map<std::uint32_t, std::pair<std::uint32_t, GroupMask>> held;
    for (const Candidate& candidate : candidates_) subordinates_[candidate.person.value];
    for (const Candidate& candidate : candidates_) {
      for (const PersonId superior : closure_.superiors(candidate.person)) {
        auto& [count, groups] = held[superior.value];
        ++count;
        groups |= candidate.groups;
        const auto below = subordinates_.find(superior.value);
        if (below != subordinates_.end() && superior != candidate.person) {
          below->second.push_back(candidate.person);
        }
      }
    }
    const GroupMask all = (GroupMask{1} << sorted_.groups.size()) - 1;
    for (const auto& [superior, whom] : held) {
      const auto& [count, groups] = whom;
      const bool holds_initiator =
          context_.initiator && closure_.in_closure(*context_.initiator, PersonId{superior});
      // One closure holds a quorum only if it has enough people, of every group (and the
      // initiator); of several together, each matters if it holds more than one, who is in his own
      // anyway.
      const bool may_hold =
          closures_ == 1 ? count >= slots_ && groups == all &&
                               (context_.klass.directs || !context_.initiator || holds_initiator)
                         : count + (holds_initiator ? 1u : 0u) > 1;
      if (may_hold) commanders_.push_back(PersonId{superior});
    }
    std::sort(commanders_.begin(), commanders_.end());
  }

  Traits traits_of(const Candidate& candidate) const {
    const Rule& rule = context_.klass.rule;
    std::vector<InstitutionId> institutions;
    std::vector<BranchId> branches;
    if (rule.across_institutions != 0 || rule.at_most_per_institution != 0) {
      const auto all = closure_.institutions(candidate.person);
      institutions.assign(all.begin(), all.end());
    }
    if (rule.across_branches != 0) {
      const auto all = closure_.branches(candidate.person);
      branches.assign(all.begin(), all.end());
    }
    std::vector<PersonId> superiors;
    for (const PersonId superior : closure_.superiors(candidate.person)) {
      if (superior == candidate.person) continue;
      if (subordinates_.contains(superior.value) ||
          std::binary_search(commanders_.begin(), commanders_.end(), superior)) {
        superiors.push_back(superior);
      }
    }
    const std::vector<PersonId>& subordinates = subordinates_.at(candidate.person.value);
    const std::size_t entanglement = institutions.size() + branches.size() + superiors.size() +
                                     subordinates.size() +
                                     static_cast<std::size_t>(std::popcount(candidate.groups));
    const bool commands_initiator = !context_.klass.directs && context_.initiator &&
                                    closure_.in_closure(*context_.initiator, candidate.person);
    return {entanglement,         candidate.groups, std::move(institutions), std::move(branches),
            std::move(superiors), subordinates,     commands_initiator};
  }

  void sort_candidates() {
    std::map<Traits, std::vector<PersonId>> by_traits;
    for (const Candidate& candidate : candidates_) {
      by_traits[traits_of(candidate)].push_back(candidate.person);
    }
    for (auto& [traits, persons] : by_traits) {
      const auto kind = static_cast<std::uint32_t>(sorted_.kinds.size());
      sorted_.kinds.push_back(Kind{std::move(persons)});
      for (std::size_t group = 0; group < sorted_.groups.size(); ++group) {
        if ((std::get<GroupMask>(traits) >> group & 1) != 0) {
          sorted_.groups[group].kinds.push_back(kind);
        }
      }
    }
    std::stable_sort(sorted_.groups.begin(), sorted_.groups.end(),
                     [](const SlotGroup& a, const SlotGroup& b) { return a.persons < b.persons; });
  }

  void list_commanders() {
    for (const PersonId commander : commanders_) {
      Commander listed;
      for (const Kind& kind : sorted_.kinds) {
        // A kind is held wholly or not at all, except the commander's own, which holds but himself.
        listed.holds.push_back(closure_.in_closure(kind.persons.front(), commander) &&
                               closure_.in_closure(kind.persons.back(), commander));
      }
      sorted_.commanders.push_back(std::move(listed));
    }
  }

  const QuorumContext& context_;
  const Closure& closure_;
  const std::uint32_t closures_;  // that must not suffice
  const std::size_t slots_;
  std::vector<Candidate> candidates_;
  std::unordered_map<std::uint32_t, std::vector<PersonId>> subordinates_;  // of candidates alone
  std::vector<PersonId> commanders_;                                       // sorted
  Kinds sorted_;
};

}  // namespace

Kinds sort_into_kinds(const QuorumContext& context, const Branch& branch,
                      std::span<const PersonId> available) {
  return KindSorter(context, branch).run(available);
}

}  // namespace keyturn
