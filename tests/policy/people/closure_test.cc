#include "policy/people/closure.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "tests/model/any_world.h"
#include "tests/model/compile.h"
#include "tests/model/people.h"

namespace keyturn {
namespace {

using model::Name;
using model::World;
using Names = std::vector<Name>;

// Whom `person`'s closure holds, by name.
std::vector<Name> under(const World& world, const Name& person) {
  const std::shared_ptr<const Charter> charter = model::compile(world);
  std::vector<Name> names;
  for (const PersonId id : charter->closure->subordinates(model::person_id(world, person))) {
    names.push_back(charter->person(id).name);
  }
  return names;
}

std::vector<Name> counts_as(const World& world, const Name& person) {
  const std::shared_ptr<const Charter> charter = model::compile(world);
  std::vector<Name> names;
  for (const InstitutionId id : charter->closure->institutions(model::person_id(world, person))) {
    names.push_back(charter->institution(id).name);
  }
  return names;
}

TEST_CASE("a person is in his own closure, alone, where nobody obeys him [I2]") {
  World world;
  world.institutions = {{"mod", ""}};
  world.persons = {{"ames", "mod", {}, {}}, {"brandt", "mod", {}, {}}};
  CHECK(under(world, "ames") == Names{"ames"});
}

TEST_CASE("an office brings in those under it, never fellow holders [I1]") {
  World world;
  world.institutions = {{"mod", ""}};
  world.offices = {{"chief", {}}, {"commander", {"chief"}}};
  world.persons = {{"ames", "mod", {"chief"}, {}},
                   {"brandt", "mod", {"chief"}, {}},
                   {"castell", "mod", {"commander"}, {}}};
  CHECK(under(world, "ames") == Names{"ames", "castell"});
  CHECK(under(world, "castell") == Names{"castell"});
}

TEST_CASE("command runs through an office that nobody holds [I1]") {
  World world;
  world.institutions = {{"mod", ""}};
  world.offices = {{"chief", {}}, {"deputy", {"chief"}}, {"commander", {"deputy"}}};
  world.persons = {{"ames", "mod", {"chief"}, {}}, {"castell", "mod", {"commander"}, {}}};
  CHECK(under(world, "ames") == Names{"ames", "castell"});
}

TEST_CASE("whoever obeys a subordinate, by office or in person, obeys his superior [I2]") {
  World world;
  world.institutions = {{"mod", ""}};
  world.offices = {
      {"chief", {}}, {"commander", {"chief"}}, {"registrar", {}}, {"clerk", {"registrar"}}};
  world.persons = {{"ames", "mod", {"chief"}, {}},
                   {"brandt", "mod", {"commander", "registrar"}, {}},
                   {"castell", "mod", {"clerk"}, {}},
                   {"duarte", "mod", {}, {"castell"}}};
  CHECK(under(world, "ames") == Names{"ames", "brandt", "castell", "duarte"});
  CHECK(under(world, "castell") == Names{"castell", "duarte"});
}

TEST_CASE("who command one another are all in each other's closures [I2]") {
  World world;
  world.institutions = {{"mod", ""}};
  world.persons = {{"ames", "mod", {}, {"castell"}},
                   {"brandt", "mod", {}, {"ames"}},
                   {"castell", "mod", {}, {"brandt"}}};
  for (const Name& person : Names{"ames", "brandt", "castell"}) {
    CHECK(under(world, person) == Names{"ames", "brandt", "castell"});
  }
}

TEST_CASE("a person under somebody of another institution counts as of both [Q6]") {
  World world;
  world.institutions = {{"mod", ""}, {"court", ""}, {"lab", ""}};
  world.persons = {{"ames", "mod", {}, {}},
                   {"brandt", "court", {}, {"ames"}},
                   {"castell", "lab", {}, {"brandt"}}};
  CHECK(counts_as(world, "ames") == Names{"mod"});
  CHECK(counts_as(world, "brandt") == Names{"mod", "court"});
  CHECK(counts_as(world, "castell") == Names{"mod", "court", "lab"});
}

TEST_CASE("closures and institutions are the naive model's on random worlds [I1 I2 Q6]") {
  CHECK(rc::check([] {
    const World world = *model::any_world();
    const model::Relations relations(world);
    const std::shared_ptr<const Charter> charter = model::compile(world);
    const Closure& closure = *charter->closure;
    for (const Name& name : model::person_names(world)) {
      const PersonId person = model::person_id(world, name);
      std::set<Name> subordinates, institutions, branches;
      for (const PersonId id : closure.subordinates(person)) {
        subordinates.insert(charter->person(id).name);
        RC_ASSERT(closure.in_closure(id, person));
      }
      for (const InstitutionId id : closure.institutions(person)) {
        institutions.insert(charter->institution(id).name);
      }
      for (const BranchId id : closure.branches(person)) {
        branches.insert(charter->branches[id.value]);
      }
      RC_ASSERT(subordinates == relations.closure_of(name));
      RC_ASSERT(institutions == relations.institutions(name));
      RC_ASSERT(branches == relations.branches(name));
      for (const PersonId id : closure.superiors(person)) {
        RC_ASSERT(relations.in_closure(name, charter->person(id).name));
      }
    }
  }));
}

}  // namespace
}  // namespace keyturn
