#include "gateway/proxy/caller_front.h"

#include <utility>

#include "gateway/proxy/refusal.h"

namespace keyturn {
namespace {

bool is_own_path(std::string_view path) {
  constexpr std::string_view own = "/keyturn/";
  return path.substr(0, own.size()) == own;
}

std::string_view end_name(Relayed::End end) {
  switch (end) {
    case Relayed::End::complete:
      return "complete";
    case Relayed::End::client_gone:
      return "client-gone";
    case Relayed::End::upstream_failed:
      break;
  }
  return "upstream-failed";
}

// What a browser asks before it lets a page of another site call us. It brings no credential.
bool is_preflight(const Head& head) {
  return head.method() == Method::options && head.count("origin") > 0 &&
         head.count("access-control-request-method") > 0;
}

}  // namespace

CallerFront::CallerFront(const Routes& routes, GatedHandler& gated, HoldHandler& holds,
                         PassMeters& meters, Log& log)
    : routes_(routes),
      gated_(gated),
      holds_(holds),
      meters_(meters),
      log_(log),
      scratch_(Extractor::make_scratch()) {}

HeadDecision CallerFront::on_head(const Head& head) {
  const auto begun = meters_.now();
  endpoint_.reset();
  HeadDecision decision = decide_head(head);
  if (const auto* response = std::get_if<Response>(&decision)) {
    const bool unknown = response->status == 401;
    meters_.decided(endpoint_, unknown ? PassDecision::unauthenticated : PassDecision::refused,
                    begun);
    log_refused(head, response->status);
  } else if (std::holds_alternative<Relay>(decision)) {
    meters_.decided(endpoint_, PassDecision::pass, begun);
  }
  return decision;
}

BodyDecision CallerFront::on_body(const Head& head, std::string_view body) {
  const auto begun = meters_.now();
  endpoint_.reset();
  BodyDecision decision = decide_body(head, body);
  if (const auto* response = std::get_if<Response>(&decision)) {
    meters_.decided(endpoint_, PassDecision::refused, begun);
    log_refused(head, response->status);
  } else if (std::holds_alternative<Relay>(decision)) {
    meters_.decided(endpoint_, PassDecision::pass, begun);
  } else {
    meters_.decided(endpoint_, endpoint_ ? PassDecision::gated : PassDecision::own, begun);
  }
  return decision;
}

HeadDecision CallerFront::decide_head(const Head& head) {
  // None of the gateway's own paths takes a body, and nobody is known yet.
  if (is_own_path(head.path())) return BufferBody{0};
  if (const auto principal = authenticate(*routes_.charter, head.field("authorization"),
                                          head.field("x-api-key"), head.peer_key());
      !principal.ok()) {
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
    return refusal(403, "unmatched", "nothing in the charter has this host, method and path");
  }
  endpoint_ = endpoint;
  if (routes_.extractor.reads_body(*endpoint, head.path())) return BufferBody{};
  // No class of this path reads the body: what the head says decides, and a pass may stream [C10].
  if (auto answer = read(head, *endpoint, {})) return std::move(*answer);
  if (found_.kind == Classification::Kind::gated) return BufferBody{};
  return relay(*endpoint);
}

BodyDecision CallerFront::decide_body(const Head& head, std::string_view body) {
  if (is_own_path(head.path())) return HandOver{&holds_};
  const auto endpoint =
      routes_.extractor.endpoint(head.host(), method_name(head.method()), head.path());
  if (!endpoint) return refusal(403, "unmatched", "nothing in the charter has this path");
  endpoint_ = endpoint;
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
    return refusal(drawn.error());
  }
  classify(*routes_.charter, facts_, found_);
  if (found_.kind == Classification::Kind::refused) {
    return refusal(found_.reasons);
  }
  return std::nullopt;
}

Relay CallerFront::relay(EndpointId endpoint) const {
  return Relay{routes_.settings().destinations[endpoint.value], endpoint.value};
}

void CallerFront::on_relayed(const Relayed& relayed) {
  meters_.relayed(EndpointId{static_cast<std::uint32_t>(relayed.tag)}, relayed);
  if (!routes_.settings().access_log) return;
  // The method and the path; a query may hold what is nobody's to read.
  const std::string_view line = relayed.request_line;
  const std::size_t path = line.find(' ') + 1;
  log_.info("access", "",
            {{"endpoint", routes_.charter->endpoints[relayed.tag].name},
             {"method", line.substr(0, path - 1)},
             {"path", line.substr(path, line.find_first_of(" ?", path) - path)},
             {"status", relayed.status},
             {"end", end_name(relayed.end)},
             {"request_bytes", relayed.request_body_bytes},
             {"response_bytes", relayed.response_body_bytes},
             {"first_byte_us", relayed.first_byte_us},
             {"duration_us", relayed.total_us}});
}

void CallerFront::log_refused(const Head& head, unsigned status) {
  if (!routes_.settings().access_log) return;
  log_.info("access", "",
            {{"method", method_name(head.method())},
             {"path", head.path()},
             {"status", status},
             {"end", "refused"}});
}

void CallerFront::on_refused(unsigned status) {
  (void)status;
  meters_.decided(std::nullopt, PassDecision::malformed, std::nullopt);
}

}  // namespace keyturn
