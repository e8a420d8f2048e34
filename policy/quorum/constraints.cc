#include "policy/quorum/constraints.h"

#include <algorithm>
#include <bit>
#include <map>

namespace keyturn {
namespace {

using Mask = std::uint32_t;  // one bit a person; at most rule_slots_max and the initiator

constexpr Mask bit(std::size_t index) { return Mask{1} << index; }

template <class Value>
bool disjoint(std::span<const Value> a, std::span<const Value> b) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() && right != b.end()) {
    if (*left == *right) return false;
    if (*left < *right) {
      ++left;
    } else {
      ++right;
    }
  }
  return true;
}

// The size of the largest subset of `open` no two of which overlap. The lowest open person is
// either left out or taken; one who overlaps nobody open is always worth taking.
std::uint32_t most_apart(const std::vector<Mask>& overlaps, Mask open) {
  if (open == 0) return 0;
  const auto first = static_cast<std::size_t>(std::countr_zero(open));
  const Mask rest = open & ~bit(first);
  const std::uint32_t with = 1 + most_apart(overlaps, rest & ~overlaps[first]);
  if ((rest & overlaps[first]) == 0) return with;
  return std::max(with, most_apart(overlaps, rest));
}

template <class SetOf>
std::uint32_t most_apart_by(std::span<const PersonId> persons, const SetOf& set_of) {
  std::vector<Mask> overlaps(persons.size(), 0);
  for (std::size_t i = 0; i < persons.size(); ++i) {
    for (std::size_t j = 0; j < persons.size(); ++j) {
      if (!disjoint(set_of(persons[i]), set_of(persons[j]))) overlaps[i] |= bit(j);
    }
  }
  return most_apart(overlaps, persons.empty() ? 0 : bit(persons.size()) - 1);
}

// Whether `count` of `masks` together hold all of `open`: some mask must hold its lowest person.
bool coverable(const std::vector<Mask>& masks, Mask open, std::uint32_t count) {
  if (open == 0) return true;
  if (count == 0) return false;
  const Mask lowest = open & (~open + 1);
  for (const Mask mask : masks) {
    if ((mask & lowest) != 0 && coverable(masks, open & ~mask, count - 1)) return true;
  }
  return false;
}

}  // namespace

bool superior_may_stand_beside(const Class& klass) {
  return klass.rule.superior_beside_subordinate && !klass.directs;
}

std::uint32_t closures_that_must_not_suffice(const Class& klass) {
  return std::max<std::uint32_t>(1, klass.rule.not_under);
}

bool commands_either_way(const Closure& closure, PersonId a, PersonId b) {
  return closure.in_closure(a, b) || closure.in_closure(b, a);
}

std::uint32_t most_apart_by_institution(const Closure& closure, std::span<const PersonId> persons) {
  return most_apart_by(persons, [&](PersonId person) { return closure.institutions(person); });
}

std::uint32_t most_apart_by_branch(const Closure& closure, std::span<const PersonId> persons) {
  return most_apart_by(persons, [&](PersonId person) { return closure.branches(person); });
}

std::uint32_t most_of_one_institution(const Closure& closure, std::span<const PersonId> persons) {
  std::map<InstitutionId, std::uint32_t> counts;
  std::uint32_t most = 0;
  for (const PersonId person : persons) {
    for (const InstitutionId institution : closure.institutions(person)) {
      most = std::max(most, ++counts[institution]);
    }
  }
  return most;
}

bool held_by_closures(const Closure& closure, std::span<const PersonId> persons,
                      std::uint32_t count) {
  std::map<PersonId, Mask> held_by;  // superior -> whom of `persons` his closure holds
  for (std::size_t i = 0; i < persons.size(); ++i) {
    for (const PersonId superior : closure.superiors(persons[i])) held_by[superior] |= bit(i);
  }
  std::vector<Mask> masks;
  for (const auto& [superior, mask] : held_by) masks.push_back(mask);
  std::sort(masks.begin(), masks.end(), [](Mask a, Mask b) {
    return std::popcount(a) != std::popcount(b) ? std::popcount(a) > std::popcount(b) : a < b;
  });
  // A closure that holds no more than another one does adds nothing to any cover.
  std::vector<Mask> widest;
  for (const Mask mask : masks) {
    const bool within = std::any_of(widest.begin(), widest.end(),
                                    [mask](Mask wider) { return (mask & ~wider) == 0; });
    if (!within) widest.push_back(mask);
  }
  return coverable(widest, persons.empty() ? 0 : bit(persons.size()) - 1, count);
}

bool is_puppet_quorum(const Closure& closure, const Class& klass, std::optional<PersonId> initiator,
                      std::span<const PersonId> approvers) {
  std::vector<PersonId> persons(approvers.begin(), approvers.end());
  if (!klass.directs && initiator) persons.push_back(*initiator);
  return held_by_closures(closure, persons, closures_that_must_not_suffice(klass));
}

}  // namespace keyturn
