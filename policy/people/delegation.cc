#include "policy/people/delegation.h"

#include <algorithm>

#include "policy/people/closure.h"

namespace keyturn {
namespace {

bool any_selects(const std::vector<Selector>& selectors, PersonId person) {
  return std::any_of(selectors.begin(), selectors.end(),
                     [person](const Selector& one) { return one.selects(person); });
}

}  // namespace

bool speaks_in(const Class& klass, PersonId person) {
  const Rule& rule = klass.rule;
  return any_selects(rule.selectors, person) || (rule.veto_count > 0 && rule.veto.selects(person));
}

bool speaks_anywhere(const Charter& charter, PersonId person) {
  return std::any_of(charter.classes.begin(), charter.classes.end(),
                     [person](const Class& klass) { return speaks_in(klass, person); });
}

bool may_be_delegate(const Charter& charter, PersonId delegator, PersonId delegate) {
  return delegator != delegate && !charter.person(delegate).keys.empty() &&
         charter.person(delegator).institution == charter.person(delegate).institution &&
         !charter.closure->in_closure(delegator, delegate);
}

Duration delegation_most(const Charter& charter, PersonId delegator, PersonId delegate) {
  Duration most{0};
  if (!may_be_delegate(charter, delegator, delegate)) return most;
  for (const DelegationTerms& terms : charter.delegations) {
    if (any_selects(terms.of, delegator) && any_selects(terms.to, delegate))
      most = std::max(most, terms.most);
  }
  return most;
}

}  // namespace keyturn
