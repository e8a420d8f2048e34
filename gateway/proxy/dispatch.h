// Sends claimed commands to their endpoints: each exactly once, on a fresh connection, with nothing
// of the caller's but what was hashed, and with `Keyturn-Command` and, where systems are directed,
// `Keyturn-Lease-Until` [C7]. Thread rule: dispatch() from the sequencer's thread.
#pragma once

#include <atomic>
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
  // Those that are not answered to their end yet. Any thread.
  std::size_t under_way() const { return *under_way_; }

 private:
  const Routes& routes_;
  const std::vector<Lane> lanes_;
  std::size_t next_ = 0;
  const std::shared_ptr<std::atomic<std::size_t>> under_way_ =
      std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace keyturn
