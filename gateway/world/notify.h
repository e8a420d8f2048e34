// Notifier: what a service manager is told, by systemd's protocol (sd_notify(3)): datagrams to the
// socket that it names in NOTIFY_SOCKET, a path or, after `@`, an abstract name.
//
// Promises: connected once, before the process is confined; sending never blocks and never fails
// the caller, for nobody may stop serving since its supervisor does not listen. Without a socket it
// does nothing. Thread rule: the main thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "keyturn/result.h"

namespace keyturn {

class Notifier {
 public:
  // Nobody is told anything.
  Notifier() = default;
  // `socket` as NOTIFY_SOCKET has it; `watchdog_us` and `watchdog_pid` as WATCHDOG_USEC and
  // WATCHDOG_PID have them; each empty where the variable is not set.
  static Result<Notifier> create(std::string_view socket, std::string_view watchdog_us,
                                 std::string_view watchdog_pid);
  static Result<Notifier> from_environment();
  Notifier(Notifier&& other) noexcept;
  Notifier& operator=(Notifier&& other) noexcept;
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;
  ~Notifier();

  void ready() { send("READY=1\nSTATUS=serving"); }
  void reloading();  // ready() ends it
  void stopping() { send("STOPPING=1\nSTATUS=draining"); }
  void alive() { send("WATCHDOG=1"); }

  // How often alive() is to be called: half of what the manager waits; none: it does not.
  std::optional<std::chrono::milliseconds> watchdog_interval() const { return interval_; }

 private:
  void send(std::string_view message);

  int descriptor_ = -1;
  std::optional<std::chrono::milliseconds> interval_;
};

}  // namespace keyturn
