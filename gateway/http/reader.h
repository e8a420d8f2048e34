// Readers: bytes in, admitted messages out. No sockets, no clock: the server, the tests and the
// fuzzers run the same object.
//
// A message is read as head, then either gathered whole (gather(), request only) or streamed in
// pieces, then end. The result does not depend on where the bytes were split. After `reject`
// nothing more is read. Views (Head, piece, body) stay valid until the next space() or restart().
// Thread rule: one user at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/http/admit.h"
#include "gateway/http/buffer.h"
#include "gateway/http/head.h"
#include "gateway/http/tokens.h"

namespace keyturn {

enum class Read : std::uint8_t { need_more, head, piece, end, reject };

class RequestReader {
 public:
  RequestReader();

  // Where to put bytes that arrive; commit() says how many did.
  std::span<char> space();
  void commit(std::size_t bytes) { buffer_.commit(bytes); }
  void feed(std::string_view bytes);  // the same by copying, for tests and fuzzers

  // The next event. `head` comes once; then say gather() or just go on.
  Read next();
  // Gather the body: next() gives need_more until `end`, when body() has all of it; 413 above the
  // limit.
  void gather(std::uint64_t body_bytes_max);

  const Head& head() const { return head_; }
  std::string_view piece() const { return piece_; }
  std::string_view body() const { return buffer_.view(head_bytes_, body_end_); }
  const Reject& reject() const { return reject_; }

  // Whether bytes of an unfinished head are there: a deadline of its own.
  bool in_head() const { return phase_ == Phase::head && buffer_.size() > 0; }
  bool at_end() const { return phase_ == Phase::end; }
  // Bytes that arrived beyond the message: a client that pipelines.
  std::size_t bytes_ahead() const { return buffer_.size() - taken_; }
  // The buffer is full of what may not be read yet.
  bool full() const;

  // Goes on to the next message. Only after `end`.
  void restart();
  // After `end`: drops the bytes of the message, but for what the client sent ahead. Of head() only
  // the method, the version and keep_alive() are still there.
  void forget_message();
  // Only behind a gateway, before the first byte.
  void set_keyturn_fields(KeyturnFields fields) { keyturn_fields_ = fields; }
  void set_peer(std::string_view address) { head_.peer_ = std::string(address); }
  void set_peer_key(std::optional<Digest> key) { head_.peer_key_ = key; }

 private:
  enum class Phase : std::uint8_t { head, body, end, rejected };

  Read read_head();
  Read read_body();
  Read read_chunked();
  Read refuse(const Reject& reject);
  void rebase(const char* old_base);

  Buffer buffer_;
  Phase phase_ = Phase::head;
  bool gathering_ = false;
  KeyturnFields keyturn_fields_ = KeyturnFields::refused;
  LineScan scan_;
  Tokens tokens_;
  std::size_t head_bytes_ = 0;
  std::size_t taken_ = 0;     // end of what was parsed
  std::size_t body_end_ = 0;  // end of what was gathered; body bytes stand right behind the head
  std::uint64_t remaining_ = 0;
  std::uint64_t body_bytes_max_ = 0;
  Head head_;
  std::vector<FieldView> fields_;
  std::string_view piece_;
  Reject reject_;
};

// The head of an upstream's answer, as views into the connection's buffer.
struct AnswerHead {
  unsigned status = 0;
  AnswerMeaning framed;
  std::span<const FieldView> fields;
};

// The same for answers. A malformed one is `reject`; 1xx answers are skipped here.
class AnswerReader {
 public:
  AnswerReader();

  // For one answer to a request; `to_head`: it was HEAD, so no body comes.
  void start(bool to_head);

  std::span<char> space();
  void commit(std::size_t bytes);
  void feed(std::string_view bytes);

  Read next();
  // The connection ended: `end` where that ends the body, else `reject`.
  Read next_at_close();

  const AnswerHead& head() const { return head_; }
  std::string_view piece() const { return piece_; }
  std::string_view what() const { return what_; }  // what is wrong, after `reject`
  bool nothing_received() const { return received_ == 0; }
  // Whether the connection may carry another request: the answer ended, and not a byte came after
  // it.
  bool reusable() const {
    return phase_ == Phase::end && head_.framed.keep_alive && taken_ == buffer_.size();
  }
  void shrink();

 private:
  enum class Phase : std::uint8_t { head, body, end, rejected };

  Read read_head();
  Read read_body();
  Read refuse(std::string_view what);

  Buffer buffer_;
  Phase phase_ = Phase::end;
  bool to_head_ = false;
  LineScan scan_;
  Tokens tokens_;
  std::size_t taken_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t remaining_ = 0;
  AnswerHead head_;
  std::vector<FieldView> fields_;
  std::string_view piece_;
  std::string_view what_;
};

}  // namespace keyturn
