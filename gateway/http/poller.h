// Poller: the inside of a Loop, for gateway/http/ only: epoll, the timer wheel, and deferred work.
//
// Promises: descriptors are registered once, edge-triggered, for both directions; whoever watches
// one reads until it would block. A Watcher that is removed is not called any more, not even for an
// event that was already fetched. Deferred functions run at the end of the round, outside of any
// caller's frame: that is where connections are destroyed. Thread rule: the loop's thread only, but
// for post() and stop().
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "gateway/http/loop.h"
#include "keyturn/result.h"

namespace keyturn {

class Watcher {
 public:
  struct Ready {
    bool readable = false;
    bool writable = false;
    bool closed = false;  // the other side sends nothing more, or the connection broke
    bool broken = false;  // reset, or shut down in both directions
  };
  virtual void on_ready(Ready ready) = 0;

 protected:
  ~Watcher() = default;
};

// One deadline of one object. Putting it off is a store, not a move in the wheel: a deadline for
// every request costs next to nothing.
class Timer {
 public:
  virtual void on_timer() = 0;

 protected:
  Timer() = default;
  ~Timer() { unlink(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  friend class Poller;
  void unlink();

  Timer* next_ = nullptr;  // a ring through the wheel's slot; null: not in the wheel
  Timer* back_ = nullptr;
  std::uint64_t slot_tick_ = 0;  // when the wheel looks at it
  std::uint64_t due_tick_ = 0;   // when it fires; 0: never
};

class Poller {
 public:
  static constexpr std::uint64_t tick_ms = 100;

  static Result<std::unique_ptr<Poller>> create();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void run();
  void stop();                                // any thread
  void post(std::function<void()> function);  // any thread
  bool on_thread() const { return thread_.load() == std::this_thread::get_id(); }
  bool running() const { return thread_.load() != std::thread::id(); }

  Result<void> add(int descriptor, Watcher* watcher);
  void remove(int descriptor, Watcher* watcher);
  void defer(std::function<void()> function) { deferred_.push_back(std::move(function)); }

  // Fires once, at the first tick at or after `ms` from now; replaces what was set before.
  void set(Timer& timer, std::uint64_t ms);
  void clear(Timer& timer) { timer.due_tick_ = 0; }

  Loop::TimerId after(std::uint64_t ms, std::function<void()> function);
  bool cancel(Loop::TimerId id);

  std::uint64_t now_us() const { return now_us_; }  // monotonic, as of this round
  const std::string& date();                        // for the Date field, one formatting a second

 private:
  static constexpr std::size_t slots = 1024;
  static constexpr std::size_t events_max = 256;

  struct Head final : Timer {
    void on_timer() override {}
  };
  struct Call final : Timer {
    void on_timer() override;
    Poller* poller = nullptr;
    Loop::TimerId id = 0;
    std::function<void()> function;
  };

  Poller() = default;
  void read_clock();
  void wait();
  void turn_wheel();
  void link(Timer& timer, std::uint64_t tick);
  void run_posted();
  void run_deferred();
  std::uint64_t tick_now() const { return now_us_ / 1000 / tick_ms; }

  int epoll_ = -1;
  int wake_ = -1;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::thread::id> thread_;

  std::uint64_t now_us_ = 0;
  std::uint64_t wheel_tick_ = 0;  // every slot up to here was looked at
  std::array<Head, slots> wheel_;
  Loop::TimerId last_call_ = 0;
  std::unordered_map<Loop::TimerId, std::unique_ptr<Call>> calls_;

  std::vector<std::function<void()>> deferred_;
  std::vector<Watcher*> fetched_;  // the watchers of this round's events, null once removed
  std::size_t fetched_at_ = 0;

  std::string date_;
  std::int64_t date_second_ = -1;

  std::atomic<bool> mail_ = false;  // posted_ is not empty: a round without mail takes no lock
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
};

}  // namespace keyturn
