#include "gateway/http/server.h"

#include <unistd.h>

#include <atomic>
#include <unordered_map>

#include "gateway/http/connection.h"
#include "gateway/http/poller.h"
#include "gateway/http/socket.h"
#include "gateway/http/upstream_pool.h"

namespace keyturn {
namespace {

constexpr std::chrono::milliseconds accept_again{250};

class ListeningServer final : public Server, Watcher {
 public:
  ListeningServer(Loop& loop, const ServerLimits& limits)
      : shared_(std::make_shared<ServerShared>(loop, limits)) {
    shared_->on_closed = [this](ServerConnection& connection) { on_closed(connection); };
    shared_->find = [this](std::uint64_t id) {
      const auto found = connections_.find(id);
      return found != connections_.end() ? found->second.get() : nullptr;
    };
  }
  ~ListeningServer() override {
    if (accept_timer_ != 0) shared_->loop.cancel(accept_timer_);
    if (drain_timer_ != 0) shared_->loop.cancel(drain_timer_);
    stop_accepting();
    connections_.clear();
    shared_->find = [](std::uint64_t) -> ServerConnection* { return nullptr; };
  }

  Result<void> open(const Listen& listen) {
    shared_->tls = listen.tls;
    TRY(const Address address, Address::numeric(listen.address, listen.port));
    TRY(const int listener, listen_on(address, listen.shared));
    listener_.adopt(listener);
    TRY(const Address bound, bound_address(listener));
    port_ = bound.port();
    return shared_->poller.add(listener, this);
  }

  ServerShared& shared() { return *shared_; }
  std::uint16_t port() const override { return port_; }
  std::size_t connections() const override { return count_.load(std::memory_order_relaxed); }

  void drain(std::chrono::milliseconds deadline, std::function<void()> done) override {
    shared_->draining = true;
    on_drained_ = std::move(done);
    stop_accepting();
    std::vector<std::uint64_t> ids;
    for (const auto& [id, connection] : connections_) ids.push_back(id);
    for (std::uint64_t id : ids)
      if (ServerConnection* connection = shared_->find(id)) connection->drain();
    drain_timer_ = shared_->loop.after(deadline, [this] {
      drain_timer_ = 0;
      std::vector<std::uint64_t> late;
      for (const auto& [id, connection] : connections_) late.push_back(id);
      for (std::uint64_t id : late)
        if (ServerConnection* connection = shared_->find(id)) connection->on_client_lost();
      finish_drain();
    });
    if (connections_.empty()) finish_drain();
  }

 private:
  void on_ready(Ready) override { accept(); }

  void accept() {
    bool exhausted = false;
    Address peer;
    for (;;) {
      const int accepted = accept_from(listener_.descriptor(), peer, exhausted);
      if (accepted < 0) break;
      admit(accepted, peer.host());
    }
    // Edge-triggered: nobody tells us again, so ask when some descriptors may be free.
    if (exhausted && accept_timer_ == 0)
      accept_timer_ = shared_->loop.after(accept_again, [this] {
        accept_timer_ = 0;
        if (listener_.open()) accept();
      });
  }

  void admit(int descriptor, std::string peer) {
    std::uint32_t& of_peer = peers_[peer];
    if (connections_.size() >= shared_->limits.connections_max ||
        of_peer >= shared_->limits.connections_per_peer_max) {
      if (of_peer == 0) peers_.erase(peer);
      ::close(descriptor);
      return;
    }
    ++of_peer;
    const std::uint64_t id = ++last_id_;
    auto connection = std::make_unique<ServerConnection>(shared_, id, descriptor, std::move(peer));
    ServerConnection& made = *connection;
    connections_.emplace(id, std::move(connection));
    count_.store(connections_.size(), std::memory_order_relaxed);
    if (!made.begin()) made.on_client_lost();
  }

  void on_closed(ServerConnection& connection) {
    const auto peer = peers_.find(connection.peer());
    if (peer != peers_.end() && --peer->second == 0) peers_.erase(peer);
    const auto found = connections_.find(connection.id());
    if (found == connections_.end()) return;
    // It is on the stack: gone at the end of the round.
    std::shared_ptr<ServerConnection> dead = std::move(found->second);
    connections_.erase(found);
    count_.store(connections_.size(), std::memory_order_relaxed);
    shared_->poller.defer([dead] { (void)dead; });
    if (shared_->draining && connections_.empty()) finish_drain();
  }

  void finish_drain() {
    if (drain_timer_ != 0) shared_->loop.cancel(std::exchange(drain_timer_, 0));
    if (const auto done = std::exchange(on_drained_, nullptr)) shared_->poller.defer(done);
  }

  void stop_accepting() {
    if (!listener_.open()) return;
    shared_->poller.remove(listener_.descriptor(), this);
    listener_.close();
  }

  const std::shared_ptr<ServerShared> shared_;
  Socket listener_;
  std::uint16_t port_ = 0;
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<ServerConnection>> connections_;
  std::atomic<std::size_t> count_{0};  // of connections_, for other threads
  std::unordered_map<std::string, std::uint32_t> peers_;
  Loop::TimerId accept_timer_ = 0;
  Loop::TimerId drain_timer_ = 0;
  std::function<void()> on_drained_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::create(Loop& loop, const Listen& listen, Handler& handler,
                                               ServerLimits limits) {
  auto server = std::make_unique<ListeningServer>(loop, limits);
  server->shared().handler = &handler;
  server->shared().keyturn_fields = listen.keyturn_fields;
  CHECK_OK(server->open(listen));
  return std::unique_ptr<Server>(std::move(server));
}

Result<std::unique_ptr<Server>> Server::create(Loop& loop, const Listen& listen, Front& front,
                                               Upstreams& upstreams, ServerLimits limits) {
  if (listen.keyturn_fields != KeyturnFields::refused) {
    return Error{Code::internal, "a listener for callers cannot take `Keyturn-*` fields"};
  }
  auto server = std::make_unique<ListeningServer>(loop, limits);
  server->shared().front = &front;
  server->shared().pool = &upstreams.pool();
  CHECK_OK(server->open(listen));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace keyturn
