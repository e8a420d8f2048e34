#include "gateway/proxy/caller_front.h"

#include <utility>

#include "gateway/proxy/refusal.h"

namespace keyturn {
namespace {

bool is_own_path(std::string_view path) {
  constexpr std::string_view own = "/keyturn/";
  return path.substr(0, own.size()) == own;
}

// What a browser asks before it lets a page of another site call us. It brings no credential.
bool is_preflight(const Head& head) {
  return head.method() == Method::options && head.count("origin") > 0 &&
         head.count("access-control-request-method") > 0;
}

}  // namespace

CallerFront::CallerFront(const Routes& routes, GatedHandler& gated, HoldHandler& holds,
                         PassMeters& meters)
    : routes_(routes),
      gated_(gated),
      holds_(holds),
      meters_(meters),
      scratch_(Extractor::make_scratch()) {}

HeadDecision CallerFront::on_head(const Head& head) {
  // None of the gateway's own paths takes a body, and nobody is known yet.
  if (is_own_path(head.path())) return BufferBody{0};
  if (const auto principal = authenticate(*routes_.charter, head.field("authorization"),
                                          head.field("x-api-key"), head.peer_key());
      !principal.ok()) {
    meters_.unknown_callers.fetch_add(1, std::memory_order_relaxed);
    if (is_preflight(head)) {
      return refusal(403, "cors",
                     "pages of other origins may not call this gateway: it answers no CORS "
                     "preflight; call it from a server");
    }
    return refusal(principal.error());
  }
  const auto endpoint =
      routes_.extractor.endpoint(head.host(), method_name(head.method()), head.path());
  if (!endpoint) {
    meters_.refused.fetch_add(1, std::memory_order_relaxed);
    return refusal(403, "unmatched", "nothing in the charter has this host, method and path");
  }
  if (routes_.extractor.reads_body(*endpoint, head.path())) return BufferBody{};
  // No class of this path reads the body: what the head says decides, and a pass may stream [C10].
  if (auto answer = read(head, *endpoint, {})) return std::move(*answer);
  if (found_.kind == Classification::Kind::gated) return BufferBody{};
  return relay(*endpoint);
}

BodyDecision CallerFront::on_body(const Head& head, std::string_view body) {
  if (is_own_path(head.path())) return HandOver{&holds_};
  const auto endpoint =
      routes_.extractor.endpoint(head.host(), method_name(head.method()), head.path());
  if (!endpoint) return refusal(403, "unmatched", "nothing in the charter has this path");
  if (auto answer = read(head, *endpoint, body)) return std::move(*answer);
  if (found_.kind == Classification::Kind::gated) return HandOver{&gated_};
  return relay(*endpoint);
}

std::optional<Response> CallerFront::read(const Head& head, EndpointId endpoint,
                                          std::string_view body) {
  view_.host = head.host();
  view_.method = method_name(head.method());
  view_.target = head.target();
  view_.body = body;
  view_.fields.clear();
  // Names in lower case, all in one buffer that is reused.
  std::size_t bytes = 0;
  for (const FieldView& field : head.fields()) bytes += field.name.size();
  names_.resize(bytes);
  std::size_t at = 0;
  for (const FieldView& field : head.fields()) {
    const std::size_t from = at;
    for (const char c : field.name) {
      names_[at++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    view_.fields.emplace_back(std::string_view(names_).substr(from, field.name.size()),
                              field.value);
  }
  if (auto drawn = routes_.extractor.extract(endpoint, view_, *scratch_, facts_); !drawn.ok()) {
    meters_.refused.fetch_add(1, std::memory_order_relaxed);
    return refusal(drawn.error());
  }
  classify(*routes_.charter, facts_, found_);
  if (found_.kind == Classification::Kind::refused) {
    meters_.refused.fetch_add(1, std::memory_order_relaxed);
    return refusal(found_.reasons);
  }
  return std::nullopt;
}

Relay CallerFront::relay(EndpointId endpoint) const {
  return Relay{routes_.destinations[endpoint.value], 0};
}

void CallerFront::on_relayed(const Relayed& relayed) {
  auto& counter =
      relayed.end == Relayed::End::upstream_failed ? meters_.upstream_failures : meters_.passed;
  counter.fetch_add(1, std::memory_order_relaxed);
}

void CallerFront::on_refused(unsigned status) {
  (void)status;
  meters_.refused.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace keyturn
