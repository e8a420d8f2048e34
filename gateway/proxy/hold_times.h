// How long callers are kept waiting, by configuration (keyturn.toml, [holding]). Plain values.
#pragma once

#include <cstdint>

namespace keyturn {

struct HoldTimes {
  std::int64_t step_ms = 50'000;       // one step of the ladder
  std::int64_t ladder_ms = 580'000;    // all steps of one attempt
  std::int64_t keepalive_ms = 12'000;  // between two signs of life in a stream that waits
};

}  // namespace keyturn
