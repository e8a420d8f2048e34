// One thread's event loop: readiness of file descriptors, a coarse timer wheel, and a mailbox.
//
// Promises: everything that belongs to a loop (connections, exchanges, timers) is touched on its
// thread only; post() is the one call for other threads, and stop() may also come from a signal
// handler. Functions run in the order of their posting. Timers are coarse: they fire at the first
// tick (100 ms) at or after their time, never before it. After stop() run() returns once the
// current round is done; functions not yet run are dropped with the loop. Thread rule: construct
// anywhere, run() on one thread, all else as said above.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "keyturn/result.h"

namespace keyturn {

class Poller;

class Loop {
 public:
  using TimerId = std::uint64_t;  // 0 is no timer

  static Result<std::unique_ptr<Loop>> create();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Serves until stop(). Once per loop.
  void run();
  // Makes run() return. Any thread, and async-signal-safe.
  void stop();
  // Runs `function` on the loop's thread. Any thread.
  void post(std::function<void()> function);
  bool on_thread() const;  // whether the caller is the thread inside run()

  // Runs `function` once, after `delay` at the earliest. On the loop's thread, or before run().
  TimerId after(std::chrono::milliseconds delay, std::function<void()> function);
  // False if it has run already, or never was.
  bool cancel(TimerId id);

  // The part that only gateway/http/ uses.
  Poller& poller() { return *poller_; }

 private:
  Loop();
  std::unique_ptr<Poller> poller_;
};

}  // namespace keyturn
