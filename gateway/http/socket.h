// Socket: one non-blocking TCP connection, with what could not be sent yet.
//
// Promises: send() puts everything on its way in order: what the kernel does not take at once is
// kept and goes out by flush(). Never raises SIGPIPE. Owns the descriptor. Thread rule: its loop's
// thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "keyturn/result.h"

namespace keyturn {

class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void adopt(int descriptor);  // closes the one before, forgets what it had not sent
  int descriptor() const { return descriptor_; }
  bool open() const { return descriptor_ >= 0; }

  enum class Status : std::uint8_t { ok, would_block, end, broken };
  struct Got {
    Status status = Status::ok;
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

  void shut_down_sending();
  // With `reset` the other side sees a broken connection, not an end.
  void close(bool reset = false);

 private:
  int descriptor_ = -1;
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
