#include "gateway/proxy/gated.h"

#include <utility>

#include "gateway/proxy/async.h"
#include "gateway/proxy/ladder.h"
#include "gateway/proxy/refusal.h"
#include "gateway/proxy/stream.h"
#include "policy/request/classify.h"

namespace keyturn {
namespace {

bool is_json(const Request& request) {
  constexpr std::string_view wanted = "application/json";
  const std::string_view type = request.field("content-type").value_or("");
  return same_name(type.substr(0, wanted.size()), wanted);
}

}  // namespace

GatedHandler::GatedHandler(const Routes& routes, Sequencer& sequencer, Holds& holds)
    : routes_(routes), sequencer_(sequencer), holds_(holds), scratch_(Extractor::make_scratch()) {}

void GatedHandler::handle(std::shared_ptr<Exchange> exchange) {
  const Request& request = exchange->request();
  const Charter& charter = *routes_.charter;
  const auto principal = authenticate(charter, request.field("authorization"),
                                      request.field("x-api-key"), request.peer_key);
  if (!principal.ok()) return exchange->respond(refusal(principal.error()));

  RequestView view{request.host, method_name(request.method), request.target, {}, request.body};
  std::vector<std::string> names;
  names.reserve(request.fields.size());
  for (const Field& field : request.fields) {
    std::string& name = names.emplace_back(field.name);
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    view.fields.emplace_back(name, field.value);
  }
  const auto endpoint = routes_.extractor.endpoint(view.host, view.method, request.path);
  if (!endpoint) return exchange->respond(refusal(403, "unmatched", "no endpoint has this path"));
  GatedRequest gated;
  gated.principal = std::string(charter.principal_name(*principal));
  if (auto drawn = routes_.extractor.extract(*endpoint, view, *scratch_, gated.facts);
      !drawn.ok()) {
    return exchange->respond(refusal(drawn.error()));
  }
  Classification found;
  classify(charter, gated.facts, found);
  if (found.kind != Classification::Kind::gated) return exchange->respond(refusal(found.reasons));
  const std::shared_ptr<HeldCaller> waiter = caller(exchange);
  gated.body = exchange->take_body();
  waiter->start();
  auto carried = std::make_shared<GatedRequest>(std::move(gated));
  sequencer_.inspect(
      [this, carried, waiter](const Ledger& ledger, const Journal&, Time now) {
        holds_.enter(ledger, std::move(*carried), waiter, now);
      },
      [waiter] { waiter->ended({}, ending_unavailable()); });
}

// How this caller waits.
std::shared_ptr<HeldCaller> GatedHandler::caller(const std::shared_ptr<Exchange>& exchange) {
  const Request& request = exchange->request();
  const Preferences preferences = preferences_of(request);
  if (preferences.respond_async) {
    return std::make_shared<AsyncCaller>(exchange, sequencer_, holds_,
                                         routes_.settings().hold_times, preferences);
  }
  if (wants_stream(request)) {
    return std::make_shared<StreamCaller>(exchange, sequencer_, holds_,
                                          routes_.settings().hold_times, stream_api_of(request));
  }
  return std::make_shared<LadderCaller>(exchange, sequencer_, holds_, routes_.settings().hold_times,
                                        0, preferences);
}

// `"stream": true` in the body, as the one JSON reader sees it.
bool GatedHandler::wants_stream(const Request& request) {
  if (!is_json(request)) return false;
  const auto json = json_.read(request.body);
  if (!json.ok()) return false;
  const auto stream = json->member("stream");
  return stream && stream->is_true();
}

}  // namespace keyturn
