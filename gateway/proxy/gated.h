// Gated requests on their way in: handed to the holds, answered by the 303 ladder while they wait.
//
// One step of the ladder holds the connection for at most step_ms, then sends the caller on with
// `303 See Other` to a wait URL that only he can use; after ladder_ms, `409` with `Retry-After: 1`
// and `x-should-retry: true`, and the identical request attaches to the same command (DESIGN
// section 6). Thread rule: one of each a loop.
#pragma once

#include <cstdint>
#include <memory>

#include "gateway/authority/holds.h"
#include "gateway/http/exchange.h"
#include "gateway/proxy/routes.h"

namespace keyturn {

// A request of a gated class, complete.
class GatedHandler : public Handler {
 public:
  GatedHandler(const Routes& routes, Sequencer& sequencer, Holds& holds);
  void handle(std::shared_ptr<Exchange> exchange) override;

 private:
  const Routes& routes_;
  Sequencer& sequencer_;
  Holds& holds_;
  std::unique_ptr<Extractor::Scratch, void (*)(Extractor::Scratch*)> scratch_;
};

// The gateway's own paths, under /keyturn/ [C12]:
//   GET    /keyturn/v1/holds/<ticket>?n=<step>   waits on
//   DELETE /keyturn/v1/holds/<ticket>            cancels the command, before its claim
class HoldHandler : public Handler {
 public:
  HoldHandler(const Routes& routes, Sequencer& sequencer, Holds& holds);
  void handle(std::shared_ptr<Exchange> exchange) override;

 private:
  void wait(std::shared_ptr<Exchange> exchange, const std::string& principal,
            const std::string& ticket);
  void cancel(std::shared_ptr<Exchange> exchange, const std::string& principal,
              const std::string& ticket);
  const Routes& routes_;
  Sequencer& sequencer_;
  Holds& holds_;
};

}  // namespace keyturn
