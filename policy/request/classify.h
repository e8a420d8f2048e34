// Which classes a request belongs to [C1–C5]. Pure; a function of charter and facts alone.
#pragma once

#include <string>
#include <vector>

#include "policy/charter/charter.h"
#include "policy/request/facts.h"

namespace keyturn {

// Why something was refused: a stable code for programs, a sentence for people. Sentences name the
// unmet term, never the persons who could supply it [P1].
struct Reason {
  std::string code;  // kebab-case
  std::string text;  // one line of printable ASCII
  friend bool operator==(const Reason&, const Reason&) = default;
};

struct Classification {
  enum class Kind : unsigned char { pass, gated, refused } kind = Kind::refused;
  std::string_view pass;         // the pass that lets it through
  std::vector<ClassId> classes;  // gated: every class that matches, sorted
  std::vector<Reason> reasons;   // refused
};

// Classes beat passes; what neither matches is refused (`unmatched`); a matcher that cannot be
// evaluated refuses (`unreadable`); an undeclared query parameter refuses (`query`).
// Does not look at who asks, at shapes or at systems: that is decide's, on the same facts.
void classify(const Charter& charter, const Facts& facts, Classification& out);

// The systems that the request names for `klass`, by every one of its sources [C5]; refusals: none
// named, unknown, of another endpoint, of another type.
struct NamedSystems {
  std::vector<SystemId> systems;  // sorted, distinct
  std::vector<Reason> reasons;    // empty: all is well
};
NamedSystems named_systems(const Charter& charter, const Class& klass, const Facts& facts);

// The named segments of a path under the first matcher's pattern that matches.
std::string_view path_value(const Class& klass, const Facts& facts, std::string_view name);

}  // namespace keyturn
