// What a rule asks of its counted approvers as a body, beside the slots they fill: how many stand
// apart from one another [Q1 Q6], how many of one institution, and whether a few persons' closures
// hold them all [I5]. Exact, over at most rule_slots_max persons; shared by the law (check.cc) and
// the search (search.cc). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policy/charter/charter.h"
#include "policy/people/closure.h"

namespace keyturn {

// I4 and I5 hold for whatever directs systems, whatever its rule says [I6].
bool superior_may_stand_beside(const Class& klass);
std::uint32_t closures_that_must_not_suffice(const Class& klass);

// Whether one of two different persons is in the other's closure.
bool commands_either_way(const Closure& closure, PersonId a, PersonId b);

// The most of `persons` whose institutions (branches of government) are pairwise disjoint [Q6].
std::uint32_t most_apart_by_institution(const Closure& closure, std::span<const PersonId> persons);
std::uint32_t most_apart_by_branch(const Closure& closure, std::span<const PersonId> persons);

// The most of `persons` that count as of one institution.
std::uint32_t most_of_one_institution(const Closure& closure, std::span<const PersonId> persons);

// Whether the closures of some `count` persons, of all on the roster, together hold all of
// `persons`.
bool held_by_closures(const Closure& closure, std::span<const PersonId> persons,
                      std::uint32_t count);

// The puppet quorum: `approvers`, with the initiator where the class directs nothing, are held by
// as many closures as must not suffice [I5].
bool is_puppet_quorum(const Closure& closure, const Class& klass, std::optional<PersonId> initiator,
                      std::span<const PersonId> approvers);

}  // namespace keyturn
