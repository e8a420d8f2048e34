// ServerConnection: one client's connection, from accept to close; inside gateway/http/.
//
// Reads requests one after the other, has each answered — by the front, a relay, or an exchange —
// and watches the client meanwhile. Promises: one request at a time; a deadline in every phase
// [T29]; what a client sends ahead is bounded; a client that leaves is noticed, one that only stops
// sending is not taken for it. Thread rule: the server's loop.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/http/exchange.h"
#include "gateway/http/front.h"
#include "gateway/http/limits.h"
#include "gateway/http/poller.h"
#include "gateway/http/reader.h"
#include "gateway/http/relay.h"
#include "gateway/http/socket.h"
#include "gateway/http/tls.h"

namespace keyturn {

class HeldExchange;
class ServerConnection;

// What all connections of a server share.
struct ServerShared {
  ServerShared(Loop& its_loop, const ServerLimits& its_limits)
      : loop(its_loop), poller(its_loop.poller()), limits(its_limits) {}

  Loop& loop;
  Poller& poller;
  const ServerLimits limits;
  Handler* handler = nullptr;  // either this
  Front* front = nullptr;      // or these two
  UpstreamPool* pool = nullptr;
  std::shared_ptr<const TlsServer> tls;  // null: plain HTTP
  KeyturnFields keyturn_fields = KeyturnFields::refused;
  bool draining = false;
  std::function<void(ServerConnection&)> on_closed;
  // The connection, if it is still there: for what was put off to a later round.
  std::function<ServerConnection*(std::uint64_t id)> find;
};

class ServerConnection final : Watcher, Timer {
 public:
  ServerConnection(std::shared_ptr<ServerShared> shared, std::uint64_t id, int descriptor,
                   std::string peer);
  ~ServerConnection();

  bool begin();  // false: it cannot be watched
  std::uint64_t id() const { return id_; }
  const std::string& peer() const { return peer_; }
  void drain();  // close when idle, else after the answer

  // For the relay and the exchange.
  std::string_view body() const { return reader_.body(); }
  bool send(std::span<const std::string_view> pieces);
  std::size_t unsent_bytes() const { return socket_.unsent_bytes(); }
  void respond(const Response& response);
  void begin_stream(unsigned status, const std::vector<Field>& fields);
  bool write_stream(std::string_view chunk);
  void end_stream();
  bool closes_after_answer() const;
  void close_after_answer() { close_after_answer_ = true; }
  void finish_answer();
  void resume_body();
  void on_client_lost();
  void on_exchange_dropped(bool begun);
  void cut();

 private:
  enum class Phase : std::uint8_t { head, gather, stream, answer, linger, closed };

  void on_ready(Ready ready) override;
  void on_timer() override;
  void advance();
  bool step();
  bool step_stream();
  bool fill();
  bool shake_hands();
  bool drop_input();
  bool wait_for_more();
  void on_head();
  void on_request();
  void answer_server_wide();
  void hand_over(Handler& handler);
  void refuse(const Reject& reject);
  void send_interim(std::string_view answer);
  void on_end_of_input();
  bool flush();
  void next_request();
  void start_linger();
  void close_idle();
  void close(bool reset);
  void arm(std::uint64_t ms) { shared_->poller.set(*this, ms); }
  void disarm() { shared_->poller.clear(*this); }

  const std::shared_ptr<ServerShared> shared_;
  const std::uint64_t id_;
  const std::string peer_;
  Socket socket_;
  RequestReader reader_;
  std::optional<RelaySession> relay_;
  HeldExchange* exchange_ = nullptr;

  Phase phase_ = Phase::head;
  bool readable_ = false;
  bool closing_ = false;      // the kernel said that the client sends nothing more
  bool input_ended_ = false;  // and we have read up to there
  bool advancing_ = false;
  bool head_timed_ = false;  // the deadline of a head that has begun
  bool continue_pending_ = false;
  bool answer_begun_ = false;
  bool stream_chunked_ = false;
  bool body_wanted_ = true;  // of the answer: not after HEAD
  bool close_after_answer_ = false;
  bool sending_shut_ = false;
  std::string out_;
};

}  // namespace keyturn
