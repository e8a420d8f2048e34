#include "gateway/http/poller.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace keyturn {

void Timer::unlink() {
  if (next_ == nullptr) return;
  next_->back_ = back_;
  back_->next_ = next_;
  next_ = back_ = nullptr;
}

Result<std::unique_ptr<Poller>> Poller::create() {
  std::unique_ptr<Poller> poller(new Poller());
  poller->epoll_ = epoll_create1(EPOLL_CLOEXEC);
  poller->wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;  // its watcher is null
  if (poller->epoll_ < 0 || poller->wake_ < 0 ||
      epoll_ctl(poller->epoll_, EPOLL_CTL_ADD, poller->wake_, &event) != 0)
    return Error{Code::unavailable, std::string("making an event loop: ") + std::strerror(errno)};
  for (Head& head : poller->wheel_) head.next_ = head.back_ = &head;
  poller->read_clock();
  poller->wheel_tick_ = poller->tick_now();
  return poller;
}

Poller::~Poller() {
  // What is dropped may drop connections, which defer their own end.
  {
    const std::lock_guard lock(mutex_);
    posted_.clear();
  }
  while (!deferred_.empty()) const auto dropped = std::exchange(deferred_, {});
  calls_.clear();
  for (Head& head : wheel_)
    while (head.next_ != nullptr && head.next_ != &head) head.next_->unlink();
  if (epoll_ >= 0) close(epoll_);
  if (wake_ >= 0) close(wake_);
}

void Poller::read_clock() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  now_us_ = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
            static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

void Poller::run() {
  thread_ = std::this_thread::get_id();
  while (!stopped_) {
    wait();
    run_posted();
    turn_wheel();
    run_deferred();
  }
  thread_ = std::thread::id();
}

void Poller::stop() {
  stopped_ = true;
  const std::uint64_t one = 1;
  (void)!write(wake_, &one, sizeof one);
}

void Poller::post(std::function<void()> function) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(function));
  }
  const std::uint64_t one = 1;
  if (first) (void)!write(wake_, &one, sizeof one);
}

void Poller::run_posted() {
  std::vector<std::function<void()>> functions;
  {
    const std::lock_guard lock(mutex_);
    if (posted_.empty()) return;
    functions.swap(posted_);
  }
  for (auto& function : functions) function();
}

void Poller::run_deferred() {
  if (deferred_.empty()) return;
  std::vector<std::function<void()>> functions;
  functions.swap(deferred_);
  for (auto& function : functions) function();
}

Result<void> Poller::add(int descriptor, Watcher* watcher) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = watcher;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0)
    return Error{Code::unavailable, std::string("watching a socket: ") + std::strerror(errno)};
  return {};
}

void Poller::remove(int descriptor, Watcher* watcher) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
  for (std::size_t i = fetched_at_; i < fetched_.size(); ++i)
    if (fetched_[i] == watcher) fetched_[i] = nullptr;
}

void Poller::wait() {
  std::array<epoll_event, events_max> events;
  const std::uint64_t next_tick_ms = (wheel_tick_ + 1) * tick_ms;
  const std::uint64_t now_ms = now_us_ / 1000;
  const bool idle = deferred_.empty() && next_tick_ms > now_ms;
  const int timeout = idle ? static_cast<int>(next_tick_ms - now_ms) : 0;
  const int count = epoll_wait(epoll_, events.data(), events_max, timeout);
  read_clock();
  fetched_.clear();
  for (int i = 0; i < count; ++i)
    fetched_.push_back(static_cast<Watcher*>(events[static_cast<std::size_t>(i)].data.ptr));
  for (fetched_at_ = 0; fetched_at_ < fetched_.size(); ++fetched_at_) {
    Watcher* watcher = fetched_[fetched_at_];
    const std::uint32_t bits = events[fetched_at_].events;
    if (watcher != nullptr) {
      watcher->on_ready({.readable = (bits & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0,
                         .writable = (bits & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0,
                         .closed = (bits & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0,
                         .broken = (bits & (EPOLLHUP | EPOLLERR)) != 0});
    } else {
      // The wake descriptor, or a watcher that was removed in this round.
      std::uint64_t drop = 0;
      (void)!read(wake_, &drop, sizeof drop);
    }
  }
  fetched_.clear();
}

void Poller::link(Timer& timer, std::uint64_t tick) {
  // Beyond one turn of the wheel, look again at its far end.
  tick = std::min(std::max(tick, wheel_tick_ + 1), wheel_tick_ + slots - 1);
  Timer& head = wheel_[tick % slots];
  timer.slot_tick_ = tick;
  timer.next_ = &head;
  timer.back_ = head.back_;
  head.back_->next_ = &timer;
  head.back_ = &timer;
}

void Poller::set(Timer& timer, std::uint64_t ms) {
  // Rounded up, and one more for the part of this tick that has passed: never too early.
  timer.due_tick_ = tick_now() + (ms + tick_ms - 1) / tick_ms + 1;
  if (timer.next_ != nullptr) {
    if (timer.slot_tick_ <= timer.due_tick_) return;
    timer.unlink();
  }
  link(timer, timer.due_tick_);
}

void Poller::turn_wheel() {
  const std::uint64_t now = tick_now();
  while (wheel_tick_ < now) {
    ++wheel_tick_;
    Timer& head = wheel_[wheel_tick_ % slots];
    // What fires may set and unlink others, so each is taken from the front of its own ring.
    Head due;
    if (head.next_ == &head) continue;
    due.next_ = head.next_;
    due.back_ = head.back_;
    due.next_->back_ = &due;
    due.back_->next_ = &due;
    head.next_ = head.back_ = &head;
    while (due.next_ != &due) {
      Timer& timer = *due.next_;
      timer.unlink();
      if (timer.due_tick_ == 0) continue;
      if (timer.due_tick_ > wheel_tick_) {
        link(timer, timer.due_tick_);
        continue;
      }
      timer.due_tick_ = 0;
      timer.on_timer();
    }
    due.next_ = due.back_ = nullptr;
  }
}

void Poller::Call::on_timer() {
  auto node = poller->calls_.extract(id);
  node.mapped()->function();
}

Loop::TimerId Poller::after(std::uint64_t ms, std::function<void()> function) {
  auto call = std::make_unique<Call>();
  call->poller = this;
  call->id = ++last_call_;
  call->function = std::move(function);
  set(*call, ms);
  const Loop::TimerId id = call->id;
  calls_.emplace(id, std::move(call));
  return id;
}

bool Poller::cancel(Loop::TimerId id) { return calls_.erase(id) != 0; }

const std::string& Poller::date() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec == date_second_) return date_;
  date_second_ = now.tv_sec;
  tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char rest[64];
  // Not by %a and %b: those follow the locale.
  std::snprintf(rest, sizeof rest, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[parts.tm_wday],
                parts.tm_mday, months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour,
                parts.tm_min, parts.tm_sec);
  date_ = rest;
  return date_;
}

}  // namespace keyturn
