// ServiceState: what supervisors and operators may know of the running gateway beside its
// readiness: remarks of /readyz, and numbers for metrics. Thread rule: any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace keyturn {

struct ServiceState {
  // keyturn.toml as it lies there was not taken over: the settings in force are older ones.
  std::atomic<bool> config_stale{false};
  std::atomic<std::uint64_t> reloads{0}, reloads_refused{0};
  std::atomic<std::uint64_t> endpoint_failures{0};  // times that an endpoint was found down

  // A line each, for people; empty where there is nothing to say.
  std::string remarks() const {
    return config_stale ? "config_stale: keyturn.toml was not taken over; the log says why\n" : "";
  }
};

}  // namespace keyturn
