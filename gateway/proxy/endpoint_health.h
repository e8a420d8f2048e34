// EndpointHealth: all loops' care for the endpoints: what their connections may take, who is told
// when one fails, and the probes, which one loop sends for all. Thread rule: construct before the
// loops run, destroy after they have ended and before their connections; use() from any thread.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "gateway/proxy/dispatch.h"
#include "gateway/proxy/prober.h"
#include "gateway/proxy/settings.h"
#include "gateway/world/log.h"
#include "gateway/world/service_state.h"

namespace keyturn {

class EndpointHealth {
 public:
  using Lane = LoopDispatcher::Lane;
  EndpointHealth(std::vector<Lane> lanes, const Settings& settings, Log& log, ServiceState& state);

  void use(std::shared_ptr<const Settings> settings);

 private:
  void say(std::string_view endpoint, std::string_view by, bool up, std::string_view why);

  const std::vector<Lane> lanes_;
  Log& log_;
  ServiceState& state_;
  Prober prober_;
};

}  // namespace keyturn
