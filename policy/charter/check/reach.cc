// Nobody's closure is enough [I7]: for every class rule, roster and amendment, no one person
// commands a set of people that meets its terms, as if the guards that run at each decision were
// absent. A charter is sound on its face; the guards are the second lock. (Passes: passes.cc.)
#include <algorithm>

#include "policy/charter/check/check.h"
#include "policy/charter/check/terms_met.h"
#include "policy/charter/terms.h"
#include "policy/people/closure.h"

namespace keyturn {
namespace {

struct Reach {
  PersonId person;
  std::vector<PersonId> quorum;
};

// Closures are nested and command runs in no circle, so whoever has reach is under somebody who
// obeys nobody: asking those is enough. To name the culprit, go down as long as somebody below has
// it too.
std::optional<Reach> find_reach(const Charter& charter, const BranchTerms& terms) {
  const Closure& closure = *charter.closure;
  for (std::uint32_t i = 0; i < charter.persons.size(); ++i) {
    if (closure.superiors(PersonId{i}).size() > 1) continue;
    auto met = terms.met_by(closure.subordinates(PersonId{i}));
    if (!met) continue;
    Reach reach{PersonId{i}, std::move(*met)};
    for (bool is_lower = true; is_lower;) {
      is_lower = false;
      for (const PersonId below : closure.subordinates(reach.person)) {
        if (below == reach.person) continue;
        auto met_below = terms.met_by(closure.subordinates(below));
        if (!met_below) continue;
        reach = Reach{below, std::move(*met_below)};
        is_lower = true;
        break;
      }
    }
    return reach;
  }
  return std::nullopt;
}

bool is_exact(const Rule& rule) {
  return (rule.across_institutions != 0) + (rule.across_branches != 0) +
             (rule.at_most_per_institution != 0) <=
         1;
}

void check_terms(const CompiledCheck& check, const Rule& rule, Place place, std::string_view what) {
  for (const Branch& branch : rule.branches) {
    const auto reach = find_reach(check.charter, BranchTerms(check.charter, rule, branch));
    if (!reach) continue;
    const std::string name = quoted(check.charter.person(reach->person).name);
    std::string message;
    if (branch.slots.size() == 1) {
      message = std::string(what) + " would need " + name + " alone: nobody decides alone [I7]";
    } else {
      std::string people;
      for (const PersonId person : reach->quorum)
        people += (people.empty() ? "" : ", ") + quoted(check.charter.person(person).name);
      message = name + " commands enough people to meet this alone: " + people +
                ". Ask for somebody who does not obey him [I7]";
    }
    if (!is_exact(rule))
      message += " (`across` and `at most` were each asked by itself, which may refuse too much)";
    return check.diagnostics.error(place, message);
  }
}

}  // namespace

void check_reach(const CompiledCheck& check) {
  for (const DeclaredRule& declared : check.declared.rules) {
    const auto klass = check.charter.find_class(declared.klass.text);
    check_terms(check, check.charter.klass(*klass).rule, declared.quorum.place, "this");
  }
  const SelectorResolver resolver(check.charter, check.names);
  const auto check_declared = [&](const DeclaredQuorum& quorum, std::string_view what) {
    check_terms(check, compile_quorum(quorum, resolver), quorum.place, what);
  };
  for (const DeclaredRoster& roster : check.declared.rosters)
    check_declared(roster.quorum, "a change of the roster");
  for (const DeclaredFreeze& freeze : check.declared.freezes)
    check_declared(freeze.unfreeze, "unfreezing");
  if (check.declared.amend) {
    check_declared(check.declared.amend->quorum, "an amendment");
    check_declared(check.declared.amend->weakening, "an amendment");
  }
}

}  // namespace keyturn
