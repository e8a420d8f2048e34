// The callers' front: who asks, what is asked, and whether it passes at full speed, is refused, or
// is handed to the holds. Thread rule: one of each a loop; it owns memory that it reuses.
#pragma once

#include <memory>

#include "gateway/http/front.h"
#include "gateway/metrics/pass_meters.h"
#include "gateway/proxy/gated.h"
#include "gateway/proxy/routes.h"
#include "gateway/proxy/wait_url.h"
#include "gateway/world/log.h"
#include "policy/request/classify.h"

namespace keyturn {

class CallerFront : public Front {
 public:
  // `meters`: this lane's own; what is not gated is only counted [T7].
  CallerFront(const Routes& routes, GatedHandler& gated, HoldHandler& holds, PassMeters& meters,
              Log& log);

  HeadDecision on_head(const Head& head) override;
  BodyDecision on_body(const Head& head, std::string_view body) override;
  void on_relayed(const Relayed& relayed) override;
  void on_refused(unsigned status) override;

 private:
  // What on_head and on_body answer; they leave the endpoint, where one is known, in endpoint_.
  HeadDecision decide_head(const Head& head);
  BodyDecision decide_body(const Head& head, std::string_view body);
  // Draws the facts and classifies; an answer where the request goes no further.
  std::optional<Response> read(const Head& head, EndpointId endpoint, std::string_view body);
  Relay relay(EndpointId endpoint) const;
  // A line of the access log, where there is one.
  void log_refused(const Head& head, unsigned status);

  const Routes& routes_;
  GatedHandler& gated_;
  HoldHandler& holds_;
  PassMeters& meters_;
  std::optional<EndpointId> endpoint_;
  Log& log_;
  std::unique_ptr<Extractor::Scratch, void (*)(Extractor::Scratch*)> scratch_;
  RequestView view_;
  std::string names_;
  Facts facts_;
  Classification found_;
};

}  // namespace keyturn
