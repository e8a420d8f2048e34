#include "gateway/http/relay.h"

#include <array>

#include "gateway/http/admit.h"
#include "gateway/http/connection.h"
#include "gateway/http/writer.h"

namespace keyturn {
namespace {

// One side's unsent bytes above which the other side is not read.
constexpr std::size_t unsent_high_bytes = 64 * 1024;

bool idempotent(Method method) { return method != Method::post && method != Method::patch; }

bool named_in(std::string_view connection, std::string_view name) {
  return !connection.empty() &&
         !for_each_member(connection, [&](std::string_view m) { return !same_name(m, name); });
}

bool keyturn_name(std::string_view name) {
  constexpr std::string_view prefix = "keyturn-";
  return name.size() >= prefix.size() && same_name(name.substr(0, prefix.size()), prefix);
}

unsigned status_of(Broken::Why why) {
  if (why == Broken::Why::busy || why == Broken::Why::ejected) return 503;
  return why == Broken::Why::timeout ? 504 : 502;
}

}  // namespace

void RelaySession::start(const Head& head, Relay plan, Body body) {
  plan_ = std::move(plan);
  active_ = true;
  body_ = body;
  method_ = head.method();
  client_http_1_0_ = head.http_1_0();
  retried_ = answer_head_pending_ = answer_sent_ = false;
  relayed_ = {};
  relayed_.tag = plan_.tag;
  begun_us_ = pool_.poller().now_us();
  write_request_head(head);
  acquire(false);
}

void RelaySession::write_request_head(const Head& head) {
  request_head_.clear();
  write_request_line(request_head_, method_name(head.method()), head.target());
  request_line_bytes_ = request_head_.size() - 2;
  request_head_ += plan_.destination->wire_fields();
  for (const FieldView& field : head.fields())
    if (plan_.destination->passes(field.name)) write_field(request_head_, field.name, field.value);
  request_chunked_ = body_ == Body::streamed && head.framing() == Framing::chunked;
  if (request_chunked_)
    request_head_ += chunked_field;
  else if (body_ == Body::streamed)
    write_length(request_head_, head.content_length());
  else if (!client_.body().empty() || method_ == Method::post || method_ == Method::put ||
           method_ == Method::patch)
    write_length(request_head_, client_.body().size());
  request_head_ += "\r\n";
}

void RelaySession::acquire(bool fresh) {
  const auto acquired = pool_.acquire(plan_.destination->origin(), fresh, *this);
  if (acquired.refused)
    on_broken(*acquired.refused);
  else if (acquired.connection != nullptr)
    on_connected(*acquired.connection);
  else
    waiting_ = true;
}

void RelaySession::on_connected(UpstreamConnection& connection) {
  waiting_ = false;
  connection_ = &connection;
  connection.start(*this, method_ == Method::head);
  if (body_ == Body::whole) {
    const std::string_view body = client_.body();
    const std::string_view pieces[] = {request_head_, body};
    connection.send(pieces);
    connection.finish_request();
    relayed_.request_body_bytes = body.size();
  } else {
    const std::string_view pieces[] = {request_head_};
    connection.send(pieces);
    client_.resume_body();
  }
}

bool RelaySession::wants_body() const {
  return connection_ != nullptr && connection_->unsent_bytes() < unsent_high_bytes;
}

void RelaySession::request_piece(std::string_view piece) {
  relayed_.request_body_bytes += piece.size();
  if (request_chunked_) {
    const ChunkLine line(piece.size());
    const std::string_view pieces[] = {line.view(), piece, "\r\n"};
    connection_->send(pieces);
  } else {
    const std::string_view pieces[] = {piece};
    connection_->send(pieces);
  }
}

void RelaySession::request_end() {
  if (request_chunked_) {
    const std::string_view pieces[] = {last_chunk};
    connection_->send(pieces);
  }
  connection_->finish_request();
}

void RelaySession::on_request_drained() {
  if (body_ == Body::streamed) client_.resume_body();
}

void RelaySession::on_answer(const AnswerHead& head) {
  relayed_.status = head.status;
  relayed_.first_byte_us = pool_.poller().now_us() - begun_us_;
  const AnswerMeaning& framed = head.framed;
  answer_head_.clear();
  write_status_line(answer_head_, head.status);
  for (const FieldView& field : head.fields) {
    // What the origin says about its connection to us, and what only the gateway may say, stops
    // here.
    if (hop_by_hop(field.name) || named_in(framed.connection, field.name)) continue;
    if (!keyturn_name(field.name)) write_field(answer_head_, field.name, field.value);
  }
  const bool unbounded =
      framed.framing == AnswerFraming::chunked || framed.framing == AnswerFraming::until_close;
  answer_chunked_ = unbounded && !client_http_1_0_;
  if (unbounded && client_http_1_0_) client_.close_after_answer();
  if (answer_chunked_)
    answer_head_ += chunked_field;
  else if (framed.has_content_length && head.status != 204)
    write_length(answer_head_, framed.content_length);
  if (client_.closes_after_answer()) answer_head_ += close_field;
  answer_head_ += "\r\n";
  answer_head_pending_ = true;
}

void RelaySession::on_pieces(std::span<const std::string_view> pieces, bool last) {
  if (last) connection_ = nullptr;
  std::size_t bytes = 0;
  for (std::string_view piece : pieces) bytes += piece.size();
  relayed_.response_body_bytes += bytes;

  // The head, one chunk around everything that came, and the end: one send.
  std::array<std::string_view, 70> out;
  std::size_t count = 0;
  const ChunkLine line(bytes);
  if (answer_head_pending_) out[count++] = answer_head_;
  if (answer_chunked_ && bytes > 0) out[count++] = line.view();
  for (std::string_view piece : pieces) out[count++] = piece;
  if (answer_chunked_ && bytes > 0) out[count++] = "\r\n";
  if (answer_chunked_ && last) out[count++] = last_chunk;
  answer_head_pending_ = false;
  answer_sent_ = true;
  if (!client_.send(std::span(out.data(), count))) return client_.on_client_lost();
  if (last) {
    finish(Relayed::End::complete);
    client_.finish_answer();
  } else if (client_.unsent_bytes() > unsent_high_bytes) {
    connection_->pause();
  }
}

void RelaySession::on_client_drained() {
  if (connection_ != nullptr) connection_->resume();
}

// Only if the first connection was pooled and gave nothing: then the origin had closed it, and has
// not seen the request. For what changes things, only if not a byte went out.
bool RelaySession::may_resend(const Broken& broken) const {
  return broken.stale && body_ == Body::whole && !retried_ &&
         (idempotent(method_) || broken.sent == Sent::not_sent);
}

void RelaySession::on_broken(const Broken& broken) {
  waiting_ = false;
  connection_ = nullptr;
  if (may_resend(broken)) {
    retried_ = true;
    return acquire(true);
  }
  if (answer_sent_) {
    // Half an answer must not be taken for a whole one.
    finish(Relayed::End::upstream_failed);
    return client_.cut();
  }
  const unsigned status = status_of(broken.why);
  relayed_.status = status;
  finish(Relayed::End::upstream_failed);
  Response answer =
      problem(status, broken.sent == Sent::not_sent ? "upstream-unavailable" : "upstream-failed",
              "the endpoint gave no usable answer: " + std::string(broken.what));
  if (broken.retry_after_us > 0) {
    const std::uint64_t seconds = (broken.retry_after_us + 999'999) / 1'000'000;
    answer.fields.push_back({"Retry-After", std::to_string(seconds)});
  }
  client_.respond(std::move(answer));
}

void RelaySession::on_client_gone() {
  if (!active_) return;
  leave();
  finish(Relayed::End::client_gone);
}

void RelaySession::leave() {
  if (waiting_) pool_.forget(*this);
  if (connection_ != nullptr) connection_->abandon();
  waiting_ = false;
  connection_ = nullptr;
}

void RelaySession::finish(Relayed::End end) {
  active_ = false;
  relayed_.end = end;
  relayed_.total_us = pool_.poller().now_us() - begun_us_;
  relayed_.request_line = std::string_view(request_head_).substr(0, request_line_bytes_);
  front_.on_relayed(relayed_);
  relayed_.request_line = {};
}

}  // namespace keyturn
