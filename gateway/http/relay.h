// RelaySession: one pass, from a client's connection to an origin and back; inside gateway/http/.
//
// The request goes out whole, in one send with its head, or streams through; the answer streams
// back, each read of it sent on at once. Either side that cannot keep up stops the other from being
// read. One object a client connection, used again for each request, so that a pass allocates
// nothing. Thread rule: the connection's loop.
#pragma once

#include <string>
#include <string_view>

#include "gateway/http/front.h"
#include "gateway/http/upstream_pool.h"

namespace keyturn {

class ServerConnection;

class RelaySession final : AnswerSink {
 public:
  enum class Body : std::uint8_t {
    whole,     // client.body() has it: resent once if a pooled connection turns out to be stale
    streamed,  // it comes by request_piece()
  };

  RelaySession(ServerConnection& client, Front& front, UpstreamPool& pool)
      : client_(client), front_(front), pool_(pool) {}
  ~RelaySession() { leave(); }
  RelaySession(const RelaySession&) = delete;
  RelaySession& operator=(const RelaySession&) = delete;

  void start(const Head& head, Relay plan, Body body);
  bool active() const { return active_; }

  // A streamed body: pieces only while wants_body(); the client is told when that becomes true
  // again.
  bool wants_body() const;
  void request_piece(std::string_view piece);
  void request_end();

  void on_client_drained();
  void on_client_gone();

 private:
  void write_request_head(const Head& head);
  void acquire(bool fresh);
  void send_request();
  void on_connected(UpstreamConnection& connection) override;
  void on_answer(const AnswerHead& head) override;
  void on_pieces(std::span<const std::string_view> pieces, bool last) override;
  void on_request_drained() override;
  void on_broken(const Broken& broken) override;
  bool may_resend(const Broken& broken) const;
  void finish(Relayed::End end);
  void leave();

  ServerConnection& client_;
  Front& front_;
  UpstreamPool& pool_;
  UpstreamConnection* connection_ = nullptr;

  Relay plan_;
  bool active_ = false;
  bool waiting_ = false;  // for a connection
  Body body_ = Body::whole;
  Method method_ = Method::get;
  bool request_chunked_ = false;
  bool client_http_1_0_ = false;
  bool retried_ = false;
  bool answer_head_pending_ = false;
  bool answer_sent_ = false;  // the client has seen a byte of it
  bool answer_chunked_ = false;
  std::string request_head_;
  std::size_t request_line_bytes_ = 0;  // of request_head_, without its end
  std::string answer_head_;
  Relayed relayed_;
  std::uint64_t begun_us_ = 0;
};

}  // namespace keyturn
