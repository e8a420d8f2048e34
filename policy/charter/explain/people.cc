// Who there is, who commands whom, and what can be directed.
#include <algorithm>

#include "policy/charter/explain/prose.h"
#include "policy/people/closure.h"

namespace keyturn {
namespace {

// A roster of thousands is counted, not read out.
constexpr std::size_t read_out_max = 60;

std::string office_names(const Charter& charter, const std::vector<OfficeId>& offices) {
  std::vector<std::string> names;
  for (const OfficeId office : offices) names.push_back(charter.offices[office.value].name);
  return listed(names);
}

std::string person_names(const Charter& charter, const std::vector<PersonId>& persons) {
  std::vector<std::string> names;
  for (const PersonId person : persons) names.push_back(charter.person(person).name);
  return listed(names);
}

void explain_institutions(const Charter& charter, Prose& prose) {
  std::vector<std::string> parts;
  for (const Institution& one : charter.institutions)
    parts.push_back(one.title + " (" + one.name + ", " +
                    (charter.branches[one.branch.value] == one.name
                         ? "a branch of its own"
                         : charter.branches[one.branch.value]) +
                    ")");
  prose.paragraph("There are " +
                  counted(charter.institutions.size(), "institution", "institutions") + " of " +
                  counted(charter.branches.size(), "branch", "branches") +
                  " of government: " + listed(parts) + ".");
}

void explain_members(const Charter& charter, InstitutionId institution, Prose& prose) {
  std::vector<std::string> parts;
  for (const Person& person : charter.persons) {
    if (person.institution != institution) continue;
    std::string part = person.title + " (" + person.name;
    if (!person.holds.empty()) part += ", holds " + office_names(charter, person.holds);
    if (!person.under.empty()) part += ", under " + person_names(charter, person.under);
    if (person.keys.empty()) part += ", without a key to approve with";
    parts.push_back(part + ")");
  }
  if (parts.empty()) return;
  const Institution& of = charter.institution(institution);
  std::string text = "Of " + of.name + ", " + counted(parts.size(), "person", "persons");
  text += parts.size() <= read_out_max ? ": " + listed(parts) + "." : ".";
  prose.item(text);
}

void explain_command(const Charter& charter, Prose& prose) {
  for (const Office& office : charter.offices)
    if (!office.under.empty())
      prose.item("Whoever holds " + office.name + " is under whoever holds " +
                 office_names(charter, office.under) + ".");
  std::size_t read_out = 0;
  for (std::uint32_t i = 0; i < charter.persons.size(); ++i) {
    std::vector<PersonId> below;
    for (const PersonId one : charter.closure->subordinates(PersonId{i}))
      if (one != PersonId{i}) below.push_back(one);
    if (below.empty() || ++read_out > read_out_max) continue;
    prose.item(charter.persons[i].name + " commands " +
               (below.size() <= read_out_max ? person_names(charter, below)
                                             : counted(below.size(), "person", "persons")) +
               ".");
  }
}

void explain_agents(const Charter& charter, Prose& prose) {
  for (const Agent& agent : charter.agents) {
    std::vector<std::string> classes;
    for (const ClassId id : agent.may) classes.push_back(charter.klass(id).name);
    const std::string& sponsor = charter.person(agent.sponsor).name;
    std::string text = agent.name + " is an agent";
    if (agent.provider)
      text += " of " + charter.providers[agent.provider->value].name + "'s making";
    text += ", for which " + sponsor + " is responsible: what it directs is " + sponsor + "'s. ";
    text += classes.empty() ? "It may begin nothing that is high-stakes."
                            : "Of what is high-stakes it may begin " + listed(classes) + ".";
    prose.item(text);
  }
}

}  // namespace

void explain_people(const Explained& of, Prose& prose) {
  prose.heading("Who there is");
  explain_institutions(of.charter, prose);
  for (std::uint32_t i = 0; i < of.charter.institutions.size(); ++i)
    explain_members(of.charter, InstitutionId{i}, prose);
  explain_command(of.charter, prose);
  explain_agents(of.charter, prose);
}

void explain_systems(const Explained& of, Prose& prose) {
  const Charter& charter = of.charter;
  if (charter.pools.empty()) return;
  prose.heading("What can be directed");
  for (const Pool& pool : charter.pools) {
    const std::uint32_t count = pool.last.value - pool.first.value;
    prose.item(pool.name + " has " + counted(count, "system", "systems") + " of weight " +
               std::to_string(pool.weight) + " in all" +
               (pool.parent ? "." : ", with everything below it."));
  }
  for (const Endpoint& endpoint : charter.endpoints) {
    const auto directed =
        std::count_if(charter.systems.begin(), charter.systems.end(), [&](const System& system) {
          return charter.endpoint(system.endpoint).name == endpoint.name;
        });
    prose.item(
        "The endpoint " + endpoint.name + " is at " + endpoint.origin +
        (directed == 0
             ? "; no system is commanded there."
             : "; " + counted(static_cast<std::uint64_t>(directed), "system is", "systems are") +
                   " commanded there."));
  }
}

}  // namespace keyturn
