// Terms: from the expression of a rule, a roster or an amendment to its disjunctive form [Q1] and
// to its words on one line.
#pragma once

#include <string>
#include <vector>

#include "policy/charter/charter.h"
#include "policy/charter/declared.h"
#include "policy/charter/names.h"

namespace keyturn {

// `office:a|b`
std::string selector_text(const DeclaredSelector& selector);
// `2 of office:a and 1 of institution:b|c across 3 institutions`
std::string quorum_text(const DeclaredQuorum& quorum);
// The same with what only class rules have, and the veto: `…; veto 1 of office:judge-advocate`
std::string rule_text(const DeclaredRule& rule);

// The distinct selectors of an expression, in order, and its branches over them. `too_large` stands
// for more than rule_branches_max branches, or one of more than rule_slots_max slots.
struct DisjunctiveForm {
  std::vector<const DeclaredSelector*> selectors;
  std::vector<Branch> branches;
  bool too_large = false;
};
DisjunctiveForm disjunctive_form(const Expression& expression);

// Whom selectors select. Lists are made once for all of a charter's selectors.
class SelectorResolver {
 public:
  // Needs the charter's institutions, offices and persons.
  SelectorResolver(const Charter& charter, const Names& names);
  Selector resolve(const DeclaredSelector& selector) const;

 private:
  const Names& names_;
  std::vector<std::vector<PersonId>> by_office_, by_institution_;
};

// Selectors, branches, across and at most; the rest of Rule is the caller's.
Rule compile_quorum(const DeclaredQuorum& quorum, const SelectorResolver& resolver);

}  // namespace keyturn
