#include "gateway/http/upstream_pool.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace keyturn {
namespace {

constexpr std::uint64_t resolved_us = 30'000'000;
constexpr std::chrono::milliseconds sweep_every{1000};
constexpr std::uint64_t busy_us = 1'000'000;  // after which a refused client may ask again

// Blocks; on a thread of its own.
std::vector<Address> look_up(const Origin& origin) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  std::vector<Address> addresses;
  const std::string port = std::to_string(origin.port);
  if (getaddrinfo(origin.host.c_str(), port.c_str(), &hints, &found) != 0) return addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    Address address;
    if (entry->ai_addrlen > sizeof address.bytes) continue;
    std::memcpy(address.bytes, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    addresses.push_back(address);
  }
  freeaddrinfo(found);
  return addresses;
}

}  // namespace

UpstreamPool::UpstreamPool(Loop& loop, const UpstreamLimits& limits)
    : loop_(loop),
      poller_(loop.poller()),
      limits_(limits),
      self_(std::make_shared<UpstreamPool*>(this)) {}

UpstreamPool::~UpstreamPool() {
  self_.reset();
  if (sweep_timer_ != 0) loop_.cancel(sweep_timer_);
  for (std::thread& lookup : lookups_) lookup.join();
  const auto fetches = std::move(fetches_);
  for (const auto& [key, fetch] : fetches) fetch->cancel();
}

void UpstreamPool::later(std::function<void()> function) {
  poller_.defer([self = std::weak_ptr<UpstreamPool*>(self_), function = std::move(function)] {
    if (!self.expired()) function();
  });
}

OriginPool& UpstreamPool::home_of(const Origin& origin) {
  auto& home = origins_[origin];
  if (home == nullptr) {
    home = std::make_unique<OriginPool>();
    home->origin = origin;
    home->pool = this;
    const auto limits = origin_limits_.find(origin);
    home->limits = limits == origin_limits_.end() ? limits_ : limits->second;
  }
  return *home;
}

UpstreamPool::Acquired UpstreamPool::acquire(const Origin& origin, bool fresh, AnswerSink& sink) {
  OriginPool& home = home_of(origin);
  if (auto refused = refusal(home, fresh)) return {.refused = refused};
  if (!fresh && !home.idle.empty()) {
    UpstreamConnection* connection = home.idle.back();
    home.idle.pop_back();
    connection->state_ = UpstreamConnection::State::busy;
    connection->reused_ = true;
    return {.connection = connection};
  }
  if (home.waiting.size() >= home.limits.pending_max) {
    return {.refused = Broken{.why = Broken::Why::busy,
                              .sent = Sent::not_sent,
                              .what = "too many are waiting",
                              .retry_after_us = busy_us}};
  }
  home.waiting.push_back({.sink = &sink, .fresh = fresh, .since_us = poller_.now_us()});
  if (sweep_timer_ == 0) sweep_timer_ = loop_.after(sweep_every, [this] { sweep(); });
  later([this, &home] { serve_waiting(home); });
  return {};
}

void UpstreamPool::forget(AnswerSink& sink) {
  for (auto& [origin, home] : origins_)
    std::erase_if(home->waiting, [&](const auto& waiting) { return waiting.sink == &sink; });
}

void UpstreamPool::serve_waiting(OriginPool& home) {
  while (home.opening < home.waiting.size()) {
    if (home.connections.size() >= home.limits.connections_max) {
      // Only those that want a fresh connection wait beside idle ones: make room.
      if (home.idle.empty()) return;
      home.idle.front()->close();
      continue;
    }
    if (home.addresses.empty() || home.resolved_until_us < poller_.now_us()) {
      resolve(home);
      if (home.resolving) return;
    }
    open_connection(home);
  }
}

void UpstreamPool::open_connection(OriginPool& home) {
  auto made = std::make_unique<UpstreamConnection>(poller_, home);
  UpstreamConnection& connection = *made;
  home.connections.push_back(std::move(made));
  ++home.opening;
  connection.addresses_ = home.addresses;
  connection.connect_next();
}

void UpstreamPool::resolve(OriginPool& home) {
  if (home.resolving) return;
  if (Result<Address> numeric = Address::numeric(home.origin.host, home.origin.port)) {
    home.addresses = {*numeric};
    home.resolved_until_us = UINT64_MAX;
    return;
  }
  home.resolving = true;
  lookups_.emplace_back(
      [this, &home, origin = home.origin, self = std::weak_ptr<UpstreamPool*>(self_)] {
        std::vector<Address> addresses = look_up(origin);
        loop_.post([this, &home, self, addresses = std::move(addresses),
                    thread = std::this_thread::get_id()] {
          if (self.expired()) return;
          for (std::thread& lookup : lookups_)
            if (lookup.get_id() == thread) lookup.join();
          std::erase_if(lookups_, [](const std::thread& lookup) { return !lookup.joinable(); });
          on_resolved(home, addresses);
        });
      });
}

void UpstreamPool::on_resolved(OriginPool& home, std::vector<Address> addresses) {
  home.resolving = false;
  home.addresses = std::move(addresses);
  home.resolved_until_us = poller_.now_us() + resolved_us;
  if (!home.addresses.empty()) return serve_waiting(home);
  count_failure(home, OriginHealth::Failure::connect, "its name has no address");
  // Those who wait now; not those who come while these are told.
  for (std::size_t count = home.waiting.size(); count > 0 && !home.waiting.empty(); --count)
    tell_unreachable(home, "its name has no address");
}

