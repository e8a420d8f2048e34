#include <utility>

#include "gateway/http/tls_stream.h"
#include "gateway/http/upstream_pool.h"

namespace keyturn {
namespace {

constexpr std::size_t pieces_max = 64;
constexpr int reads_max = 16;  // then the other connections have their turn

}  // namespace

UpstreamConnection::UpstreamConnection(Poller& poller, OriginPool& home)
    : poller_(poller), home_(home), limits_(home.limits) {
  pieces_.reserve(pieces_max);
}

UpstreamConnection::~UpstreamConnection() {
  if (socket_.open()) poller_.remove(socket_.descriptor(), this);
}

// Tries the origin's addresses in their order; each gets the whole deadline.
void UpstreamConnection::connect_next() {
  if (socket_.open()) poller_.remove(socket_.descriptor(), this);
  socket_.close();
  state_ = State::connecting;
  readable_ = closing_ = false;
  if (failure_.empty()) failure_ = "has no address";
  while (next_address_ < addresses_.size()) {
    Result<int> descriptor = connect_to(addresses_[next_address_++]);
    if (!descriptor) {
      failure_ = descriptor.error().message;
      continue;
    }
    socket_.adopt(*descriptor);
    if (!poller_.add(*descriptor, this)) break;
    poller_.set(*this, limits_.connect_ms);
    return;
  }
  UpstreamPool& pool = *home_.pool;
  OriginPool& home = home_;
  const std::string what = failure_;
  close();
  pool.on_connect_failed(home, what);
}

void UpstreamConnection::on_connect_ready() {
  if (!connected(socket_.descriptor())) {
    failure_ = "refuses the connection";
    connect_next();
    return;
  }
  const Origin& origin = home_.origin;
  if (!origin.secure) return on_usable();
  // INVARIANT: nothing goes to a secure origin but through its TLS.
  if (origin.tls == nullptr || !socket_.secure(origin.tls->connect(origin.host, home_.sessions))) {
    failure_ = "no TLS settings for it";
    connect_next();
    return;
  }
  state_ = State::securing;
  poller_.set(*this, limits_.handshake_ms);
  shake_hands();
}

// Whatever fails here failed before a byte of a request was sent.
void UpstreamConnection::shake_hands() {
  switch (socket_.handshake()) {
    case Socket::Handshake::wait:
      return;
    case Socket::Handshake::done:
      return on_usable();
    case Socket::Handshake::plain_http:
    case Socket::Handshake::failed:
      failure_ = socket_.failure();
      if (failure_.empty()) failure_ = "the connection broke within the TLS handshake";
      return connect_next();
  }
}

void UpstreamConnection::on_usable() {
  // What came right behind the handshake is TLS's own, or an answer that nobody asked for [T39].
  readable_ = socket_.secured();
  if (!drained()) {
    failure_ = "it speaks before it is asked";
    return connect_next();
  }
  --home_.opening;
  state_ = State::idle;
  home_.pool->on_ready_for_use(*this, false);
}

void UpstreamConnection::on_ready(Ready ready) {
  if (state_ == State::connecting) {
    if (ready.writable || ready.broken) on_connect_ready();
    return;
  }
  if (state_ == State::securing) {
    closing_ = closing_ || ready.closed;
    if (ready.writable && socket_.unsent_bytes() > 0) socket_.flush();
    return shake_hands();
  }
  readable_ = readable_ || ready.readable || ready.closed;
  closing_ = closing_ || ready.closed;
  if (state_ == State::idle) {
    if (readable_ && unusable_when_idle()) close();
    return;
  }
  if (ready.writable && socket_.unsent_bytes() > 0) {
    if (!socket_.flush()) send_failed_ = true;
    touch();
    if (socket_.unsent_bytes() == 0 && sink_ != nullptr) sink_->on_request_drained();
  }
  pull();
}

void UpstreamConnection::on_timer() {
  switch (state_) {
    case State::connecting:
      failure_ = "no connection in time";
      connect_next();
      break;
    case State::securing:
      failure_ = "no TLS handshake in time";
      connect_next();
      break;
    case State::idle:
      close();
      break;
    case State::busy:
      if (send_failed_) {
        // What the origin said before it hung up may still be there to read.
        readable_ = closing_ = true;
        pull();
        if (sink_ != nullptr) fail(Broken::Why::lost, "the connection broke");
      } else {
        fail(Broken::Why::timeout, answer_begun_ ? "the answer stalled" : "no answer in time");
      }
      break;
    case State::closed:
      break;
  }
}

void UpstreamConnection::start(AnswerSink& sink, bool to_head) {
  sink_ = &sink;
  state_ = State::busy;
  paused_ = request_finished_ = answer_begun_ = send_failed_ = false;
  sent_before_ = socket_.sent_bytes();
  reader_.start(to_head);
  poller_.clear(*this);
}

void UpstreamConnection::send(std::span<const std::string_view> pieces) {
  if (send_failed_) return;
  if (!socket_.send(pieces)) {
    send_failed_ = true;
    poller_.set(*this, 0);
    return;
  }
  if (socket_.unsent_bytes() > 0) touch();
}

void UpstreamConnection::finish_request() {
  request_finished_ = true;
  touch();
}

// The deadline of whatever is being waited for. Nothing is, while the one who should act is our
// client.
void UpstreamConnection::touch() {
  if (send_failed_) return poller_.set(*this, 0);
  if (socket_.unsent_bytes() > 0) return poller_.set(*this, limits_.stall_ms);
  if (paused_ || !request_finished_) return poller_.clear(*this);
  poller_.set(*this, answer_begun_ ? limits_.stall_ms : limits_.first_byte_ms);
}

void UpstreamConnection::resume() {
  if (!paused_) return;
  paused_ = false;
  touch();
  pull();
}

void UpstreamConnection::pull() {
  if (pulling_) return;
  pulling_ = true;
  int reads = 0;
  bool undelivered = false;
  while (sink_ != nullptr && !paused_) {
    const Read read = reader_.next();
    if (read == Read::head) {
      answer_begun_ = undelivered = true;
      sink_->on_answer(reader_.head());
    } else if (read == Read::piece) {
      pieces_.push_back(reader_.piece());
      undelivered = pieces_.size() < pieces_max;
      if (!undelivered) deliver(false);
    } else if (read == Read::end) {
      deliver(true);
    } else if (read == Read::reject) {
      fail(Broken::Why::malformed, reader_.what());
    } else if (undelivered) {
      // Everything that has arrived goes on before more is waited for: events are not held back.
      undelivered = false;
      deliver(false);
    } else if (reads++ == reads_max) {
      home_.pool->pull_later(*this);
      break;
    } else if (!read_more()) {
      break;
    }
  }
  if (paused_) poller_.clear(*this);
  pulling_ = false;
}

bool UpstreamConnection::read_more() {
  if (!readable_) return false;
  const std::span<char> space = reader_.space();
  const Socket::Got got = socket_.read(space);
  switch (got.status) {
    case Socket::Status::ok:
      reader_.commit(got.bytes);
      // A short read has emptied the socket; the next bytes will be a new event.
      if (got.emptied && !closing_) readable_ = false;
      touch();
      return true;
    case Socket::Status::would_block:
      readable_ = false;
      return false;
    case Socket::Status::end:
      closing_ = true;
      if (reader_.next_at_close() == Read::end)
        deliver(true);
      else
        fail(Broken::Why::lost, "the connection ended before the answer did");
      return false;
    case Socket::Status::broken:
      fail(Broken::Why::lost, "the connection broke");
      return false;
  }
  return false;
}

void UpstreamConnection::deliver(bool last) {
  if (!last) {
    sink_->on_pieces(pieces_, false);
    pieces_.clear();
    return;
  }
  AnswerSink& sink = *std::exchange(sink_, nullptr);
  home_.pool->count_answer(home_);
  // Unasked bytes behind an answer would be taken for the next one's: never reused then [T39].
  const bool reusable = reader_.reusable() && request_finished_ && !send_failed_ && !closing_ &&
                        socket_.unsent_bytes() == 0 && drained();
  sink.on_pieces(pieces_, true);
  pieces_.clear();
  if (reusable)
    home_.pool->on_ready_for_use(*this, true);
  else
    close();
}

// The origin closed it, or speaks unasked: either way it carries no request of ours. But TLS may
// speak among itself, as with a new session ticket.
bool UpstreamConnection::unusable_when_idle() {
  return closing_ || !socket_.secured() || !drained();
}

// Whether the kernel holds no more bytes of this connection.
bool UpstreamConnection::drained() {
  if (!readable_) return true;
  char byte = 0;
  readable_ = socket_.read({&byte, 1}).status != Socket::Status::would_block;
  return !readable_;
}

void UpstreamConnection::fail(Broken::Why why, std::string_view what) {
  AnswerSink* sink = std::exchange(sink_, nullptr);
  Broken broken;
  broken.why = why;
  broken.what = what;
  broken.sent = socket_.sent_bytes() == sent_before_ ? Sent::not_sent : Sent::unknown;
  broken.stale = reused_ && why == Broken::Why::lost && reader_.nothing_received();
  pieces_.clear();
  // A pooled connection that the origin has closed says nothing of its health.
  const bool mute = why == Broken::Why::lost && !reused_ && reader_.nothing_received();
  if (why == Broken::Why::malformed || mute) {
    home_.pool->count_failure(home_, OriginHealth::Failure::answer, what);
  }
  close();
  if (sink != nullptr) sink->on_broken(broken);
}

void UpstreamConnection::abandon() {
  sink_ = nullptr;
  close();
}

void UpstreamConnection::close() {
  if (state_ == State::closed) return;
  if (state_ == State::connecting || state_ == State::securing) --home_.opening;
  state_ = State::closed;
  poller_.clear(*this);
  if (socket_.open()) poller_.remove(socket_.descriptor(), this);
  socket_.close();
  home_.pool->on_closed(*this);
}

}  // namespace keyturn
