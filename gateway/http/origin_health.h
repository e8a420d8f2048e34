// OriginHealth: whether an origin is to be left alone for a while, as one loop sees it; inside
// gateway/http/.
//
// Passive: so many failures in a row (connections that are not made; answers that have two
// readings, or connections that end without one byte of an answer) eject it for a while, which
// doubles each time that it fails again when its time is over; a whole answer ends all that.
// Active: a probe found it down, until one finds it up. Only passes ask here. A request for which a
// quorum has signed is tried whatever this says: it goes once, and is not given up on a guess.
// Thread rule: the loop's thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "gateway/http/limits.h"

namespace keyturn {

class OriginHealth {
 public:
  enum class Failure : std::uint8_t { connect, answer };

  // True: it is ejected now, and was not before.
  bool failed(Failure kind, std::uint64_t now_us, const UpstreamLimits& limits) {
    if (now_us < ejected_until_us_) return false;  // of the same bad moment
    std::uint32_t& failures = kind == Failure::connect ? connect_failures_ : answer_failures_;
    failures = std::min(failures + 1, limits.failures_max);
    if (failures < limits.failures_max) return false;
    eject_ms_ = eject_ms_ == 0 ? limits.eject_ms : std::min(eject_ms_ * 2, limits.eject_ms_max);
    ejected_until_us_ = now_us + std::uint64_t{eject_ms_} * 1000;
    return true;
  }

  void connected() { connect_failures_ = 0; }

  // True: it had been ejected since the last whole answer.
  bool answered() {
    const bool was_ejected = eject_ms_ != 0;
    connect_failures_ = answer_failures_ = eject_ms_ = 0;
    ejected_until_us_ = 0;
    return was_ejected;
  }

  void probed(bool up) { probed_down_ = !up; }

  // For how long passes are refused from now on; 0: they are not.
  std::uint64_t left_alone_us(std::uint64_t now_us) const {
    const std::uint64_t ejected = now_us < ejected_until_us_ ? ejected_until_us_ - now_us : 0;
    return probed_down_ ? std::max(ejected, probed_down_us) : ejected;
  }

 private:
  static constexpr std::uint64_t probed_down_us = 1'000'000;  // nobody knows: until the next look

  std::uint32_t connect_failures_ = 0, answer_failures_ = 0;
  std::uint32_t eject_ms_ = 0;  // the last ejection's; 0: none since the last whole answer
  std::uint64_t ejected_until_us_ = 0;
  bool probed_down_ = false;
};

}  // namespace keyturn
