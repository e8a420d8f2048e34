#include "gateway/world/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

namespace keyturn {
namespace {

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

Result<Notifier> Notifier::create(std::string_view socket, std::string_view watchdog_us,
                                  std::string_view watchdog_pid) {
  Notifier notifier;
  if (socket.empty()) return notifier;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool abstract = socket.front() == '@';
  if ((!abstract && socket.front() != '/') || socket.size() >= sizeof address.sun_path) {
    return Error{Code::invalid, "NOTIFY_SOCKET must be an absolute path or `@name`, got `" +
                                    std::string(socket) + "`"};
  }
  std::memcpy(address.sun_path, socket.data(), socket.size());
  if (abstract) address.sun_path[0] = '\0';
  // An abstract name is all of its bytes; a path ends with a zero.
  const auto size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size() + (abstract ? 0 : 1));
  notifier.descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (notifier.descriptor_ < 0 ||
      ::connect(notifier.descriptor_, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return Error{Code::unavailable, "NOTIFY_SOCKET `" + std::string(socket) +
                                        "` cannot be reached: " + std::strerror(errno)};
  }
  const auto wait_us = number_of<std::int64_t>(watchdog_us);
  const auto pid = number_of<pid_t>(watchdog_pid);
  if (wait_us && (!pid || *pid == ::getpid())) {
    notifier.interval_ = std::chrono::milliseconds(std::max<std::int64_t>(1, *wait_us / 2000));
  }
  return notifier;
}

Result<Notifier> Notifier::from_environment() {
  return create(variable("NOTIFY_SOCKET"), variable("WATCHDOG_USEC"), variable("WATCHDOG_PID"));
}

Notifier::Notifier(Notifier&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), interval_(other.interval_) {}

Notifier& Notifier::operator=(Notifier&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(interval_, other.interval_);
  return *this;
}

Notifier::~Notifier() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Notifier::reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t now_us = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now_us));
}

void Notifier::send(std::string_view message) {
  if (descriptor_ < 0) return;
  (void)::send(descriptor_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace keyturn
