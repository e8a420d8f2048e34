// Gated requests on their way in: read and classified once more from their own copy, and handed to
// the holds, with a HeldCaller that waits in the form that the request asks for: not at all
// (async.h), in an event stream (stream.h), else on the 303 ladder (ladder.h). Thread rule: one of
// each a loop.
#pragma once

#include <memory>

#include "gateway/http/exchange.h"
#include "gateway/proxy/held_caller.h"
#include "gateway/proxy/routes.h"
#include "policy/request/json.h"

namespace keyturn {

// A request of a gated class, complete.
class GatedHandler : public Handler {
 public:
  GatedHandler(const Routes& routes, Sequencer& sequencer, Holds& holds);
  void handle(std::shared_ptr<Exchange> exchange) override;

 private:
  std::shared_ptr<HeldCaller> caller(const std::shared_ptr<Exchange>& exchange);
  bool wants_stream(const Request& request);

  const Routes& routes_;
  Sequencer& sequencer_;
  Holds& holds_;
  std::unique_ptr<Extractor::Scratch, void (*)(Extractor::Scratch*)> scratch_;
  JsonReader json_;
};

}  // namespace keyturn
