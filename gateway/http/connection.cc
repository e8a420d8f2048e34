#include "gateway/http/connection.h"

#include <array>
#include <utility>

#include "gateway/http/held.h"
#include "gateway/http/tls_stream.h"
#include "gateway/http/writer.h"

namespace keyturn {
namespace {

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
// Not 100: some clients take an unasked 100 for a bad answer.
constexpr std::string_view still_there = "HTTP/1.1 102 Processing\r\n\r\n";
// A connection that always has more to read gives way to the others after so many steps.
constexpr int steps_max = 64;

constexpr Reject tls_wanted{400, "tls", "this port speaks TLS: use https:// instead of http://"};
constexpr Reject too_slow{408, "too-slow", "the request did not come in time"};

bool has_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

ServerConnection::ServerConnection(std::shared_ptr<ServerShared> shared, std::uint64_t id,
                                   int descriptor, std::string peer)
    : shared_(std::move(shared)), id_(id), peer_(std::move(peer)), socket_(descriptor) {
  reader_.set_peer(peer_);
  reader_.set_keyturn_fields(shared_->keyturn_fields);
  if (shared_->front != nullptr) relay_.emplace(*this, *shared_->front, *shared_->pool);
}

ServerConnection::~ServerConnection() {
  if (exchange_ != nullptr) exchange_->detach();
  if (socket_.open()) shared_->poller.remove(socket_.descriptor(), this);
}

bool ServerConnection::begin() {
  if (shared_->tls != nullptr && !socket_.secure(shared_->tls->accept())) return false;
  if (!shared_->poller.add(socket_.descriptor(), this)) return false;
  arm(socket_.handshaking() ? shared_->limits.handshake_ms : shared_->limits.head_ms);
  return true;
}

void ServerConnection::drain() {
  if (phase_ == Phase::head && !reader_.in_head() && unsent_bytes() == 0) close_idle();
}

void ServerConnection::on_ready(Ready ready) {
  readable_ = readable_ || ready.readable || ready.closed;
  closing_ = closing_ || ready.closed;
  if (ready.broken) return on_client_lost();
  if (ready.writable && unsent_bytes() > 0 && !flush()) return;
  advance();
}

// False: the connection is no more.
bool ServerConnection::flush() {
  if (!socket_.flush()) {
    on_client_lost();
    return false;
  }
  if (socket_.handshaking()) return true;  // its deadline stands
  if (unsent_bytes() > 0) {
    arm(shared_->limits.stall_ms);
    return true;
  }
  switch (phase_) {
    case Phase::head:
      arm(shared_->limits.idle_ms);
      break;
    case Phase::linger:
      start_linger();
      break;
    case Phase::answer:
    case Phase::stream:
      disarm();
      if (exchange_ != nullptr) exchange_->client_drained();
      if (relay_ && relay_->active()) relay_->on_client_drained();
      break;
    case Phase::gather:
    case Phase::closed:
      break;
  }
  return phase_ != Phase::closed;
}

void ServerConnection::on_timer() {
  if (unsent_bytes() > 0) {
    // A reader too slow for any stream; what it has is not the whole answer.
    if (phase_ == Phase::answer || phase_ == Phase::stream) return on_client_lost();
    return close(true);
  }
  switch (phase_) {
    case Phase::head:
      if (reader_.in_head())
        refuse(too_slow);
      else
        close_idle();
      break;
    case Phase::gather:
    case Phase::stream:
      refuse(too_slow);
      break;
    case Phase::linger:
      close(false);
      break;
    case Phase::answer:
    case Phase::closed:
      break;
  }
}

void ServerConnection::advance() {
  if (advancing_) return;
  advancing_ = true;
  int steps = 0;
  while (phase_ != Phase::closed && steps < steps_max && step()) ++steps;
  advancing_ = false;
  if (phase_ == Phase::closed || steps < steps_max) return;
  shared_->poller.defer([shared = shared_, id = id_] {
    if (ServerConnection* connection = shared->find(id)) connection->advance();
  });
}

// One event of the request. False: nothing to do until the socket, the relay or the answer calls.
bool ServerConnection::step() {
  switch (phase_) {
    case Phase::head:
      // An answer that is still going out holds back the next request of a client that pipelines.
      if (unsent_bytes() > 0) return false;
      switch (reader_.next()) {
        case Read::need_more:
          return wait_for_more();
        case Read::head:
          on_head();
          return true;
        default:
          refuse(reader_.reject());
          return true;
      }
    case Phase::gather:
      switch (reader_.next()) {
        case Read::need_more:
          return wait_for_more();
        case Read::end:
          on_request();
          return true;
        default:
          refuse(reader_.reject());
          return true;
      }
    case Phase::stream:
      return step_stream();
    case Phase::answer:
      // A read stays armed, so that a client that leaves is seen to leave.
      return !reader_.full() && fill();
    case Phase::linger:
      return drop_input();
    case Phase::closed:
      break;
  }
  return false;
}

bool ServerConnection::step_stream() {
  if (!relay_->wants_body()) {
    if (unsent_bytes() == 0) disarm();
    return false;
  }
  switch (reader_.next()) {
    case Read::need_more:
      return wait_for_more();
    case Read::piece:
      arm(shared_->limits.stall_ms);
      relay_->request_piece(reader_.piece());
      return true;
    case Read::end:
      phase_ = Phase::answer;
      if (unsent_bytes() == 0) disarm();
      relay_->request_end();
      return true;
    default:
      refuse(reader_.reject());
      return true;
  }
}

bool ServerConnection::wait_for_more() {
  if (fill()) return true;
  if (phase_ == Phase::closed) return false;
  if (input_ended_) {
    // Within a head nobody waits for an answer; within a body it was cut off.
    on_client_lost();
    return false;
  }
  if (phase_ == Phase::head) {
    if (reader_.in_head() && !head_timed_) arm(shared_->limits.head_ms);
    head_timed_ = reader_.in_head();
  } else if (std::exchange(continue_pending_, false)) {
    send_interim(go_on);
  }
  return false;
}

// False: not done yet, or the connection is no more.
bool ServerConnection::shake_hands() {
  switch (socket_.handshake()) {
    case Socket::Handshake::done:
      reader_.set_peer_key(socket_.peer_key());
      arm(shared_->limits.head_ms);
      return true;
    case Socket::Handshake::wait:
      readable_ = false;
      return false;
    case Socket::Handshake::plain_http:
      // Said so that the caller can read it; what he sent is not looked at.
      socket_.leave_tls();
      refuse(tls_wanted);
      return false;
    case Socket::Handshake::failed:
      on_client_lost();
      return false;
  }
  return false;
}

// Reads once. True: there is something new to look at.
bool ServerConnection::fill() {
  if (!readable_ || input_ended_) return false;
  // A refusal, in plain HTTP, leaves input to be dropped.
  if (socket_.handshaking() && !shake_hands()) return phase_ == Phase::linger;
  const std::span<char> space = reader_.space();
  const Socket::Got got = socket_.read(space);
  switch (got.status) {
    case Socket::Status::ok:
      reader_.commit(got.bytes);
      if (got.emptied && !closing_) readable_ = false;
      return true;
    case Socket::Status::would_block:
      readable_ = false;
      return false;
    case Socket::Status::end:
      on_end_of_input();
      return false;
    case Socket::Status::broken:
      on_client_lost();
      return false;
  }
  return false;
}

// The client has closed its sending half, or all of it: TCP does not say. One that still reads
// skips an interim answer; one that is gone answers it with a reset, and then we know.
void ServerConnection::on_end_of_input() {
  input_ended_ = true;
  if (phase_ != Phase::answer || answer_begun_ || reader_.head().http_1_0()) return;
  send_interim(still_there);
}

bool ServerConnection::drop_input() {
  if (!readable_ || input_ended_) return false;
  std::array<char, 4096> drop;
  const Socket::Got got = socket_.read(drop);
  if (got.status == Socket::Status::ok) return true;
  readable_ = false;
  input_ended_ = got.status != Socket::Status::would_block;
  if (input_ended_ && unsent_bytes() == 0) close(false);
  return false;
}

void ServerConnection::on_head() {
  head_timed_ = false;
  answer_begun_ = false;
  const Head& head = reader_.head();
  body_wanted_ = head.method() != Method::head;
  continue_pending_ = head.expects_continue();
  if (head.target() == "*") return answer_server_wide();
  phase_ = Phase::gather;
  if (shared_->front == nullptr) {
    reader_.gather(shared_->limits.body_bytes_max);
    arm(shared_->limits.body_ms);
    return;
  }
  HeadDecision decision = shared_->front->on_head(head);
  // With no body to come, the request is complete here already.
  if (head.framing() == Framing::none) reader_.next();
  if (auto* response = std::get_if<Response>(&decision)) {
    phase_ = Phase::answer;
    respond(*response);
  } else if (auto* relay = std::get_if<Relay>(&decision)) {
    const bool whole = reader_.at_end();
    phase_ = whole ? Phase::answer : Phase::stream;
    if (whole)
      disarm();
    else
      arm(shared_->limits.stall_ms);
    relay_->start(head, std::move(*relay),
                  whole ? RelaySession::Body::whole : RelaySession::Body::streamed);
  } else {
    reader_.gather(std::get<BufferBody>(decision).bytes_max);
    arm(shared_->limits.body_ms);
  }
}

// `OPTIONS *`: what is known here of every resource, and nothing of any of them.
void ServerConnection::answer_server_wide() {
  phase_ = Phase::answer;
  if (reader_.head().framing() == Framing::none) reader_.next();
  disarm();
  respond({.status = 204,
           .fields = {{"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}},
           .body = {},
           .close = false});
}

void ServerConnection::on_request() {
  phase_ = Phase::answer;
  disarm();
  if (shared_->front == nullptr) return hand_over(*shared_->handler);
  BodyDecision decision = shared_->front->on_body(reader_.head(), reader_.body());
  if (auto* response = std::get_if<Response>(&decision))
    respond(*response);
  else if (auto* relay = std::get_if<Relay>(&decision))
    relay_->start(reader_.head(), std::move(*relay), RelaySession::Body::whole);
  else
    hand_over(*std::get<HandOver>(decision).handler);
}

void ServerConnection::hand_over(Handler& handler) {
  auto exchange = HeldExchange::make(shared_->loop, *this, reader_.head().copy(reader_.body()));
  exchange_ = exchange.get();
  // The exchange has its own copy: ten thousand held connections keep no buffers beside it.
  reader_.forget_message();
  handler.handle(std::move(exchange));
}

void ServerConnection::refuse(const Reject& reject) {
  if (shared_->front != nullptr) shared_->front->on_refused(reject.status);
  const bool begun = answer_begun_;
  if (relay_) relay_->on_client_gone();
  if (begun) return cut();
  close_after_answer_ = true;
  phase_ = Phase::answer;
  respond(problem(reject.status, reject.code, reject.detail));
}

void ServerConnection::send_interim(std::string_view answer) {
  if (!socket_.send({answer})) on_client_lost();
}

bool ServerConnection::send(std::span<const std::string_view> pieces) {
  if (phase_ == Phase::closed) return false;
  answer_begun_ = true;
  if (!socket_.send(pieces)) return false;
  if (unsent_bytes() > 0) arm(shared_->limits.stall_ms);
  return true;
}

bool ServerConnection::closes_after_answer() const {
  return close_after_answer_ || shared_->draining || !reader_.at_end() ||
         !reader_.head().keep_alive();
}

void ServerConnection::respond(const Response& response) {
  exchange_ = nullptr;
  close_after_answer_ = close_after_answer_ || response.close;
  out_.clear();
  write_status_line(out_, response.status);
  write_field(out_, "Date", shared_->poller.date());
  write_fields(out_, response.fields);
  if (has_body(response.status)) write_length(out_, response.body.size());
  if (closes_after_answer()) out_ += close_field;
  out_ += "\r\n";
  const bool body = body_wanted_ && has_body(response.status);
  const std::string_view pieces[] = {out_, body ? std::string_view(response.body) : ""};
  if (!send(pieces)) return on_client_lost();
  finish_answer();
}

void ServerConnection::begin_stream(unsigned status, const std::vector<Field>& fields) {
  const bool body = body_wanted_ && has_body(status);
  stream_chunked_ = body && !reader_.head().http_1_0();
  if (body && !stream_chunked_) close_after_answer_ = true;
  out_.clear();
  write_status_line(out_, status);
  write_field(out_, "Date", shared_->poller.date());
  write_fields(out_, fields);
  if (stream_chunked_) out_ += chunked_field;
  if (closes_after_answer()) out_ += close_field;
  out_ += "\r\n";
  const std::string_view pieces[] = {out_};
  if (!send(pieces)) on_client_lost();
}

bool ServerConnection::write_stream(std::string_view chunk) {
  if (chunk.empty()) return true;
  if (!body_wanted_) return true;
  const ChunkLine line(chunk.size());
  const std::string_view pieces[] = {stream_chunked_ ? line.view() : "", chunk,
                                     stream_chunked_ ? "\r\n" : ""};
  if (send(pieces) && unsent_bytes() <= shared_->limits.unsent_bytes_max) return true;
  on_client_lost();
  return false;
}

void ServerConnection::end_stream() {
  exchange_ = nullptr;
  const std::string_view pieces[] = {stream_chunked_ ? last_chunk : ""};
  if (!send(pieces)) return on_client_lost();
  finish_answer();
}

void ServerConnection::finish_answer() {
  exchange_ = nullptr;
  if (closes_after_answer())
    start_linger();
  else
    next_request();
  // From within advance() this does nothing: the loop there goes on with the new phase.
  advance();
}

void ServerConnection::next_request() {
  reader_.restart();
  phase_ = Phase::head;
  answer_begun_ = head_timed_ = continue_pending_ = false;
  body_wanted_ = true;
  if (unsent_bytes() == 0) arm(shared_->limits.idle_ms);
}

void ServerConnection::resume_body() {
  if (phase_ != Phase::stream) return;
  arm(shared_->limits.stall_ms);
  advance();
}

// Sends what is left, says that no more comes, and reads on a little: a close with unread input
// would reset the connection, and the client might never see why it was refused.
void ServerConnection::start_linger() {
  phase_ = Phase::linger;
  if (unsent_bytes() > 0) return arm(shared_->limits.stall_ms);
  if (input_ended_) return close(false);
  if (!std::exchange(sending_shut_, true)) socket_.shut_down_sending();
  arm(shared_->limits.linger_ms);
}

void ServerConnection::on_client_lost() {
  if (phase_ == Phase::closed) return;
  if (relay_) relay_->on_client_gone();
  HeldExchange* exchange = std::exchange(exchange_, nullptr);
  close(false);
  if (exchange != nullptr) exchange->client_gone();
}

void ServerConnection::on_exchange_dropped(bool begun) {
  exchange_ = nullptr;
  if (begun) return cut();
  close_after_answer_ = true;
  respond(problem(500, "unanswered", "the gateway gave no answer"));
}

void ServerConnection::cut() {
  exchange_ = nullptr;
  close(true);
}

// Between two requests: a client inside TLS is told, so that it knows it for an end.
void ServerConnection::close_idle() {
  if (socket_.secured()) socket_.shut_down_sending();
  close(false);
}

void ServerConnection::close(bool reset) {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  disarm();
  shared_->poller.remove(socket_.descriptor(), this);
  socket_.close(reset);
  shared_->on_closed(*this);
}

}  // namespace keyturn
