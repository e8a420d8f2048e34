// A simulated fleet: a Lattice-style tasks API over the systems that a charter lists at one
// endpoint. It carries nothing out; it shows what reached the endpoint, so that tests, demos and
// exercises can say what was and what was not sent.
//
//   POST /api/v1/tasks                create a task for systems of ours: 200 and the task
//   GET  /api/v1/tasks/<id>           the task
//   PUT  /api/v1/tasks/<id>/status    {"newStatus": {"status": "STATUS_…"}}
//   PUT  /api/v1/tasks/<id>/cancel
//   POST /api/v1/tasks/query          {"statusFilter": {"status": […]}, "assignee": …}, both
//   optional POST /api/v1/tasks/stream         server-sent events: every task as it changes GET
//   /api/v1/entities[/<id>]      the systems and what they do now GET  /simulated/requests each
//   task request as it arrived, byte for byte (base64)
//
// Thread rule: one loop's thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/http/exchange.h"
#include "gateway/world/clock.h"
#include "policy/charter/charter.h"

namespace keyturn {

class SimulatedFleet : public Handler {
 public:
  SimulatedFleet(std::shared_ptr<const Charter> charter, EndpointId endpoint, Clock& clock);
  ~SimulatedFleet() override;
  void handle(std::shared_ptr<Exchange> exchange) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyturn
