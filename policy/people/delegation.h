// Who may approve in whose place, as far as the charter alone says it [I2 c, I4]. Pure; any thread.
#pragma once

#include "policy/charter/charter.h"

namespace keyturn {

// Whether the rule of `klass` lets `person` approve or veto.
bool speaks_in(const Class& klass, PersonId person);
bool speaks_anywhere(const Charter& charter, PersonId person);

// Two persons of one institution, the delegate with a key, and not somebody whom the delegator must
// obey: he would sign for those who obey him.
bool may_be_delegate(const Charter& charter, PersonId delegator, PersonId delegate);

// The longest time for which the charter lets `delegator` delegate to `delegate`; 0s: not at all.
Duration delegation_most(const Charter& charter, PersonId delegator, PersonId delegate);

}  // namespace keyturn
