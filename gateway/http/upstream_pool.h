// UpstreamPool: the connections of one loop to the origins, and who uses them; inside
// gateway/http/.
//
// A connection carries one request at a time. Its user (AnswerSink) sends the request, and is
// called with the answer as it arrives. Promises: after on_pieces(…, last) or on_broken() the
// connection calls this sink no more and the sink must forget it; a sink that leaves earlier calls
// abandon(). Reuse only after a completely framed answer to a completely sent request. Thread rule:
// the loop's thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "gateway/http/limits.h"
#include "gateway/http/origin_health.h"
#include "gateway/http/poller.h"
#include "gateway/http/reader.h"
#include "gateway/http/socket.h"
#include "gateway/http/upstream.h"

namespace keyturn {

class UpstreamConnection;
struct OriginPool;

// Why a request got no (whole) answer.
struct Broken {
  enum class Why : std::uint8_t {
    busy,       // no connection to be had: our own limits
    ejected,    // the origin failed of late, and is left alone for a while
    connect,    // the origin does not answer
    lost,       // the connection ended or broke
    timeout,    // nothing came in time
    malformed,  // the answer has two readings, or none
  };
  Why why = Why::lost;
  Sent sent = Sent::unknown;
  bool stale = false;  // a reused connection ended before a byte of the answer
  std::string_view what;
  std::uint64_t retry_after_us = 0;  // of busy and ejected
};

class AnswerSink {
 public:
  virtual void on_connected(UpstreamConnection& connection) = 0;
  // Always followed by on_pieces() in the same round, which may bring nothing yet.
  virtual void on_answer(const AnswerHead& head) = 0;
  virtual void on_pieces(std::span<const std::string_view> pieces, bool last) = 0;
  virtual void on_request_drained() = 0;  // what send() kept has gone out
  virtual void on_broken(const Broken& broken) = 0;

 protected:
  ~AnswerSink() = default;
};

class UpstreamConnection final : Watcher, Timer {
 public:
  UpstreamConnection(Poller& poller, OriginPool& home);
  ~UpstreamConnection();

  // The request, in any number of parts; then finish_request(). A broken connection shows by
  // on_broken() in a later round, never from within these.
  void start(AnswerSink& sink, bool to_head);
  void send(std::span<const std::string_view> pieces);
  void finish_request();
  std::size_t unsent_bytes() const { return socket_.unsent_bytes(); }
  bool request_finished() const { return request_finished_; }

  // Reading the answer stops and goes on: backpressure.
  void pause() { paused_ = true; }
  void resume();
  // The sink leaves; the connection is closed. Nothing is called any more.
  void abandon();

 private:
  friend class UpstreamPool;
  enum class State : std::uint8_t { connecting, securing, idle, busy, closed };

  void connect_next();
  void on_ready(Ready ready) override;
  void on_timer() override;
  void on_connect_ready();
  void shake_hands();
  void on_usable();
  bool unusable_when_idle();
  void pull();
  bool read_more();
  void deliver(bool last);
  bool drained();
  void fail(Broken::Why why, std::string_view what);
  void close();
  void touch();

  Poller& poller_;
  OriginPool& home_;
  const UpstreamLimits& limits_;
  Socket socket_;
  AnswerReader reader_;
  AnswerSink* sink_ = nullptr;
  State state_ = State::connecting;
  std::vector<Address> addresses_;
  std::size_t next_address_ = 0;
  std::string failure_;  // of the last address that was tried
  bool readable_ = false;
  bool closing_ = false;  // the kernel said that the other side is done: read to the end
  bool paused_ = false;
  bool pulling_ = false;
  bool reused_ = false;
  bool request_finished_ = false;
  bool answer_begun_ = false;
  bool send_failed_ = false;
  std::uint64_t sent_before_ = 0;  // the socket's count when this request began
  std::vector<std::string_view> pieces_;
};

// What one loop has with one origin.
struct OriginPool {
  Origin origin;
  UpstreamPool* pool = nullptr;
  std::vector<UpstreamConnection*> idle;  // the last one used is used next
  std::vector<std::unique_ptr<UpstreamConnection>> connections;
  struct Waiting {
    AnswerSink* sink = nullptr;
    bool fresh = false;
    std::uint64_t since_us = 0;
  };
  std::deque<Waiting> waiting;
  std::vector<Address> addresses;  // resolved, good until resolved_until_us
  std::uint64_t resolved_until_us = 0;
  bool resolving = false;
  std::size_t opening = 0;  // connections that are being made
  UpstreamLimits limits;    // may change while there are connections
  OriginHealth health;
  std::shared_ptr<TlsSessions> sessions = TlsClient::make_sessions();
};

class UpstreamPool {
 public:
  UpstreamPool(Loop& loop, const UpstreamLimits& limits);
  ~UpstreamPool();

  // A connection now, or why there is none; or else on_connected() or on_broken() in a later round.
  // A `fresh` one is tried for whatever is known of the origin's health.
  struct Acquired {
    UpstreamConnection* connection = nullptr;
    std::optional<Broken> refused = {};
  };
  Acquired acquire(const Origin& origin, bool fresh, AnswerSink& sink);
  // The sink waits no more.
  void forget(AnswerSink& sink);

  std::shared_ptr<Fetch> fetch(UpstreamRequest request, Callbacks callbacks);
  void forget_fetch(const Fetch* fetch);

  void limit(std::map<Origin, UpstreamLimits> limits);
  void probed(const Origin& origin, bool up);
  void on_health(Upstreams::HealthChange function) { health_changed_ = std::move(function); }

  Poller& poller() { return poller_; }

 private:
  friend class UpstreamConnection;
  void serve_waiting(OriginPool& home);
  void open_connection(OriginPool& home);
  void resolve(OriginPool& home);
  void on_resolved(OriginPool& home, std::vector<Address> addresses);
  void on_ready_for_use(UpstreamConnection& connection, bool reused);
  void on_connect_failed(OriginPool& home, std::string_view what);
  void tell_unreachable(OriginPool& home, std::string_view what);
  void on_closed(UpstreamConnection& connection);
  void pull_later(UpstreamConnection& connection);
  void sweep();
  void count_failure(OriginPool& home, OriginHealth::Failure kind, std::string_view what);
  void count_answer(OriginPool& home);
  void refuse_waiting(OriginPool& home);
  std::optional<Broken> refusal(const OriginPool& home, bool fresh) const;
  OriginPool& home_of(const Origin& origin);
  // Runs `function` at the end of this round, unless the pool is gone by then.
  void later(std::function<void()> function);

  Loop& loop_;
  Poller& poller_;
  const UpstreamLimits limits_;                     // where nothing else is said
  std::map<Origin, UpstreamLimits> origin_limits_;  // what is said of single origins
  Upstreams::HealthChange health_changed_;
  std::map<Origin, std::unique_ptr<OriginPool>> origins_;
  std::unordered_map<const Fetch*, std::shared_ptr<Fetch>> fetches_;
  Loop::TimerId sweep_timer_ = 0;
  std::shared_ptr<UpstreamPool*> self_;  // weakly held by what was put off

  std::vector<std::thread> lookups_;  // names are looked up apart: the resolver blocks
};

}  // namespace keyturn
