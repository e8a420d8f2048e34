// A loop on its own thread, blocking sockets for clients, and origins that follow a script: the
// server and the relay are tested over real connections. Nothing here waits for a fixed time; reads
// give up after ten seconds, so that a failure is a failure and not a hang.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gateway/http/front.h"
#include "gateway/http/loop.h"
#include "gateway/http/server.h"
#include "gateway/http/upstream.h"

namespace keyturn {

// Runs a loop until it is destroyed. What lives on the loop is made, used and dropped by on_loop().
class LoopThread {
 public:
  LoopThread();
  ~LoopThread();
  Loop& loop() { return *loop_; }
  // Runs `function` on the loop and waits for it.
  void on_loop(std::function<void()> function);

 private:
  std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

// A connected TCP socket, blocking.
class Wire {
 public:
  static Wire to(std::uint16_t port, int receive_buffer_bytes = 0);
  explicit Wire(int descriptor) : descriptor_(descriptor) {}
  Wire(Wire&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Wire& operator=(Wire&&) = delete;
  ~Wire() { close(); }

  // False once the other side has reset the connection.
  bool write(std::string_view bytes);
  // Until `text` has been received (included in the result), or the end.
  std::string read_until(std::string_view text);
  std::string read_bytes(std::size_t bytes);
  // What has come, at least a byte; "" at the end.
  std::string read_some();
  std::string read_to_end();
  // One message: its head, and a body by Content-Length or chunks, as received.
  std::string read_message();
  // How the connection ended, after whatever it still brought: false if by a reset.
  bool ends_cleanly();
  void half_close();
  void close(bool reset = false);

 private:
  bool receive();

  int descriptor_;
  std::string received_;
  bool reset_ = false;
};

// An origin: every connection is served by `script` on a thread of its own.
class ScriptedOrigin {
 public:
  explicit ScriptedOrigin(std::function<void(Wire&)> script);
  ~ScriptedOrigin();
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  std::function<void(Wire&)> script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread acceptor_;
  std::mutex mutex_;
  std::vector<std::thread> threads_;  // guarded by mutex_
};

// A port on which nobody listens.
std::uint16_t closed_port();

std::string status_line(std::string_view message);
std::string body_of(std::string_view message);
bool contains(std::string_view text, std::string_view part);

}  // namespace keyturn
