// Sends claimed commands to their endpoints: each exactly once, on a fresh connection, with nothing
// of the caller's but what was hashed [C7]. Thread rule: dispatch() from the sequencer's thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "gateway/authority/holds.h"
#include "gateway/http/loop.h"
#include "gateway/http/upstream.h"
#include "gateway/proxy/routes.h"

namespace keyturn {

class LoopDispatcher : public Dispatcher {
 public:
  struct Lane {
    Loop* loop;
    Upstreams* upstreams;
  };
  LoopDispatcher(const Routes& routes, std::vector<Lane> lanes);

  std::shared_ptr<SharedAnswer> dispatch(const LoggedDecision& decision, const BodyRecord& record,
                                         std::function<void(intent::Outcome)> done) override;

 private:
  const Routes& routes_;
  const std::vector<Lane> lanes_;
  std::size_t next_ = 0;
};

}  // namespace keyturn
