// Names of JSON members as readers that ignore case compare them: Go's encoding/json above all,
// which matches a member to a field by Unicode's simple folding. Pure; any thread; no allocation.
#pragma once

#include <string_view>

namespace keyturn {

// Whether `name` and `wanted` are equal but for case. `wanted`, of a charter, is ASCII; beside
// the other case of a letter, simple folding takes two characters for ASCII letters: U+017F (long
// s) for `s` and U+212A (the sign of the kelvin) for `k`.
bool folds_to_same(std::string_view name, std::string_view wanted);

}  // namespace keyturn
