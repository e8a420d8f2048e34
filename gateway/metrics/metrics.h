// Metrics: answers GET /metrics with everything that is counted, in Prometheus' text format.
//
// Whoever can reach its listener may read it: it names endpoints, classes, pools and limits of the
// charter, never a person, principal, token or command. Thread rule: add() before the first
// request; handle() on any loop.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "gateway/authority/sequencer.h"
#include "gateway/http/exchange.h"
#include "gateway/metrics/authority_meters.h"
#include "gateway/metrics/text.h"
#include "gateway/world/clock.h"

namespace keyturn {

class Metrics : public Handler {
 public:
  static constexpr std::string_view path = "/metrics";
  // Writes families of its own; called on any loop.
  using Source = std::function<void(MetricsText& text)>;

  Metrics(Sequencer& sequencer, AuthorityMeters& authority, const Clock& clock);
  void add(Source source) { sources_.push_back(std::move(source)); }

  void handle(std::shared_ptr<Exchange> exchange) override;

 private:
  Response answer() const;

  Sequencer& sequencer_;
  AuthorityMeters& authority_;
  const Time started_;
  std::vector<Source> sources_;
};

}  // namespace keyturn
