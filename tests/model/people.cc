#include "tests/model/people.h"

#include <algorithm>

namespace keyturn::model {
namespace {

bool has(const std::vector<Name>& names, const Name& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::set<Name> offices_under(const World& world, const Name& office) {
  std::set<Name> below;
  while (true) {
    const std::size_t before = below.size();
    for (const Office& other : world.offices) {
      for (const Name& above : other.under) {
        if (above == office || below.contains(above)) below.insert(other.name);
      }
    }
    if (below.size() == before) return below;
  }
}

Name branch_of(const World& world, const Name& institution) {
  for (const Institution& candidate : world.institutions) {
    if (candidate.name != institution) continue;
    return candidate.branch.empty() ? "(own) " + institution : candidate.branch;
  }
  return {};
}

}  // namespace

const Person& find_person(const World& world, const Name& name) {
  return *std::find_if(world.persons.begin(), world.persons.end(),
                       [&](const Person& person) { return person.name == name; });
}

People closure(const World& world, const People& start) {
  People closed = start;
  while (true) {
    const std::size_t before = closed.size();
    for (const Name& member : People(closed)) {
      for (const Name& held : find_person(world, member).holds) {
        for (const Name& office : offices_under(world, held)) {
          for (const Person& person : world.persons) {
            if (has(person.holds, office)) closed.insert(person.name);
          }
        }
      }
      for (const Person& person : world.persons) {
        if (has(person.under, member)) closed.insert(person.name);
      }
    }
    if (closed.size() == before) return closed;
  }
}

Relations::Relations(const World& world) {
  for (const Person& person : world.persons) {
    closures_[person.name] = closure(world, {person.name});
  }
  for (const Person& person : world.persons) {
    for (const Person& above : world.persons) {
      if (!in_closure(person.name, above.name)) continue;
      institutions_[person.name].insert(above.institution);
      branches_[person.name].insert(branch_of(world, above.institution));
    }
  }
}

}  // namespace keyturn::model
