// Server: one loop's listener and its connections.
//
// Promises: bytes reach a Handler or a Front only through the reader and admit (reader.h); every
// phase of a connection has a deadline and every count a cap [T29]; a refused request closes its
// connection. Several servers, one a loop, may share an address and port: the kernel spreads the
// connections. Thread rule: create, stop and destroy on the loop's thread, or while it does not
// run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "gateway/http/admit.h"
#include "gateway/http/exchange.h"
#include "gateway/http/front.h"
#include "gateway/http/limits.h"
#include "gateway/http/loop.h"
#include "gateway/http/tls.h"
#include "gateway/http/upstream.h"
#include "keyturn/result.h"

namespace keyturn {

struct Listen {
  std::string address = "127.0.0.1";               // IPv4 or IPv6, numeric
  std::uint16_t port = 0;                          // 0: any free one, see Server::port()
  bool shared = false;                             // several servers, one a loop, listen on it
  std::shared_ptr<const TlsServer> tls = nullptr;  // null: plain HTTP
  // INVARIANT: taken only by what stands behind a gateway; a server with a Front refuses it.
  KeyturnFields keyturn_fields = KeyturnFields::refused;
};

class Server {
 public:
  // Gathers each request whole and hands it to `handler`, which must outlive the server.
  static Result<std::unique_ptr<Server>> create(Loop& loop, const Listen& listen, Handler& handler,
                                                ServerLimits limits = {});
  // The gateway's callers: `front` decides, passes go out through `upstreams`. Both must outlive
  // the server; `upstreams` belongs to the same loop.
  static Result<std::unique_ptr<Server>> create(Loop& loop, const Listen& listen, Front& front,
                                                Upstreams& upstreams, ServerLimits limits = {});
  virtual ~Server() = default;  // closes every connection
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  virtual std::uint16_t port() const = 0;
  virtual std::size_t connections() const = 0;  // any thread

  // Stops accepting, closes idle connections, and lets requests under way finish, their answers
  // with `Connection: close`. Calls `done` when the last is gone, or at the deadline, when the rest
  // is cut.
  virtual void drain(std::chrono::milliseconds deadline, std::function<void()> done) = 0;

 protected:
  Server() = default;
};

}  // namespace keyturn
