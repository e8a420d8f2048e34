// A charter as JSON, for programs that are not this one: docs/charter-tools.md names every member.
// Members may be added, and are never renamed, nor do they change what they mean, while `format`
// stays. Thread rule: a plain function.
#pragma once

#include <string>

#include "policy/charter/charter.h"

namespace keyturn {

// Indented, with a line end. A construct that the language gains is one function and one line
// there.
std::string charter_json(const Charter& charter);

}  // namespace keyturn
