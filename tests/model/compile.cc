#include "tests/model/compile.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

#include "policy/people/closure.h"
#include "tests/model/quorum.h"

namespace keyturn::model {
namespace {

template <class Tag, class Things>
Id<Tag> id_of(const Things& things, const Name& name) {
  const auto found = std::find_if(things.begin(), things.end(),
                                  [&](const auto& thing) { return thing.name == name; });
  if (found == things.end()) std::abort();  // a world that names what it does not have
  return {static_cast<std::uint32_t>(found - things.begin())};
}

BranchId branch_id(Charter& charter, const Institution& institution) {
  const std::string name =
      institution.branch.empty() ? "(own) " + institution.name : institution.branch;
  const auto found = std::find(charter.branches.begin(), charter.branches.end(), name);
  const BranchId id{static_cast<std::uint32_t>(found - charter.branches.begin())};
  if (found == charter.branches.end()) charter.branches.push_back(name);
  return id;
}

void compile_people(const World& world, Charter& charter) {
  for (const Institution& institution : world.institutions) {
    const BranchId branch = branch_id(charter, institution);
    charter.institutions.push_back({institution.name, institution.name, branch});
  }
  for (const Office& office : world.offices) {
    keyturn::Office compiled{office.name, {}};
    for (const Name& above : office.under) {
      compiled.under.push_back(id_of<OfficeTag>(world.offices, above));
    }
    charter.offices.push_back(compiled);
  }
  std::unordered_map<Name, PersonId> ids;
  for (const Person& person : world.persons) {
    ids.emplace(person.name, PersonId{static_cast<std::uint32_t>(ids.size())});
  }
  for (const Person& person : world.persons) {
    keyturn::Person compiled;
    compiled.name = compiled.title = person.name;
    compiled.institution = id_of<InstitutionTag>(world.institutions, person.institution);
    for (const Name& held : person.holds) {
      compiled.holds.push_back(id_of<OfficeTag>(world.offices, held));
    }
    for (const Name& above : person.under) compiled.under.push_back(ids.at(above));
    charter.persons.push_back(compiled);
  }
}

Selector compile_selector(const World& world, const Term& term) {
  Selector selector;
  selector.kind = term.kind == SelectorKind::office        ? keyturn::SelectorKind::office
                  : term.kind == SelectorKind::institution ? keyturn::SelectorKind::institution
                                                           : keyturn::SelectorKind::person;
  selector.names = term.names;
  selector.text = selector_text(term);
  for (std::uint32_t person = 0; person < world.persons.size(); ++person) {
    if (selects(term, world.persons[person])) selector.people.push_back(PersonId{person});
  }
  return selector;
}

keyturn::Class compile_class(const World& world, const Class& klass) {
  keyturn::Class compiled;
  compiled.name = klass.name;
  compiled.directs = klass.directs;
  keyturn::Rule& rule = compiled.rule;
  for (const Slots& slots : branches(klass.rule.need)) {
    Branch branch;
    for (const Term& slot : slots) {
      const std::string text = selector_text(slot);
      const auto same =
          std::find_if(rule.selectors.begin(), rule.selectors.end(),
                       [&](const Selector& selector) { return selector.text == text; });
      branch.slots.push_back(static_cast<std::uint32_t>(same - rule.selectors.begin()));
      if (same == rule.selectors.end()) rule.selectors.push_back(compile_selector(world, slot));
    }
    rule.branches.push_back(branch);
  }
  rule.across_institutions = klass.rule.across_institutions;
  rule.across_branches = klass.rule.across_branches;
  rule.at_most_per_institution = klass.rule.at_most_per_institution;
  rule.not_under = klass.rule.not_under;
  rule.superior_beside_subordinate = klass.rule.allow_superior;
  return compiled;
}

}  // namespace

PersonId person_id(const World& world, const Name& name) {
  return id_of<PersonTag>(world.persons, name);
}

std::shared_ptr<const Charter> compile(const World& world) {
  auto charter = std::make_shared<Charter>();
  compile_people(world, *charter);
  for (const Class& klass : world.classes) {
    charter->classes.push_back(compile_class(world, klass));
  }
  charter->closure = std::make_shared<const Closure>(*charter);
  return charter;
}

}  // namespace keyturn::model
