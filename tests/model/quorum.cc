#include "tests/model/quorum.h"

#include <algorithm>

namespace keyturn::model {
namespace {

bool has(const std::vector<Name>& names, const Name& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool meet(const std::set<Name>& a, const std::set<Name>& b) {
  return std::any_of(a.begin(), a.end(), [&](const Name& name) { return b.contains(name); });
}

// Whether some `size` of `approvers` have sets no two of which meet: every subset is tried.
template <class SetOf>
bool stand_apart(const std::vector<Name>& approvers, std::size_t size, const SetOf& set_of) {
  for (std::uint32_t subset = 0; subset < (1u << approvers.size()); ++subset) {
    std::vector<Name> chosen;
    for (std::size_t index = 0; index < approvers.size(); ++index) {
      if ((subset >> index & 1) != 0) chosen.push_back(approvers[index]);
    }
    if (chosen.size() < size) continue;
    bool apart = true;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      for (std::size_t j = i + 1; j < chosen.size(); ++j) {
        if (meet(set_of(chosen[i]), set_of(chosen[j]))) apart = false;
      }
    }
    if (apart) return true;
  }
  return false;
}

// Whether the closures of some `count` persons together hold all of `whom` [I5].
bool held_together(const Question& question, const People& whom, std::size_t count,
                   std::size_t from = 0, const People& held = {}) {
  if (std::includes(held.begin(), held.end(), whom.begin(), whom.end())) return true;
  if (count == 0) return false;
  for (std::size_t index = from; index < question.world.persons.size(); ++index) {
    People more = question.relations.closure_of(question.world.persons[index].name);
    more.insert(held.begin(), held.end());
    if (held_together(question, whom, count - 1, index + 1, more)) return true;
  }
  return false;
}

bool diverse(const Question& question, const std::vector<Name>& approvers) {
  const Rule& rule = question.klass.rule;
  const Relations& relations = question.relations;
  const auto institutions = [&](const Name& name) { return relations.institutions(name); };
  const auto branches_of = [&](const Name& name) { return relations.branches(name); };
  if (!stand_apart(approvers, rule.across_institutions, institutions)) return false;
  if (!stand_apart(approvers, rule.across_branches, branches_of)) return false;
  if (rule.at_most_per_institution == 0) return true;
  for (const Institution& institution : question.world.institutions) {
    const auto counts_as = [&](const Name& name) {
      return relations.institutions(name).contains(institution.name);
    };
    if (std::count_if(approvers.begin(), approvers.end(), counts_as) >
        static_cast<std::ptrdiff_t>(rule.at_most_per_institution)) {
      return false;
    }
  }
  return true;
}

bool independent(const Question& question, const std::vector<Name>& approvers) {
  const Relations& relations = question.relations;
  const Class& klass = question.klass;
  People whom(approvers.begin(), approvers.end());
  for (const Name& approver : approvers) {
    if (relations.in_closure(approver, question.initiator)) return false;
    for (const Name& other : approvers) {
      if (approver == other || (klass.rule.allow_superior && !klass.directs)) continue;
      if (relations.in_closure(approver, other)) return false;
    }
  }
  if (!klass.directs) whom.insert(question.initiator);
  return !held_together(question, whom, klass.rule.not_under);
}

// Fills slot after slot with everyone in turn, and asks whether what comes out is accepted.
bool any_filling(const Question& question, const Slots& slots, const People& available,
                 std::vector<Name>& approvers) {
  if (approvers.size() == slots.size()) return accepts(question, slots, approvers, available);
  for (const Name& person : available) {
    if (!selects(slots[approvers.size()], find_person(question.world, person))) continue;
    approvers.push_back(person);
    const bool found = any_filling(question, slots, available, approvers);
    approvers.pop_back();
    if (found) return true;
  }
  return false;
}

}  // namespace

std::vector<Slots> branches(const Need& need) {
  if (need.kind == Need::Kind::term) {
    Term one = need.term;
    one.count = 1;
    return {Slots(need.term.count, one)};
  }
  std::vector<Slots> out;
  if (need.kind == Need::Kind::any) {
    for (const Need& part : need.parts) {
      for (const Slots& slots : branches(part)) out.push_back(slots);
    }
    return out;
  }
  out.push_back({});
  for (const Need& part : need.parts) {
    std::vector<Slots> longer;
    for (const Slots& left : out) {
      for (const Slots& right : branches(part)) {
        longer.push_back(left);
        longer.back().insert(longer.back().end(), right.begin(), right.end());
      }
    }
    out = longer;
  }
  return out;
}

bool selects(const Term& term, const Person& person) {
  switch (term.kind) {
    case SelectorKind::office:
      return std::any_of(person.holds.begin(), person.holds.end(),
                         [&](const Name& office) { return has(term.names, office); });
    case SelectorKind::institution:
      return has(term.names, person.institution);
    case SelectorKind::person:
      return has(term.names, person.name);
  }
  return false;
}

bool accepts(const Question& question, const Slots& slots, const std::vector<Name>& approvers,
             const People& available) {
  if (approvers.size() != slots.size()) return false;
  if (People(approvers.begin(), approvers.end()).size() != approvers.size()) return false;
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    if (!available.contains(approvers[slot])) return false;
    if (!selects(slots[slot], find_person(question.world, approvers[slot]))) return false;
  }
  return diverse(question, approvers) && independent(question, approvers);
}

bool satisfiable(const Question& question, const People& available) {
  for (const Slots& slots : branches(question.klass.rule.need)) {
    std::vector<Name> approvers;
    if (any_filling(question, slots, available, approvers)) return true;
  }
  return false;
}

}  // namespace keyturn::model
