// The callers' front: who asks, what is asked, and whether it passes at full speed, is refused, or
// is handed to the holds. Thread rule: one of each a loop; it owns memory that it reuses.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "gateway/http/front.h"
#include "gateway/proxy/gated.h"
#include "gateway/proxy/routes.h"
#include "gateway/world/log.h"
#include "policy/request/classify.h"

namespace keyturn {

// What is only counted [T7].
struct PassMeters {
  std::atomic<std::uint64_t> passed{0}, refused{0}, unknown_callers{0}, upstream_failures{0};
};

class CallerFront : public Front {
 public:
  CallerFront(const Routes& routes, GatedHandler& gated, HoldHandler& holds, PassMeters& meters,
              Log& log);

  HeadDecision on_head(const Head& head) override;
  BodyDecision on_body(const Head& head, std::string_view body) override;
  void on_relayed(const Relayed& relayed) override;
  void on_refused(unsigned status) override;

 private:
  // Draws the facts and classifies; an answer where the request goes no further.
  std::optional<Response> read(const Head& head, EndpointId endpoint, std::string_view body);
  Relay relay(EndpointId endpoint) const;
  // The answer, after a line of the access log where there is one.
  Response refused(const Head& head, Response answer);

  const Routes& routes_;
  GatedHandler& gated_;
  HoldHandler& holds_;
  PassMeters& meters_;
  Log& log_;
  std::unique_ptr<Extractor::Scratch, void (*)(Extractor::Scratch*)> scratch_;
  RequestView view_;
  std::string names_;
  Facts facts_;
  Classification found_;
};

}  // namespace keyturn
