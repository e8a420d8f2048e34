// A server that speaks TLS with certificates made for the test, and echoes what it is asked.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "tests/gateway/http/tls_peer.h"

namespace keyturn {

class ServedTls final : Handler {
 public:
  struct Options {
    std::vector<std::string> more_names = {};  // subjectAltName of further certificates
    bool request_client_certificates = false;
    ServerLimits limits = {};
    TestAuthority::Wanted first = {.name = "first"};
  };
  ServedTls() : ServedTls(Options()) {}
  explicit ServedTls(const Options& options) {
    TlsServerFiles files;
    files.request_client_certificates = options.request_client_certificates;
    files.certificates.push_back(authority_.issue("first", options.first));
    for (const std::string& names : options.more_names) {
      const std::string stem = "more-" + std::to_string(files.certificates.size() - 1);
      files.certificates.push_back(authority_.issue(stem, {.name = stem, .names = names}));
    }
    tls_ = TlsServer::open(files).value();
    Listen listen;
    listen.tls = tls_;
    thread_.on_loop(
        [&] { server_ = Server::create(thread_.loop(), listen, *this, options.limits).value(); });
  }
  ~ServedTls() override {
    thread_.on_loop([&] { server_.reset(); });
  }

  Wire connect(int receive_buffer_bytes = 0) {
    return Wire::to(server_->port(), receive_buffer_bytes);
  }
  std::string url(std::string_view path) const {
    return "https://127.0.0.1:" + std::to_string(server_->port()) + std::string(path);
  }
  std::uint16_t port() const { return server_->port(); }
  TestAuthority& authority() { return authority_; }
  std::shared_ptr<const TlsServer> tls() const { return tls_; }
  int handled() const { return handled_; }
  std::optional<Digest> last_key() const {
    const std::lock_guard lock(mutex_);
    return last_key_;
  }

 private:
  void handle(std::shared_ptr<Exchange> exchange) override {
    ++handled_;
    const Request& request = exchange->request();
    {
      const std::lock_guard lock(mutex_);
      last_key_ = request.peer_key;
    }
    if (request.path == "/cut") {
      exchange->begin(200, {});
      exchange->write("half");
      // Cut once the half is on its way: a reset overtakes what the kernel has not sent.
      exchange->loop().after(std::chrono::milliseconds(100), [exchange] { exchange->cut(); });
      return;
    }
    exchange->respond({.status = 200,
                       .fields = {{"Content-Type", "text/plain"}},
                       .body = std::string(method_name(request.method)) + " " + request.target +
                               " " + request.body,
                       .close = false});
  }

  TestAuthority authority_;
  std::shared_ptr<const TlsServer> tls_;
  LoopThread thread_;
  std::unique_ptr<Server> server_;
  std::atomic<int> handled_ = 0;
  mutable std::mutex mutex_;
  std::optional<Digest> last_key_;  // guarded by mutex_
};

}  // namespace keyturn
