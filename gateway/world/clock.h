// Clock: the only place where Keyturn learns the time. Injected, so that tests and exercises bring
// their own. Entries are decided with the entry's time, which the sequencer derives from now()
// [T1].
//
// now() may jump either way (people set clocks); monotonic() never goes back and has no epoch: it
// is for timers; stopwatch() is the same, fine enough to measure what takes microseconds. Thread
// rule: all may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>

#include "keyturn/time.h"

namespace keyturn {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  virtual std::chrono::milliseconds monotonic() const = 0;
  virtual std::chrono::nanoseconds stopwatch() const { return monotonic(); }
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
  std::chrono::milliseconds monotonic() const override;
  std::chrono::nanoseconds stopwatch() const override;
};

// Stands still until it is told to move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : wall_(start.seconds) {}
  Time now() const override;
  std::chrono::milliseconds monotonic() const override;

  void advance(Duration by);         // both
  void advance_ms(std::int64_t by);  // monotonic only: for timers shorter than a second
  void set(Time wall);               // the wall clock alone, either way

 private:
  std::atomic<std::int64_t> wall_;
  std::atomic<std::int64_t> monotonic_ms_{0};
};

}  // namespace keyturn
