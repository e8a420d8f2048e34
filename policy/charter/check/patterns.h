// When two path patterns can match one path, and when one pointer lies under another. Conservative
// means: true unless it is certain that they cannot.
#pragma once

#include <algorithm>

#include "policy/charter/charter.h"

namespace keyturn {

// Whether some path matches both. Exact: segments are compared one by one, `**` takes one or more.
inline bool paths_meet(const std::vector<Segment>& a, const std::vector<Segment>& b) {
  for (std::size_t i = 0;; ++i) {
    if (i == a.size() || i == b.size()) return a.size() == b.size();
    if (a[i].kind == Segment::Kind::rest || b[i].kind == Segment::Kind::rest) return true;
    const bool are_literals =
        a[i].kind == Segment::Kind::literal && b[i].kind == Segment::Kind::literal;
    if (are_literals && a[i].text != b[i].text) return false;
  }
}

// Whether some request has a method and a path of both, whatever the conditions say.
inline bool matchers_meet(const Matcher& a, const Matcher& b) {
  const bool have_method = std::any_of(a.methods.begin(), a.methods.end(), [&](const auto& method) {
    return std::binary_search(b.methods.begin(), b.methods.end(), method);
  });
  return have_method && paths_meet(a.path, b.path);
}

// Whether the shape's `pattern` lists what `pointer` reads [C6].
inline bool pattern_lists(const Pointer& pattern, const Pointer& pointer) {
  using Kind = Pointer::Step::Kind;
  for (std::size_t i = 0; i < pointer.steps.size(); ++i) {
    if (i == pattern.steps.size()) return false;
    const Pointer::Step& listed = pattern.steps[i];
    if (listed.kind == Kind::below) return true;
    const bool is_index = !pointer.steps[i].name.empty() && pointer.steps[i].name.find_first_not_of(
                                                                "0123456789") == std::string::npos;
    if (listed.kind == Kind::element && (pointer.steps[i].kind == Kind::element || is_index))
      continue;
    if (!(listed == pointer.steps[i])) return false;
  }
  return pointer.steps.size() == pattern.steps.size();
}

}  // namespace keyturn
