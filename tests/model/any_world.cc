#include "tests/model/any_world.h"

namespace keyturn::model {
namespace {

// True `times` in `of`; shrinks to false.
bool chance(int times, int of) { return *rc::gen::inRange(0, of) >= of - times; }

std::uint32_t between(std::uint32_t low, std::uint32_t high) {
  return *rc::gen::inRange(low, high + 1);
}

std::vector<Name> names(const std::string& prefix, std::uint32_t count) {
  std::vector<Name> out;
  for (std::uint32_t index = 0; index < count; ++index) {
    out.push_back(prefix + std::to_string(index));
  }
  return out;
}

void add_people(World& world) {
  const std::vector<Name> institutions = names("i", between(2, 4));
  for (const Name& name : institutions) {
    world.institutions.push_back({name, chance(1, 3) ? "b" + std::to_string(between(0, 1)) : ""});
  }
  const std::vector<Name> offices = names("o", between(0, 5));
  for (std::size_t index = 0; index < offices.size(); ++index) {
    Office office{offices[index], {}};
    // Only under earlier ones: no cycles.
    for (std::size_t above = 0; above < index; ++above) {
      if (chance(1, 4)) office.under.push_back(offices[above]);
    }
    world.offices.push_back(office);
  }
  const std::vector<Name> persons = names("p", between(3, 8));
  for (const Name& name : persons) {
    Person person{name, any_of(institutions), {}, {}};
    for (const Name& office : offices) {
      if (chance(1, 3)) person.holds.push_back(office);
    }
    // Any way round, cycles included: a closure must not care.
    if (chance(1, 6)) {
      const Name above = any_of(persons);
      if (above != name) person.under.push_back(above);
    }
    world.persons.push_back(person);
  }
}

Term any_term(const World& world, std::uint32_t count) {
  Term term;
  term.count = count;
  std::vector<Name> all;
  switch (world.offices.empty() ? between(1, 2) : between(0, 2)) {
    case 0:
      for (const Office& office : world.offices) all.push_back(office.name);
      term.kind = SelectorKind::office;
      break;
    case 1:
      for (const Institution& institution : world.institutions) all.push_back(institution.name);
      term.kind = SelectorKind::institution;
      break;
    default:
      all = person_names(world);
      term.kind = SelectorKind::person;
  }
  term.names = some_of(all);
  if (term.names.empty()) term.names = all;
  return term;
}

Need any_need(const World& world) {
  const auto term = [&](std::uint32_t most) {
    Need need;
    need.term = any_term(world, between(1, most));
    return need;
  };
  switch (between(0, 5)) {
    case 0:
      return term(3);
    case 1:
      return either(term(2), term(2));
    case 2:
      return both(term(1), either(term(2), both(term(1), term(1))));
    case 3:
      return either(both(term(1), term(1)), both(term(2), term(1)));
    case 4:
      return both(both(term(1), term(1)), term(1));
    default:
      return both(term(2), term(2));
  }
}

Rule any_rule(const World& world) {
  Rule rule;
  rule.need = any_need(world);
  if (chance(1, 3)) rule.across_institutions = between(2, 3);
  if (chance(1, 6)) rule.across_branches = 2;
  if (chance(1, 5)) rule.at_most_per_institution = between(1, 2);
  if (chance(1, 4)) rule.not_under = 2;
  rule.allow_superior = chance(1, 2);
  return rule;
}

World state() {
  World world;
  world.institutions = {{"mod", "executive"}, {"parliament", ""}, {"court", ""}};
  world.offices = {{"chief", {}}, {"commander", {"chief"}}};
  world.persons = {{"okafor", "mod", {"chief"}, {}},     {"alvarez", "mod", {"commander"}, {}},
                   {"brandt", "mod", {"commander"}, {}}, {"nowak", "mod", {}, {}},
                   {"farouk", "parliament", {}, {}},     {"haddad", "parliament", {}, {}},
                   {"duarte", "court", {}, {}},          {"eriksen", "court", {}, {}}};
  world.providers = {"acme", "borealis"};
  world.agents = {{"planner", "alvarez", "acme"},
                  {"scout", "alvarez", "borealis"},
                  {"relay", "brandt", "acme"}};
  Rule rule;
  rule.need = both(need(1, SelectorKind::institution, {"parliament"}),
                   need(1, SelectorKind::institution, {"court"}));
  rule.across_institutions = 2;
  world.classes = {{"act", true, rule}};
  world.freezes = {{"military", {1, SelectorKind::institution, {"mod", "court"}}, rule.need}};
  world.has_effector = true;
  return world;
}

Limit any_limit(const World& world) {
  using Subject = Limit::Subject;
  Limit limit;
  limit.subject = std::vector<Subject>{Subject::person, Subject::span, Subject::institution,
                                       Subject::agents, Subject::cosigned}[between(0, 4)];
  if (limit.subject == Subject::agents) limit.provider = any_of(world.providers);
  limit.pool = any_of(world.pools);
  limit.basis_points = between(2'000, 10'000);
  if (chance(1, 3)) limit.at_most = between(1, 12);
  if (chance(1, 3)) limit.over_seconds = between(1, 6) * 600;
  return limit;
}

}  // namespace

rc::Gen<World> any_fleet() {
  return rc::gen::resize(rc::kNominalSize, rc::gen::exec([] {
                           World world = state();
                           world.pools = {"military", "military/air", "military/sea"};
                           for (const Name& name : names("s", 8)) {
                             const Name pool = "military/" + any_of({"air", "sea"});
                             world.systems.push_back({name, pool, between(1, 4)});
                           }
                           // A pool without systems is refused by the checker.
                           world.systems[0].pool = "military/air";
                           world.systems[1].pool = "military/sea";
                           for (std::uint32_t count = between(1, 4); count > 0; --count) {
                             world.limits.push_back(any_limit(world));
                           }
                           return world;
                         }));
}

Name any_of(const std::vector<Name>& names) {
  return names[*rc::gen::inRange<std::size_t>(0, names.size())];
}

std::vector<Name> some_of(const std::vector<Name>& names) {
  std::vector<Name> out;
  for (const Name& name : names) {
    if (chance(3, 4)) out.push_back(name);
  }
  return out;
}

std::vector<Name> person_names(const World& world) {
  std::vector<Name> out;
  for (const Person& person : world.persons) out.push_back(person.name);
  return out;
}

rc::Gen<World> any_world() {
  // At full size from the first case on: small sizes would make every chance improbable.
  return rc::gen::resize(rc::kNominalSize, rc::gen::exec([] {
                           World world;
                           add_people(world);
                           world.classes.push_back({"act", chance(1, 2), any_rule(world)});
                           return world;
                         }));
}

void showValue(const World& world, std::ostream& out) { out << '\n' << charter_text(world); }

}  // namespace keyturn::model
