// Socket: one non-blocking TCP connection, plain or inside TLS, with what could not be sent yet.
//
// Promises: send() puts everything on its way in order: what the kernel does not take at once is
// kept and goes out by flush(). Never raises SIGPIPE. Owns the descriptor. Thread rule: its loop's
// thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

class TlsStream;

class Socket {
 public:
  Socket();
  explicit Socket(int descriptor);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void adopt(int descriptor);  // closes the one before, forgets what it had not sent
  int descriptor() const { return descriptor_; }
  bool open() const { return descriptor_ >= 0; }

  enum class Status : std::uint8_t { ok, would_block, end, broken };
  struct Got {
    Status status = Status::ok;
    // Nothing more is there until the kernel says so by a new event; for `closed` it says so once,
    // so after that read to the end. Where not set, read again.
    bool emptied = false;
    std::size_t bytes = 0;
  };
  Got read(std::span<char> to);

  // False: the connection is broken.
  bool send(std::span<const std::string_view> pieces);
  bool send(std::initializer_list<std::string_view> pieces) {
    return send(std::span<const std::string_view>(pieces.begin(), pieces.size()));
  }
  bool flush();
  std::size_t unsent_bytes() const { return unsent_.size() - unsent_begin_; }
  std::uint64_t sent_bytes() const { return sent_bytes_; }  // taken by the kernel, in all

  // From here on the connection is inside TLS: before its first byte. Until handshake() says
  // `done` nothing may be read or sent. `wait`: call again when readable. False: no memory.
  bool secure(std::unique_ptr<TlsStream> tls);
  enum class Handshake : std::uint8_t { done, wait, plain_http, failed };
  Handshake handshake();
  bool handshaking() const { return tls_ != nullptr && !secured_; }
  bool secured() const { return secured_; }
  std::string_view failure() const;  // why the handshake failed, one line; stable until adopt()
  bool resumed() const;              // an earlier handshake was continued
  // SHA-256 over the public key (SubjectPublicKeyInfo) that the client has shown to hold.
  std::optional<Digest> peer_key() const;
  // Goes on without TLS, which never began: to answer, in plain HTTP, one who spoke plain HTTP.
  void leave_tls();

  // No more is sent: inside TLS, said there too, so that an end is known for one.
  void shut_down_sending();
  // With `reset` the other side sees a broken connection, not an end.
  void close(bool reset = false);

 private:
  bool send_secured(std::span<const std::string_view> pieces);

  int descriptor_ = -1;
  bool secured_ = false;
  bool shut_when_sent_ = false;
  std::unique_ptr<TlsStream> tls_;
  std::string unsent_;
  std::size_t unsent_begin_ = 0;
  std::uint64_t sent_bytes_ = 0;
};

// A resolved address, in the kernel's form.
struct Address {
  alignas(8) unsigned char bytes[28] = {};  // sockaddr_in6, or sockaddr_in in its place
  std::uint32_t size = 0;

  static Result<Address> numeric(std::string_view host, std::uint16_t port);
  std::string host() const;
  std::uint16_t port() const;
};

// All non-blocking and close-on-exec. Errors name the address.
Result<int> listen_on(const Address& address, bool shared_port);
Result<Address> bound_address(int descriptor);
Result<int> connect_to(const Address& address);  // may still be under way
bool connected(int descriptor);                  // how it ended, once the socket is writable
// -1 when nobody waits; `exhausted` is set when we are out of descriptors.
int accept_from(int listener, Address& peer, bool& exhausted);

}  // namespace keyturn
