// What a caller can do with the wait URL of his held command. Thread rule: one of each a loop.
#pragma once

#include <memory>
#include <string>

#include "gateway/http/exchange.h"
#include "gateway/proxy/held_caller.h"
#include "gateway/proxy/routes.h"

namespace keyturn {

// The gateway's own paths, under /keyturn/ [C12]:
//   GET    /keyturn/v1/holds/<ticket>?n=<step>   waits on
//   GET    /keyturn/v1/holds/<ticket>?wait=0     asks how it stands, and so does HEAD with any
//   query DELETE /keyturn/v1/holds/<ticket>            cancels the command, before its claim
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
