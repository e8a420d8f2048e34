// The matching that decides one-person reach, against trying everybody for every slot.
#include "policy/charter/check/terms_met.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

namespace keyturn {
namespace {

struct World {
  Charter charter;
  Rule rule;
};

World any_world(std::mt19937& random) {
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  World world;
  const std::uint32_t institutions = 1 + below(4), branches = 1 + below(3);
  for (std::uint32_t i = 0; i < institutions; ++i)
    world.charter.institutions.push_back(
        Institution{"i" + std::to_string(i), "", BranchId{below(branches)}});
  for (std::uint32_t i = 0, n = 1 + below(7); i < n; ++i) {
    Person person;
    person.institution = InstitutionId{below(institutions)};
    world.charter.persons.push_back(std::move(person));
  }
  for (std::uint32_t i = 0, n = 1 + below(3); i < n; ++i) {
    Selector selector;
    for (std::uint32_t person = 0; person < world.charter.persons.size(); ++person)
      if (below(2) == 0) selector.people.push_back(PersonId{person});
    world.rule.selectors.push_back(std::move(selector));
  }
  Branch branch;
  for (std::uint32_t i = 0, n = 1 + below(4); i < n; ++i)
    branch.slots.push_back(below(static_cast<std::uint32_t>(world.rule.selectors.size())));
  world.rule.branches.push_back(std::move(branch));
  if (below(2) == 0) world.rule.across_institutions = 1 + below(3);
  if (below(4) == 0) world.rule.across_branches = 1 + below(3);
  if (below(3) == 0) world.rule.at_most_per_institution = 1 + below(2);
  return world;
}

bool meets(const World& world, const std::vector<PersonId>& chosen) {
  std::set<std::uint32_t> institutions, branches;
  std::vector<std::uint32_t> count(world.charter.institutions.size());
  for (const PersonId person : chosen) {
    const InstitutionId institution = world.charter.person(person).institution;
    institutions.insert(institution.value);
    branches.insert(world.charter.institution(institution).branch.value);
    ++count[institution.value];
  }
  const std::uint32_t cap = world.rule.at_most_per_institution;
  return institutions.size() >= world.rule.across_institutions &&
         branches.size() >= world.rule.across_branches &&
         (cap == 0 || *std::max_element(count.begin(), count.end()) <= cap);
}

bool tries_everybody(const World& world, std::vector<PersonId>& chosen) {
  const std::vector<std::uint32_t>& slots = world.rule.branches[0].slots;
  if (chosen.size() == slots.size()) return meets(world, chosen);
  for (const PersonId person : world.rule.selectors[slots[chosen.size()]].people) {
    if (std::find(chosen.begin(), chosen.end(), person) != chosen.end()) continue;
    chosen.push_back(person);
    if (tries_everybody(world, chosen)) return true;
    chosen.pop_back();
  }
  return false;
}

TEST_CASE(
    "[I7] terms are met by matching exactly where trying everybody meets them, or else too often") {
  std::mt19937 random(7);
  std::uint32_t met_count = 0;
  for (int i = 0; i < 20000; ++i) {
    const World world = any_world(random);
    std::vector<PersonId> everybody, chosen;
    for (std::uint32_t person = 0; person < world.charter.persons.size(); ++person)
      everybody.push_back(PersonId{person});
    const bool is_met = tries_everybody(world, chosen);
    const auto met =
        BranchTerms(world.charter, world.rule, world.rule.branches[0]).met_by(everybody);
    const int binding = (world.rule.across_institutions != 0) + (world.rule.across_branches != 0) +
                        (world.rule.at_most_per_institution != 0);
    if (is_met) REQUIRE(met.has_value());
    if (binding > 1) continue;
    REQUIRE(met.has_value() == is_met);
    if (!met) continue;
    ++met_count;
    REQUIRE(met->size() == world.rule.branches[0].slots.size());
    if (world.rule.at_most_per_institution == 0) REQUIRE(meets(world, *met));
  }
  CHECK(met_count > 1000);
}

}  // namespace
}  // namespace keyturn
