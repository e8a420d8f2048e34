// Prober: asks endpoints how they are, where keyturn.toml wants it: an exact path, on a fresh
// connection, without a credential and without anything of a caller's. So many failures in a row
// say that it is down (no answer in time, or none of 2xx), one success that it is up again. Thread
// rule: its loop's thread, or while the loop does not run.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "gateway/http/loop.h"
#include "gateway/http/upstream.h"
#include "gateway/proxy/settings.h"

namespace keyturn {

class Prober {
 public:
  // Called when an endpoint turns up or down; one that is asked no more counts as up.
  using Verdict = std::function<void(const Probe& probe, bool up, std::string_view why)>;

  Prober(Loop& loop, Upstreams& upstreams, Verdict verdict);
  ~Prober();
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  // From now on these, instead of those before.
  void use(const std::vector<Probe>& probes);

 private:
  class Patient;
  Loop& loop_;
  Upstreams& upstreams_;
  const Verdict verdict_;
  std::vector<std::shared_ptr<Patient>> patients_;
};

}  // namespace keyturn
