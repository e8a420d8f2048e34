#include "tests/gateway/http/harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace keyturn {
namespace {

constexpr int patience_seconds = 10;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int listen_anywhere(std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener, 128) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    std::abort();
  port = ntohs(address.sin_port);
  return listener;
}

void be_patient(int descriptor) {
  const timeval patience{.tv_sec = patience_seconds, .tv_usec = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

}  // namespace

LoopThread::LoopThread() : loop_(Loop::create().value()) {
  thread_ = std::thread([this] { loop_->run(); });
}
LoopThread::~LoopThread() {
  loop_->stop();
  thread_.join();
}
void LoopThread::on_loop(std::function<void()> function) {
  std::promise<void> done;
  loop_->post([&] {
    function();
    done.set_value();
  });
  done.get_future().wait();
}

Wire Wire::to(std::uint16_t port, int receive_buffer_bytes) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer_bytes > 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(int));
  be_patient(descriptor);
  const sockaddr_in address = loopback(port);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    std::abort();
  return Wire(descriptor);
}

bool Wire::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Wire::receive() {
  char buffer[65536];
  const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
  if (got < 0) reset_ = true;
  if (got <= 0) return false;
  received_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::string Wire::read_until(std::string_view text) {
  std::size_t at = 0;
  while ((at = received_.find(text)) == std::string::npos)
    if (!receive()) return std::exchange(received_, {});
  return read_bytes(at + text.size());
}

std::string Wire::read_bytes(std::size_t bytes) {
  while (received_.size() < bytes)
    if (!receive()) break;
  std::string taken = received_.substr(0, bytes);
  received_.erase(0, taken.size());
  return taken;
}

std::string Wire::read_some() {
  if (received_.empty()) receive();
  return std::exchange(received_, {});
}

std::string Wire::read_to_end() {
  while (receive()) {
  }
  return std::exchange(received_, {});
}

std::string Wire::read_message() {
  std::string message = read_until("\r\n\r\n");
  const std::size_t length = message.find("Content-Length: ");
  if (contains(message, "Transfer-Encoding: chunked"))
    message += read_until("0\r\n\r\n");
  else if (length != std::string::npos)
    message += read_bytes(std::strtoul(message.c_str() + length + 16, nullptr, 10));
  return message;
}

bool Wire::ends_cleanly() {
  read_to_end();
  return !reset_;
}

void Wire::half_close() { ::shutdown(descriptor_, SHUT_WR); }

void Wire::close(bool reset) {
  if (descriptor_ < 0) return;
  const linger now{.l_onoff = 1, .l_linger = 0};
  if (reset) setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(descriptor_, -1));
}

ScriptedOrigin::ScriptedOrigin(std::function<void(Wire&)> script) : script_(std::move(script)) {
  listener_ = listen_anywhere(port_);
  acceptor_ = std::thread([this] {
    for (;;) {
      const int accepted = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) return;
      be_patient(accepted);
      ++connections_;
      const std::lock_guard lock(mutex_);
      threads_.emplace_back([this, accepted] {
        Wire wire(accepted);
        script_(wire);
      });
    }
  });
}

ScriptedOrigin::~ScriptedOrigin() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (std::thread& thread : threads_) thread.join();
}

std::uint16_t closed_port() {
  std::uint16_t port = 0;
  ::close(listen_anywhere(port));
  return port;
}

std::string status_line(std::string_view message) {
  return std::string(message.substr(0, message.find("\r\n")));
}

std::string body_of(std::string_view message) {
  const std::size_t end = message.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string() : std::string(message.substr(end + 4));
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace keyturn
