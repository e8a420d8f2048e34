// TlsStream: one connection's TLS, between its Socket and the kernel; inside gateway/http/.
//
// Reads ciphertext from the descriptor, puts what is to be sent into the Socket's own buffer, and
// so never waits for the descriptor to be writable: what cannot be sent yet is kept where all is
// kept, and counts as unsent. Promises: no application byte is sent or given out before the
// handshake is done; an end without the other side's close_notify is broken, never an end. Thread
// rule: its loop's thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/http/socket.h"
#include "keyturn/digest.h"

struct ssl_st;

namespace keyturn {

class TlsContext;
class TlsSessions;

class TlsStream {
 public:
  // `ssl` is taken.
  TlsStream(ssl_st* ssl, std::shared_ptr<const TlsContext> context,
            std::shared_ptr<TlsSessions> sessions);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // From the Socket, which outlives this. False: no memory.
  bool attach(int descriptor, std::string& unsent);

  Socket::Handshake handshake();
  bool done() const { return done_; }
  const std::string& failure() const { return failure_; }
  std::optional<Digest> peer_key() const { return peer_key_; }
  bool resumed() const;

  // As much as there is and `to` takes: until the kernel has no more, or the space is full.
  Socket::Got read(std::span<char> to);
  // Appends records to the Socket's unsent bytes. False: the connection is broken.
  bool write(std::span<const std::string_view> pieces);
  // The close_notify: nothing is written after it.
  void write_end();

  // For OpenSSL's callbacks.
  int receive(char* to, int bytes);
  bool append(std::string_view ciphertext);  // false: too much of it
  bool at_end() const { return received_end_; }
  bool would_block() const { return kernel_empty_; }
  void keep_session(void* session);

 private:
  bool write_record(std::string_view bytes);
  void take_peer_key();
  void fail();

  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  const std::shared_ptr<const TlsContext> context_;
  const std::shared_ptr<TlsSessions> sessions_;
  std::unique_ptr<ssl_st, Free> ssl_;
  int descriptor_ = -1;
  std::string* unsent_ = nullptr;
  bool kernel_empty_ = false;  // the last receive brought all that was there
  bool received_end_ = false;  // the kernel said that no more comes
  bool writing_ = false;       // what is appended is what we were asked to send
  std::size_t own_bytes_ = 0;  // appended otherwise, since nothing was unsent
  bool done_ = false;
  bool broken_ = false;
  std::string failure_;
  std::optional<Digest> peer_key_;
};

}  // namespace keyturn
