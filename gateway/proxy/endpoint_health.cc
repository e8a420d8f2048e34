#include "gateway/proxy/endpoint_health.h"

#include <utility>

namespace keyturn {

EndpointHealth::EndpointHealth(std::vector<Lane> lanes, const Settings& settings, Log& log,
                               ServiceState& state)
    : lanes_(std::move(lanes)),
      log_(log),
      state_(state),
      prober_(*lanes_.front().loop, *lanes_.front().upstreams,
              [this](const Probe& probe, bool up, std::string_view why) {
                say(probe.endpoint, "probe", up, why);
                for (const Lane& lane : lanes_) {
                  lane.loop->post([upstreams = lane.upstreams, origin = probe.origin, up] {
                    upstreams->probed(origin, up);
                  });
                }
              }) {
  for (const Lane& lane : lanes_) {
    lane.upstreams->limit(settings.upstream_limits);
    lane.upstreams->on_health([this](const Origin& origin, bool up, std::string_view why) {
      say(origin.authority(), "requests", up, why);
    });
  }
  prober_.use(settings.probes);
}

void EndpointHealth::use(std::shared_ptr<const Settings> settings) {
  for (const Lane& lane : lanes_) {
    lane.loop->post(
        [settings, upstreams = lane.upstreams] { upstreams->limit(settings->upstream_limits); });
  }
  lanes_.front().loop->post([this, settings] { prober_.use(settings->probes); });
}

void EndpointHealth::say(std::string_view endpoint, std::string_view by, bool up,
                         std::string_view why) {
  if (up) return log_.info("endpoint-up", why, {{"endpoint", endpoint}, {"by", by}});
  ++state_.endpoint_failures;
  log_.warn("endpoint-down", why, {{"endpoint", endpoint}, {"by", by}});
}

}  // namespace keyturn