void UpstreamPool::on_connect_failed(OriginPool& home, std::string_view what) {
  count_failure(home, OriginHealth::Failure::connect, what);
  tell_unreachable(home, what);
}

void UpstreamPool::tell_unreachable(OriginPool& home, std::string_view what) {
  if (home.waiting.empty()) return;
  AnswerSink* sink = home.waiting.front().sink;
  home.waiting.pop_front();
  sink->on_broken({.why = Broken::Why::connect, .sent = Sent::not_sent, .what = what});
}

void UpstreamPool::on_ready_for_use(UpstreamConnection& connection, bool reused) {
  OriginPool& home = connection.home_;
  if (!reused) home.health.connected();
  const auto waiting = std::find_if(home.waiting.begin(), home.waiting.end(),
                                    [&](const auto& entry) { return !entry.fresh || !reused; });
  if (waiting != home.waiting.end()) {
    AnswerSink* sink = waiting->sink;
    home.waiting.erase(waiting);
    connection.state_ = UpstreamConnection::State::busy;
    connection.reused_ = reused;
    sink->on_connected(connection);
    return;
  }
  if (home.idle.size() >= home.limits.idle_max) return connection.close();
  connection.state_ = UpstreamConnection::State::idle;
  connection.readable_ = false;
  connection.reader_.shrink();
  poller_.set(connection, home.limits.idle_ms);
  home.idle.push_back(&connection);
  if (!home.waiting.empty()) later([this, &home] { serve_waiting(home); });
}

void UpstreamPool::on_closed(UpstreamConnection& connection) {
  OriginPool& home = connection.home_;
  std::erase(home.idle, &connection);
  const auto owned = std::find_if(home.connections.begin(), home.connections.end(),
                                  [&](const auto& entry) { return entry.get() == &connection; });
  if (owned != home.connections.end()) {
    // It may be in use further up the stack: gone at the end of the round.
    std::swap(*owned, home.connections.back());
    poller_.defer([dead = std::shared_ptr<UpstreamConnection>(std::move(home.connections.back()))] {
      (void)dead;
    });
    home.connections.pop_back();
  }
  if (!home.waiting.empty()) later([this, &home] { serve_waiting(home); });
}

void UpstreamPool::pull_later(UpstreamConnection& connection) {
  later([&home = connection.home_, &connection] {
    for (const auto& entry : home.connections)
      if (entry.get() == &connection) return connection.pull();
  });
}

void UpstreamPool::sweep() {
  sweep_timer_ = 0;
  bool more = false;
  for (auto& [origin, home] : origins_) {
    const std::uint64_t patience_us = std::uint64_t{home->limits.pending_ms} * 1000;
    while (!home->waiting.empty() &&
           home->waiting.front().since_us + patience_us < poller_.now_us()) {
      AnswerSink* sink = home->waiting.front().sink;
      home->waiting.pop_front();
      sink->on_broken({.why = Broken::Why::busy,
                       .sent = Sent::not_sent,
                       .what = "no connection became free in time",
                       .retry_after_us = busy_us});
    }
    more = more || !home->waiting.empty();
  }
  if (more && sweep_timer_ == 0) sweep_timer_ = loop_.after(sweep_every, [this] { sweep(); });
}

void UpstreamPool::limit(std::map<Origin, UpstreamLimits> limits) {
  origin_limits_ = std::move(limits);
  for (auto& [origin, home] : origins_) {
    const auto found = origin_limits_.find(origin);
    home->limits = found == origin_limits_.end() ? limits_ : found->second;
  }
}

void UpstreamPool::probed(const Origin& origin, bool up) {
  OriginPool& home = home_of(origin);
  home.health.probed(up);
  if (!up) refuse_waiting(home);
}

void UpstreamPool::count_failure(OriginPool& home, OriginHealth::Failure kind,
                                 std::string_view what) {
  if (!home.health.failed(kind, poller_.now_us(), home.limits)) return;
  if (health_changed_) health_changed_(home.origin, false, what);
  // Later: whoever is told may ask again, and we are within somebody's call.
  later([this, &home] { refuse_waiting(home); });
}

void UpstreamPool::count_answer(OriginPool& home) {
  if (home.health.answered() && health_changed_) health_changed_(home.origin, true, "it answers");
}

std::optional<Broken> UpstreamPool::refusal(const OriginPool& home, bool fresh) const {
  const std::uint64_t alone_us = fresh ? 0 : home.health.left_alone_us(poller_.now_us());
  if (alone_us == 0) return std::nullopt;
  return Broken{.why = Broken::Why::ejected,
                .sent = Sent::not_sent,
                .what = "it failed of late, and is left alone for a while",
                .retry_after_us = alone_us};
}

// Those who wait for a connection to an origin that is left alone by now.
void UpstreamPool::refuse_waiting(OriginPool& home) {
  std::vector<AnswerSink*> told;
  std::erase_if(home.waiting, [&](const OriginPool::Waiting& waiting) {
    if (!refusal(home, waiting.fresh)) return false;
    told.push_back(waiting.sink);
    return true;
  });
  for (AnswerSink* sink : told) {
    if (const auto refused = refusal(home, false)) sink->on_broken(*refused);
  }
}

}  // namespace keyturn
