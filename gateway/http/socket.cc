#include "gateway/http/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "gateway/http/tls_stream.h"

namespace keyturn {
namespace {

constexpr std::size_t iov_max = 72;
constexpr int backlog = 4096;
// A buffer that was needed once and is small is kept for the next answer inside TLS.
constexpr std::size_t unsent_kept_bytes = 4096;

Error failed(const std::string& what) {
  return Error{Code::unavailable, what + ": " + std::strerror(errno)};
}

std::string text_of_address(const Address& address) {
  return address.host() + " port " + std::to_string(address.port());
}

void no_delay(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Socket::Socket() = default;
Socket::Socket(int descriptor) : descriptor_(descriptor) {}
Socket::~Socket() { close(); }

void Socket::adopt(int descriptor) {
  close();
  descriptor_ = descriptor;
  tls_.reset();
  secured_ = shut_when_sent_ = false;
  unsent_.clear();
  unsent_begin_ = 0;
  sent_bytes_ = 0;
}

bool Socket::secure(std::unique_ptr<TlsStream> tls) {
  tls_ = std::move(tls);
  return tls_ != nullptr && tls_->attach(descriptor_, unsent_);
}

Socket::Handshake Socket::handshake() {
  const Handshake state = tls_->handshake();
  secured_ = state == Handshake::done;
  // Its own messages, and the alert that says why it failed, go out at once.
  if (!flush() && state == Handshake::wait) return Handshake::failed;
  return state;
}

std::string_view Socket::failure() const {
  return tls_ != nullptr ? std::string_view(tls_->failure()) : std::string_view();
}
bool Socket::resumed() const { return tls_ != nullptr && tls_->resumed(); }
std::optional<Digest> Socket::peer_key() const {
  return tls_ != nullptr ? tls_->peer_key() : std::nullopt;
}

void Socket::leave_tls() {
  tls_.reset();
  secured_ = false;
  unsent_.clear();
  unsent_begin_ = 0;
}

Socket::Got Socket::read(std::span<char> to) {
  if (tls_ != nullptr) [[unlikely]] {
    const std::size_t before = unsent_.size();
    const Got got = tls_->read(to);
    // TLS may have something of its own to say: an alert, a new key.
    if (unsent_.size() > before) flush();
    return got;
  }
  for (;;) {
    const ssize_t got = ::recv(descriptor_, to.data(), to.size(), 0);
    if (got > 0) {
      const auto bytes = static_cast<std::size_t>(got);
      return {Status::ok, bytes < to.size(), bytes};
    }
    if (got == 0) return {Status::end, false, 0};
    if (errno == EINTR) continue;
    const bool empty = errno == EAGAIN || errno == EWOULDBLOCK;
    return {empty ? Status::would_block : Status::broken, empty, 0};
  }
}

bool Socket::send_secured(std::span<const std::string_view> pieces) {
  const bool behind = unsent_bytes() > 0;
  return tls_->write(pieces) && (behind || flush());
}

bool Socket::send(std::span<const std::string_view> pieces) {
  if (tls_ != nullptr) [[unlikely]]
    return send_secured(pieces);
  std::array<iovec, iov_max> iov;
  std::size_t count = 0;
  std::size_t total = 0;
  for (std::string_view piece : pieces) {
    if (piece.empty()) continue;
    if (count == iov_max) return send(pieces.first(iov_max)) && send(pieces.subspan(iov_max));
    iov[count++] = {const_cast<char*>(piece.data()), piece.size()};
    total += piece.size();
  }
  if (total == 0) return true;
  std::size_t taken = 0;
  if (unsent_bytes() == 0) {
    msghdr message{};
    message.msg_iov = iov.data();
    message.msg_iovlen = count;
    ssize_t sent = 0;
    do sent = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return false;
    taken = sent > 0 ? static_cast<std::size_t>(sent) : 0;
    sent_bytes_ += taken;
    if (taken == total) return true;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t skip = std::min(taken, iov[i].iov_len);
    taken -= skip;
    unsent_.append(static_cast<const char*>(iov[i].iov_base) + skip, iov[i].iov_len - skip);
  }
  return true;
}

bool Socket::flush() {
  while (unsent_bytes() > 0) {
    const ssize_t sent = ::send(descriptor_, unsent_.data() + unsent_begin_,
                                unsent_.size() - unsent_begin_, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK;
    }
    sent_bytes_ += static_cast<std::uint64_t>(sent);
    unsent_begin_ += static_cast<std::size_t>(sent);
    // Keep the front from growing without end under a reader that is always a little behind.
    if (unsent_begin_ > 65536 && unsent_begin_ > unsent_.size() / 2) {
      unsent_.erase(0, unsent_begin_);
      unsent_begin_ = 0;
    }
  }
  if (tls_ != nullptr && unsent_.capacity() <= unsent_kept_bytes)
    unsent_.clear();
  else
    std::string().swap(unsent_);
  unsent_begin_ = 0;
  if (std::exchange(shut_when_sent_, false)) ::shutdown(descriptor_, SHUT_WR);
  return true;
}

void Socket::shut_down_sending() {
  if (tls_ != nullptr) {
    tls_->write_end();
    shut_when_sent_ = true;
    flush();
    return;
  }
  ::shutdown(descriptor_, SHUT_WR);
}

void Socket::close(bool reset) {
  if (descriptor_ < 0) return;
  if (reset) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  ::close(descriptor_);
  descriptor_ = -1;
}

Result<Address> Address::numeric(std::string_view host, std::uint16_t port) {
  Address address;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  const std::string text(host);
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(address.bytes, &v4, sizeof v4);
    address.size = sizeof v4;
  } else if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(address.bytes, &v6, sizeof v6);
    address.size = sizeof v6;
  } else {
    return Error{Code::invalid, "`" + text + "` is not an IPv4 or IPv6 address"};
  }
  return address;
}

std::string Address::host() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (size == sizeof(sockaddr_in)) {
    sockaddr_in v4;
    std::memcpy(&v4, bytes, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  } else {
    sockaddr_in6 v6;
    std::memcpy(&v6, bytes, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  }
  return text;
}

std::uint16_t Address::port() const {
  // The port stands at the same place in both forms.
  std::uint16_t port = 0;
  std::memcpy(&port, bytes + 2, sizeof port);
  return ntohs(port);
}

Result<int> listen_on(const Address& address, bool shared_port) {
  const auto* name = reinterpret_cast<const sockaddr*>(address.bytes);
  const int listener = ::socket(name->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) return failed("making a listener");
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared_port) setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (::bind(listener, name, address.size) == 0 && ::listen(listener, backlog) == 0)
    return listener;
  Error error = failed("listening on " + text_of_address(address));
  ::close(listener);
  return error;
}

Result<Address> bound_address(int descriptor) {
  Address address;
  address.size = sizeof address.bytes;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(address.bytes), &address.size) != 0)
    return failed("asking for a listener's address");
  return address;
}

Result<int> connect_to(const Address& address) {
  const auto* name = reinterpret_cast<const sockaddr*>(address.bytes);
  const int descriptor = ::socket(name->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failed("making a socket");
  no_delay(descriptor);
  if (::connect(descriptor, name, address.size) == 0 || errno == EINPROGRESS) return descriptor;
  Error error = failed("connecting to " + text_of_address(address));
  ::close(descriptor);
  return error;
}

bool connected(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

int accept_from(int listener, Address& peer, bool& exhausted) {
  for (;;) {
    peer.size = sizeof peer.bytes;
    const int accepted = ::accept4(listener, reinterpret_cast<sockaddr*>(peer.bytes), &peer.size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      no_delay(accepted);
      return accepted;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    return -1;
  }
}

}  // namespace keyturn
