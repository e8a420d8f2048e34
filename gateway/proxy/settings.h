// Settings: all that keyturn.toml says of the requests' way and that may change while the gateway
// runs: credentials, how long callers wait, what each endpoint's connections may take. Made whole
// from one configuration, immutable, and replaced whole (live.h). None of it decides anything
// [T11]. Thread rule: plain values, read from all loops.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/http/front.h"
#include "gateway/http/limits.h"
#include "policy/charter/charter.h"

namespace keyturn {

// An active probe of an endpoint: an exact path of keyturn.toml, without a credential.
struct Probe {
  std::string endpoint;
  Origin origin;
  Method method = Method::get;
  std::string target;
  std::uint32_t interval_ms = 0;
};

struct Settings {
  HoldTimes hold_times;
  // By EndpointId: where it is, with the credential that the gateway presents there.
  std::vector<std::shared_ptr<const Destination>> destinations;
  std::vector<std::vector<Field>> injected;  // by EndpointId
  std::map<Origin, UpstreamLimits> upstream_limits;
  std::vector<Probe> probes;
  bool access_log = false;

  // Reads the credential files. Errors name the endpoint or the file.
  static Result<std::shared_ptr<const Settings>> create(const Charter& charter,
                                                        const Config& config);
};

}  // namespace keyturn
