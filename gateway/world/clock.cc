#include "gateway/world/clock.h"

namespace keyturn {

Time SystemClock::now() const {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::floor<std::chrono::seconds>(since).count()};
}

std::chrono::milliseconds SystemClock::monotonic() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

std::chrono::nanoseconds SystemClock::stopwatch() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

Time ManualClock::now() const { return {wall_.load()}; }

std::chrono::milliseconds ManualClock::monotonic() const {
  return std::chrono::milliseconds(monotonic_ms_.load());
}

void ManualClock::advance(Duration by) {
  wall_ += by.seconds;
  monotonic_ms_ += by.seconds * 1000;
}

void ManualClock::advance_ms(std::int64_t by) { monotonic_ms_ += by; }

void ManualClock::set(Time wall) { wall_ = wall.seconds; }

}  // namespace keyturn
