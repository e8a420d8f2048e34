// A delegation that nobody could ever use is a mistake in the charter: delegator and delegate are
// two persons of one institution, and the delegator has something to delegate [I4].
#include <algorithm>

#include "keyturn/limits.h"
#include "policy/charter/check/check.h"
#include "policy/people/delegation.h"

namespace keyturn {
namespace {

bool anybody_could(const Charter& charter, const DelegationTerms& terms) {
  for (const Selector& of : terms.of) {
    for (const PersonId delegator : of.people) {
      if (!speaks_anywhere(charter, delegator)) continue;
      for (const Selector& to : terms.to) {
        if (std::any_of(to.people.begin(), to.people.end(), [&](PersonId delegate) {
              return may_be_delegate(charter, delegator, delegate);
            })) {
          return true;
        }
      }
    }
  }
  return false;
}

}  // namespace

void check_delegations(const CompiledCheck& check) {
  for (std::size_t i = 0; i < check.charter.delegations.size(); ++i) {
    const DelegationTerms& terms = check.charter.delegations[i];
    const Place& place = check.declared.delegations[i].place;
    const auto seconds = static_cast<std::uint64_t>(terms.most.seconds);
    if (seconds == 0 || seconds > delegation_seconds_max)
      check.diagnostics.error(place,
                              "a delegation runs for a time, at most 31 days "
                              "(delegation_seconds_max)");
    if (!anybody_could(check.charter, terms))
      check.diagnostics.error(
          place,
          "nobody could use this: it takes a delegator whom some rule lets approve or veto, and a "
          "delegate with a key, of the same institution, who does not command the delegator [I4]");
  }
}

}  // namespace keyturn
