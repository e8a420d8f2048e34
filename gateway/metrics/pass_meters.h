// PassMeters: what one lane counts while requests pass: how each was decided, how long the deciding
// took, and how its endpoint answered.
//
// One of each lane; write_pass_meters() adds them up. Everything is laid out when the lane is made,
// so that the pass path takes no lock and allocates nothing. Labels are names of the charter's
// endpoints: no person, principal, token or command is counted by name. Thread rule: decided() and
// relayed() on the lane's thread; reading from any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gateway/http/front.h"
#include "gateway/metrics/meter.h"
#include "gateway/metrics/text.h"
#include "gateway/world/clock.h"
#include "policy/charter/charter.h"

namespace keyturn {

// What became of a request at the front.
enum class PassDecision : unsigned char {
  pass,
  gated,            // handed to the holds; what the journal decides is counted there
  refused,          // by the charter
  unauthenticated,  // a caller whom the charter does not know
  malformed,        // refused before anybody asked who sends it
  own,              // of the gateway's own paths
};

inline constexpr Bounds<12> processing_bounds = [] {
  using std::chrono::microseconds;
  return Bounds<12>{microseconds{50},     microseconds{100},     microseconds{250},
                    microseconds{500},    microseconds{1'000},   microseconds{2'500},
                    microseconds{5'000},  microseconds{10'000},  microseconds{25'000},
                    microseconds{50'000}, microseconds{100'000}, microseconds{250'000}};
}();
inline constexpr Bounds<13> answer_bounds = [] {
  using std::chrono::milliseconds;
  return Bounds<13>{milliseconds{1},      milliseconds{5},      milliseconds{10},
                    milliseconds{25},     milliseconds{50},     milliseconds{100},
                    milliseconds{250},    milliseconds{500},    milliseconds{1'000},
                    milliseconds{2'500},  milliseconds{10'000}, milliseconds{60'000},
                    milliseconds{600'000}};
}();

class PassMeters {
 public:
  static constexpr std::size_t decisions = 6;

  PassMeters(const Charter& charter, const Clock& clock);

  std::chrono::nanoseconds now() const { return clock_.stopwatch(); }
  // `begun`: when the deciding began; nullopt where nothing was looked at.
  void decided(std::optional<EndpointId> endpoint, PassDecision decision,
               std::optional<std::chrono::nanoseconds> begun);
  // A pass to this endpoint is over.
  void relayed(EndpointId endpoint, const Relayed& relayed);

  std::uint64_t count(PassDecision decision) const;  // over all endpoints

 private:
  friend void write_pass_meters(MetricsText& text, const Charter& charter,
                                std::span<const PassMeters* const> lanes);
  struct OfEndpoint {
    Count decided[decisions];
    Count ended[3];  // by Relayed::End
    // When its last pass ended, and whether with an answer in the lowest bit; 0: there was none.
    Count last_answer;
    Histogram<answer_bounds.size()> first_byte{answer_bounds};
  };

  const Clock& clock_;
  std::vector<OfEndpoint> endpoints_;  // by EndpointId; the last stands for none
  Histogram<processing_bounds.size()> processing_{processing_bounds};
};

void write_pass_meters(MetricsText& text, const Charter& charter,
                       std::span<const PassMeters* const> lanes);

}  // namespace keyturn
