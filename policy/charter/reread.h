// The declared model of a charter that loaded, read again from its own text: for what only the
// author's words say (their order, amendments, rosters). Pure; the views live as long as the
// charter.
#pragma once

#include "policy/charter/charter.h"
#include "policy/charter/declared.h"

namespace keyturn {

DeclaredCharter reread(const Charter& charter);

}  // namespace keyturn
