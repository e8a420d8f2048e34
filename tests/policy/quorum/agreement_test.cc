// The quorum that decides, against the naive one of tests/model, on random small worlds; and the
// laws that any reading of the rules must keep.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "policy/quorum/quorum.h"
#include "tests/model/any_world.h"
#include "tests/model/compile.h"
#include "tests/model/people.h"
#include "tests/model/quorum.h"

namespace keyturn {
namespace {

using model::Name;
using model::People;
using model::World;

// One world read both ways, and one command in it.
struct Case {
  World world;
  std::shared_ptr<const Charter> charter;
  model::Relations relations;
  Name initiator;

  Case(World the_world, Name the_initiator)
      : world(std::move(the_world)),
        charter(model::compile(world)),
        relations(world),
        initiator(std::move(the_initiator)) {}

  QuorumContext context() const { return {*charter, charter->classes[0], id(initiator)}; }
  model::Question question() const { return {world, relations, world.classes[0], initiator}; }
  PersonId id(const Name& name) const { return model::person_id(world, name); }
  std::vector<PersonId> ids(const std::vector<Name>& names) const {
    std::vector<PersonId> out;
    for (const Name& name : names) out.push_back(id(name));
    return out;
  }
  std::optional<Assignment> find(const std::vector<Name>& available) const {
    return find_assignment(context(), ids(available));
  }
};

Case any_case() {
  World world = *model::any_world();
  const Name initiator = model::any_of(model::person_names(world));
  return {std::move(world), initiator};
}

std::vector<Name> any_approvals(const Case& the) {
  return model::some_of(model::person_names(the.world));
}

People set_of(const std::vector<Name>& names) { return {names.begin(), names.end()}; }

// A property over worlds, and how often it saw either verdict: one that never saw a quorum, or
// never saw none, proves nothing.
struct Tally {
  std::uint64_t yes = 0, no = 0;
  bool count(bool verdict) {
    ++(verdict ? yes : no);
    return verdict;
  }
  ~Tally() {
    CHECK(yes >= 25);
    CHECK(no >= 25);
  }
};

constexpr int commands_per_world = 8;

TEST_CASE("a quorum is found exactly where the naive model says there is one [Q1 Q6 I4 I5]") {
  Tally tally;
  CHECK(rc::check([&] {
    World world = *model::any_world();
    for (int command = 0; command < commands_per_world; ++command) {
      const Case the(world, model::any_of(model::person_names(world)));
      const std::vector<Name> approvals = any_approvals(the);
      const bool expected = tally.count(model::satisfiable(the.question(), set_of(approvals)));
      const std::optional<Assignment> found = the.find(approvals);
      RC_ASSERT(found.has_value() == expected);
      RC_ASSERT(missing(the.context(), the.ids(approvals)).empty() == expected);
    }
  }));
}

TEST_CASE("an assignment is accepted exactly where the naive model accepts it [Q2]") {
  Tally tally;
  CHECK(rc::check([&] {
    const Case the = any_case();
    const std::vector<Name> everybody = model::person_names(the.world);
    const std::vector<Name> approvals =
        *rc::gen::inRange(0, 3) == 0 ? any_approvals(the) : everybody;
    const std::vector<model::Slots> branches = model::branches(the.world.classes[0].rule.need);
    RC_ASSERT(branches.size() == the.charter->classes[0].rule.branches.size());
    for (std::uint32_t branch = 0; branch < branches.size(); ++branch) {
      // Everybody in every slot, counted up like the digits of a number.
      std::size_t fillings = 1;
      for (std::size_t slot = 0; slot < branches[branch].size(); ++slot)
        fillings *= everybody.size();
      for (std::size_t filling = 0; filling < fillings; ++filling) {
        std::vector<Name> approvers;
        for (std::size_t digits = filling; approvers.size() < branches[branch].size();
             digits /= everybody.size()) {
          approvers.push_back(everybody[digits % everybody.size()]);
        }
        const bool expected = tally.count(
            model::accepts(the.question(), branches[branch], approvers, set_of(approvals)));
        const std::vector<Reason> reasons =
            check_assignment(the.context(), {branch, the.ids(approvers)}, the.ids(approvals));
        RC_ASSERT(reasons.empty() == expected);
      }
    }
  }));
}

TEST_CASE("an approval more never hurts [Q1]") {
  Tally tally;
  CHECK(rc::check([&] {
    const Case the = any_case();
    for (int command = 0; command < commands_per_world; ++command) {
      std::vector<Name> approvals = any_approvals(the);
      const bool before = tally.count(the.find(approvals).has_value());
      for (const Name& another : model::person_names(the.world)) {
        approvals.push_back(another);
        RC_ASSERT(!before || the.find(approvals).has_value());
      }
    }
  }));
}

TEST_CASE("the order in which approvals came never matters [Q1] T17") {
  Tally tally;
  CHECK(rc::check([&] {
    const Case the = any_case();
    for (int command = 0; command < commands_per_world; ++command) {
      std::vector<PersonId> approvals = the.ids(any_approvals(the));
      const std::optional<Assignment> first = find_assignment(the.context(), approvals);
      tally.count(first.has_value());
      do {
        RC_ASSERT(find_assignment(the.context(), approvals) == first);
      } while (approvals.size() <= 4 && std::next_permutation(approvals.begin(), approvals.end()));
      std::reverse(approvals.begin(), approvals.end());
      RC_ASSERT(find_assignment(the.context(), approvals) == first);
    }
  }));
}

// The same world with one more edge of command between persons or, downwards, between offices.
World with_more_command(World world) {
  const std::vector<Name> persons = model::person_names(world);
  if (world.offices.size() > 1 && *rc::gen::arbitrary<bool>()) {
    const std::size_t above = *rc::gen::inRange<std::size_t>(0, world.offices.size() - 1);
    const std::size_t below = *rc::gen::inRange<std::size_t>(above + 1, world.offices.size());
    world.offices[below].under.push_back(world.offices[above].name);
  } else {
    const std::size_t below = *rc::gen::inRange<std::size_t>(0, world.persons.size());
    world.persons[below].under.push_back(model::any_of(persons));
  }
  return world;
}

TEST_CASE("an edge of command more never permits what was not permitted [I2 I4 I5 I8]") {
  Tally tally;
  CHECK(rc::check([&] {
    const Case before = any_case();
    const Case after(with_more_command(before.world), before.initiator);
    for (int command = 0; command < commands_per_world; ++command) {
      const std::vector<Name> approvals = any_approvals(before);
      if (tally.count(after.find(approvals).has_value())) RC_ASSERT(before.find(approvals));
    }
  }));
}

TEST_CASE("other names in another order change nothing") {
  Tally tally;
  CHECK(rc::check([&] {
    const Case before = any_case();
    const std::string prefix = "x";
    const Case after(model::renamed(before.world, prefix), prefix + before.initiator);
    for (int command = 0; command < commands_per_world; ++command) {
      const std::vector<Name> approvals = any_approvals(before);
      std::vector<Name> renamed;
      for (const Name& name : approvals) renamed.push_back(prefix + name);
      RC_ASSERT(tally.count(before.find(approvals).has_value()) == after.find(renamed).has_value());
    }
  }));
}

TEST_CASE(
    "whose approval never counts is in no quorum, and one that adds nothing makes none [Q7]") {
  Tally tally;
  CHECK(rc::check([&] {
    const Case the = any_case();
    const std::vector<Name> everybody = model::person_names(the.world);
    for (const Name& person : everybody) {
      if (!tally.count(never_counts(the.context(), the.id(person)).empty())) {
        std::vector<Name> without = everybody;
        without.erase(std::find(without.begin(), without.end(), person));
        RC_ASSERT(the.find(without).has_value() == the.find(everybody).has_value());
      }
      const std::vector<Name> already = any_approvals(the);
      if (!adds_nothing(the.context(), the.id(person), the.ids(already)).empty()) {
        std::vector<Name> with = already;
        with.push_back(person);
        RC_ASSERT(!the.find(already) && !the.find(with));
      }
    }
  }));
}

}  // namespace
}  // namespace keyturn
