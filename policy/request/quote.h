// Values of a request as printable ASCII, so that what an official reads is one thing only: no
// control characters, no letters that look like others, no text that runs from right to left [C8].
// Pure.
#pragma once

#include <string>
#include <string_view>

#include "keyturn/result.h"
#include "policy/charter/charter.h"
#include "policy/request/facts.h"

namespace keyturn {

// A JSON string: \" and \\, and \uxxxx (lower case, surrogate pairs) for all but printable ASCII.
// Errors: invalid (not UTF-8), too_large (over effect_value_bytes_max, the quotes included).
Result<std::string> quote_text(std::string_view text);

// A string so quoted, or an integer as digits. Errors: as above; invalid for other kinds, which
// Facts do not keep.
Result<std::string> quote_value(const Value& value);

// For messages: without quotes, broken UTF-8 as \ufffd, and what is too long only by its size.
std::string printable(std::string_view text);

// The `effect` of a class, filled from the request; empty if it has none. `systems_text` is the
// command's systems, as ranges. Errors: as above; invalid for a value that is absent; too_large for
// a text over statement_bytes_max. Never a truncation.
Result<std::string> render_effect(const Charter& charter, const Class& klass, const Facts& facts,
                                  std::string_view systems_text);

}  // namespace keyturn
