// The search for a quorum where there are many approvals: it ends, and it finds.
#include "policy/quorum/search.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "keyturn/limits.h"
#include "policy/quorum/quorum.h"
#include "tests/model/compile.h"

namespace keyturn {
namespace {

using model::Name;
using Kind = model::SelectorKind;

// `size` officials: everyone is a releaser, of ten institutions in turn, and every fourth commands
// the three who follow.
model::World ministry(std::size_t size, model::Rule rule) {
  model::World world;
  for (int index = 0; index < 10; ++index) {
    world.institutions.push_back({"i" + std::to_string(index), ""});
  }
  world.offices = {{"releaser", {}}};
  for (std::size_t index = 0; index < size; ++index) {
    model::Person person{
        "p" + std::to_string(index), "i" + std::to_string(index / 4 % 10), {"releaser"}, {}};
    if (index % 4 != 0) person.under.push_back("p" + std::to_string(index / 4 * 4));
    world.persons.push_back(person);
  }
  world.persons.push_back({"outsider", "i0", {}, {}});
  world.classes = {{"strike", true, std::move(rule)}};
  return world;
}

struct Flood {
  model::World world;
  std::shared_ptr<const Charter> charter = model::compile(world);
  std::vector<PersonId> everybody;

  explicit Flood(model::World the_world) : world(std::move(the_world)) {
    for (std::uint32_t person = 0; person < world.persons.size(); ++person) {
      everybody.push_back(PersonId{person});
    }
  }
  QuorumContext context() const {
    return {*charter, charter->classes[0], model::person_id(world, "outsider")};
  }
};

model::Rule releasers(std::uint32_t count) {
  model::Rule rule;
  rule.need = model::need(count, Kind::office, {"releaser"});
  return rule;
}

TEST_CASE("a quorum is found among ten thousand approvals [Q2]") {
  model::Rule rule = releasers(10);
  rule.across_institutions = 10;
  rule.at_most_per_institution = 1;
  const Flood flood(ministry(10'000, rule));
  const auto found = find_assignment(flood.context(), flood.everybody);
  REQUIRE(found);
  CHECK(check_assignment(flood.context(), *found, flood.everybody).empty());
}

TEST_CASE("ten thousand approvals that make no quorum cannot hang the search [Q2]") {
  // Eleven institutions of ten; and sixteen persons with at most one of each of ten.
  for (const bool across : {true, false}) {
    model::Rule rule = releasers(16);
    (across ? rule.across_institutions : rule.at_most_per_institution) = across ? 11 : 1;
    const Flood flood(ministry(10'000, rule));
    CHECK_FALSE(find_assignment(flood.context(), flood.everybody));
    std::uint64_t steps = quorum_search_steps_max;
    const Branch& branch = flood.charter->classes[0].rule.branches[0];
    CHECK_FALSE(search_quorum(flood.context(), branch, flood.everybody, steps));
    CHECK_FALSE(missing(flood.context(), flood.everybody).empty());
  }
}

TEST_CASE("the search stops when its steps are spent, and says what it got to [Q2]") {
  model::Rule rule = releasers(6);
  rule.across_institutions = 6;
  const Flood flood(ministry(400, rule));
  const Branch& branch = flood.charter->classes[0].rule.branches[0];
  std::uint64_t steps = 3;
  CHECK_FALSE(search_quorum(flood.context(), branch, flood.everybody, steps));
  CHECK(steps == 0);
  steps = quorum_search_steps_max;
  CHECK(search_quorum(flood.context(), branch, flood.everybody, steps));
  CHECK(steps > 0);
}

TEST_CASE("approvals that are alike are tried once [Q2]") {
  // Nobody commands anybody: all of an institution are alike, ten kinds in all.
  model::Rule rule = releasers(12);
  rule.across_institutions = 10;
  model::World world = ministry(2'000, rule);
  for (model::Person& person : world.persons) person.under.clear();
  const Flood flood(world);
  std::uint64_t steps = quorum_search_steps_max;
  REQUIRE(search_quorum(flood.context(), flood.charter->classes[0].rule.branches[0],
                        flood.everybody, steps));
  CHECK(quorum_search_steps_max - steps < 1'000);
}

TEST_CASE("one person outside the commander's closure is found among many inside it [I5]") {
  model::World world = ministry(300, releasers(5));
  for (model::Person& person : world.persons) person.under = {"p0"};
  world.persons[0].under.clear();
  world.persons[200].under.clear();
  const Flood flood(world);
  const auto found = find_assignment(flood.context(), flood.everybody);
  REQUIRE(found);
  CHECK(std::find(found->approvers.begin(), found->approvers.end(), PersonId{200}) !=
        found->approvers.end());

  world.persons[200].under = {"p0"};
  const Flood puppets(world);
  CHECK_FALSE(find_assignment(puppets.context(), puppets.everybody));
}

TEST_CASE("who shares a commander is told from who does not, where two must not suffice [I5]") {
  // ames and brandt obey one who does not approve; beside either, castell and duarte make it three.
  model::Rule rule = releasers(3);
  rule.not_under = 2;
  model::World world;
  world.institutions = {{"mod", ""}};
  world.offices = {{"releaser", {}}};
  world.persons = {{"outsider", "mod", {}, {}},
                   {"silent", "mod", {}, {}},
                   {"ames", "mod", {"releaser"}, {"silent"}},
                   {"brandt", "mod", {"releaser"}, {"silent"}},
                   {"castell", "mod", {"releaser"}, {}},
                   {"duarte", "mod", {"releaser"}, {}}};
  world.classes = {{"strike", true, rule}};
  const Flood flood(world);
  CHECK(find_assignment(flood.context(), flood.everybody));
  const std::vector<PersonId> without_duarte(flood.everybody.begin(), flood.everybody.end() - 1);
  CHECK_FALSE(find_assignment(flood.context(), without_duarte));
}

}  // namespace
}  // namespace keyturn
