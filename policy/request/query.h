// The query of a request target, by the one grammar that leaves no choice [C3]:
//
//   query     = parameter *( "&" parameter )
//   parameter = 1*symbol "=" *symbol
//   symbol    = ALPHA / DIGIT / "-" / "." / "_" / "~" / "%" HEXDIG HEXDIG
//
// Names are compared after decoding, so `%6dodel` repeats `model`; a name stands once. Servers
// differ over `+`, `;`, `a` beside `a=`, and repeated names, so none of these is accepted. Pure;
// any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keyturn/result.h"

namespace keyturn {

struct QueryParameter {
  std::string name, value;  // decoded
};

// In the order of the target; empty if the target has no `?`. Errors: invalid.
Result<std::vector<QueryParameter>> parse_query(std::string_view target);

// The value of one parameter; nullopt: there is none. Errors: invalid, if the query as a whole is.
Result<std::optional<std::string>> query_value(std::string_view target, std::string_view name);

}  // namespace keyturn
