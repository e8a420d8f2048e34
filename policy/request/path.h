// Request targets and path patterns. Exact and case-sensitive; nothing is decoded or normalised.
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/charter/charter.h"

namespace keyturn {

// The target up to its query.
std::string_view path_of(std::string_view target);

// Whether every server reads this path alike: segments of A-Z a-z 0-9 . _ ~ : @ -, none empty, none
// `.` or `..`; so no escapes, no doubled or trailing slash. What is not plain is refused.
bool path_is_plain(std::string_view path);

// Whether a pattern covers a whole path. `*` and `:name` stand for one segment that is not empty,
// `**` for one or more [C9].
bool path_matches(const std::vector<Segment>& pattern, std::string_view path);

// As the charter writes it: `/api/*/:id/**`.
std::string pattern_text(const std::vector<Segment>& pattern);

// Whether a method is among a matcher's.
bool allows(const Matcher& matcher, std::string_view method);
// Whether method and path are among a matcher's; its conditions are another question.
bool meets(const Matcher& matcher, std::string_view method, std::string_view path);

// The segment that stands where the pattern says `:name`; nullopt if the pattern does not match or
// names no such segment.
std::optional<std::string_view> segment_named(const std::vector<Segment>& pattern,
                                              std::string_view path, std::string_view name);

}  // namespace keyturn
