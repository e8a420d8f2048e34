#include "gateway/metrics/pass_meters.h"

#include <algorithm>
#include <string_view>

namespace keyturn {
namespace {

constexpr std::string_view decision_names[PassMeters::decisions] = {
    "pass", "gated", "refused", "unauthenticated", "malformed", "own"};
constexpr std::string_view end_names[] = {"complete", "client-gone", "upstream-failed"};

constexpr std::size_t place(PassDecision decision) { return static_cast<std::size_t>(decision); }

// Whether a decision can be without an endpoint, or with one.
constexpr bool can_be(PassDecision decision, bool with_endpoint) {
  switch (decision) {
    case PassDecision::pass:
    case PassDecision::gated:
      return with_endpoint;
    case PassDecision::refused:
      return true;
    case PassDecision::unauthenticated:
    case PassDecision::malformed:
    case PassDecision::own:
      break;
  }
  return !with_endpoint;
}

}  // namespace

PassMeters::PassMeters(const Charter& charter, const Clock& clock)
    : clock_(clock), endpoints_(charter.endpoints.size() + 1) {}

void PassMeters::decided(std::optional<EndpointId> endpoint, PassDecision decision,
                         std::optional<std::chrono::nanoseconds> begun) {
  OfEndpoint& of = endpoint ? endpoints_[endpoint->value] : endpoints_.back();
  of.decided[place(decision)].add();
  if (begun) processing_.observe(now() - *begun);
}

void PassMeters::relayed(EndpointId endpoint, const Relayed& relayed) {
  OfEndpoint& of = endpoints_[endpoint.value];
  of.ended[static_cast<std::size_t>(relayed.end)].add();
  const bool failed = relayed.end == Relayed::End::upstream_failed;
  // A client that left before any answer says nothing about the endpoint.
  if (!failed && relayed.status == 0) return;
  const auto at = static_cast<std::uint64_t>(now().count());
  of.last_answer.set((at & ~std::uint64_t{1}) | (failed ? 0u : 1u));
  if (!failed) of.first_byte.observe(std::chrono::microseconds{relayed.first_byte_us});
}

std::uint64_t PassMeters::count(PassDecision decision) const {
  std::uint64_t all = 0;
  for (const OfEndpoint& of : endpoints_) all += of.decided[place(decision)].value();
  return all;
}

void write_pass_meters(MetricsText& text, const Charter& charter,
                       std::span<const PassMeters* const> lanes) {
  const std::size_t count = charter.endpoints.size();
  const auto name = [&](std::size_t endpoint) {
    return endpoint < count ? std::string_view(charter.endpoints[endpoint].name) : "";
  };
  text.counter("keyturn_requests_total",
               "Callers' requests, by endpoint (none where none is known) and by what was decided: "
               "`gated` ones are held or answered from the journal, `own` are of the gateway's own "
               "paths.");
  for (std::size_t endpoint = 0; endpoint <= count; ++endpoint) {
    for (std::size_t decision = 0; decision < PassMeters::decisions; ++decision) {
      if (!can_be(static_cast<PassDecision>(decision), endpoint < count)) continue;
      std::uint64_t sum = 0;
      for (const PassMeters* lane : lanes)
        sum += lane->endpoints_[endpoint].decided[decision].value();
      text.sample({{"endpoint", name(endpoint)}, {"decision", decision_names[decision]}}, sum);
    }
  }

  text.histogram("keyturn_request_processing_seconds",
                 "Time that the gateway itself took to decide on a request, once its head, or the "
                 "body that decides, was there.");
  HistogramSum<processing_bounds.size()> processing;
  for (const PassMeters* lane : lanes) lane->processing_.add_to(processing);
  text.buckets({}, processing_bounds, processing);

  text.counter("keyturn_passes_ended_total", "Relayed passes, by endpoint and by how they ended.");
  for (std::size_t endpoint = 0; endpoint < count; ++endpoint) {
    for (std::size_t end = 0; end < std::size(end_names); ++end) {
      std::uint64_t sum = 0;
      for (const PassMeters* lane : lanes) sum += lane->endpoints_[endpoint].ended[end].value();
      text.sample({{"endpoint", name(endpoint)}, {"end", end_names[end]}}, sum);
    }
  }

  text.histogram("keyturn_upstream_first_byte_seconds",
                 "Time from a pass's relaying to the head of the endpoint's answer.");
  for (std::size_t endpoint = 0; endpoint < count; ++endpoint) {
    HistogramSum<answer_bounds.size()> sum;
    for (const PassMeters* lane : lanes) lane->endpoints_[endpoint].first_byte.add_to(sum);
    text.buckets({{"endpoint", name(endpoint)}}, answer_bounds, sum);
  }

  text.gauge("keyturn_upstream_up",
             "Whether the endpoint answered the last pass that ended; absent before the first.");
  for (std::size_t endpoint = 0; endpoint < count; ++endpoint) {
    std::uint64_t last = 0;
    for (const PassMeters* lane : lanes) {
      last = std::max(last, lane->endpoints_[endpoint].last_answer.value());
    }
    if (last != 0) text.sample({{"endpoint", name(endpoint)}}, last & 1);
  }
}

}  // namespace keyturn
