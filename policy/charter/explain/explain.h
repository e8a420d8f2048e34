// explain: a charter in plain sentences, for the officials who sign under it [DESIGN 4 Tools]. The
// order is the author's; the same charter always gives the same words. Pure; any thread.
//
// A construct that the language gains is one function here and one line in explain_charter(). Until
// it has them, its declarations are given as they are written: nothing that a charter says is left
// out.
#pragma once

#include <string>

#include "policy/charter/charter.h"

namespace keyturn {

std::string explain_charter(const Charter& charter);

}  // namespace keyturn
