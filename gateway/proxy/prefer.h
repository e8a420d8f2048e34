// What a request prefers about its waiting (RFC 7240): `respond-async`, and `wait=N` seconds. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/http/message.h"

namespace keyturn {

struct Preferences {
  bool respond_async = false;
  std::optional<std::int64_t> wait_seconds;

  // The wait in milliseconds, where it is one that can be kept to: at most `step_ms`.
  std::optional<std::int64_t> wait_ms(std::int64_t step_ms) const;
};

// Of all `Prefer` fields together. Of a preference that stands twice the first counts, and what is
// unknown or malformed is passed over (section 2).
Preferences preferences_of(const Request& request);

}  // namespace keyturn
