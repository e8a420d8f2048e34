#include "gateway/proxy/wait_url.h"

#include <charconv>
#include <utility>

#include "gateway/proxy/async.h"
#include "gateway/proxy/ladder.h"
#include "gateway/proxy/refusal.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

std::int64_t step_of(std::string_view query) {
  constexpr std::string_view name = "n=";
  std::int64_t step = -1;
  if (query.substr(0, name.size()) != name) return step;
  const std::string_view digits = query.substr(name.size());
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), step);
  if (error != std::errc() || end != digits.data() + digits.size()) return -1;
  return step < 0 || step > static_cast<std::int64_t>(ladder_steps_max) ? -1 : step;
}

}  // namespace

HoldHandler::HoldHandler(const Routes& routes, Sequencer& sequencer, Holds& holds)
    : routes_(routes), sequencer_(sequencer), holds_(holds) {}

void HoldHandler::handle(std::shared_ptr<Exchange> exchange) {
  const Request& request = exchange->request();
  const auto principal = authenticate(*routes_.charter, request.field("authorization"),
                                      request.field("x-api-key"), request.peer_key);
  if (!principal.ok()) return exchange->respond(refusal(principal.error()));
  const std::string name(routes_.charter->principal_name(*principal));
  if (request.path.compare(0, holds_path.size(), holds_path) != 0) {
    return exchange->respond(refusal(403, "unmatched", "no such path"));
  }
  const std::string ticket = request.path.substr(holds_path.size());
  if (request.method == Method::get || request.method == Method::head) {
    return wait(std::move(exchange), name, ticket);
  }
  if (request.method == Method::del) return cancel(std::move(exchange), name, ticket);
  Response refused =
      refusal(405, "method", "a held command is waited for with GET, cancelled with DELETE");
  refused.fields.push_back({"Allow", "GET, HEAD, DELETE"});
  exchange->respond(std::move(refused));
}

void HoldHandler::wait(std::shared_ptr<Exchange> exchange, const std::string& principal,
                       const std::string& ticket) {
  const Request& request = exchange->request();
  const Preferences preferences = preferences_of(request);
  const bool asks = request.query == "wait=0" || request.method == Method::head;
  const std::int64_t step = asks ? 0 : step_of(request.query);
  if (step < 0) {
    return exchange->respond(refusal(400, "invalid", "the wait URL must be used as it was given"));
  }
  const HoldTimes times = routes_.settings().hold_times;
  std::shared_ptr<HeldCaller> waiter;
  if (asks || preferences.respond_async) {
    waiter = std::make_shared<AsyncCaller>(exchange, sequencer_, holds_, times,
                                           asks ? Preferences{} : preferences);
  } else {
    waiter = std::make_shared<LadderCaller>(exchange, sequencer_, holds_, times, step, preferences);
  }
  waiter->start();
  sequencer_.inspect(
      [this, principal, ticket, waiter](const Ledger& ledger, const Journal&, Time now) {
        if (!holds_.resume(ledger, principal, ticket, waiter, now)) {
          waiter->ended({}, {404,
                             "not-found",
                             "nothing is held under this URL for this principal; it may have ended",
                             {},
                             false});
        }
      },
      [waiter] { waiter->ended({}, ending_unavailable()); });
}

void HoldHandler::cancel(std::shared_ptr<Exchange> exchange, const std::string& principal,
                         const std::string& ticket) {
  const auto answer = [exchange](Response response) {
    exchange->loop().post([exchange, response] { exchange->respond(response); });
  };
  sequencer_.inspect(
      [this, principal, ticket, answer](const Ledger&, const Journal&, Time) {
        const auto id = holds_.command_of(principal, ticket);
        if (!id) {
          answer(refusal(404, "not-found", "nothing is held under this URL for this principal"));
          return;
        }
        sequencer_.submit(intent::Cancel{*id, principal}, [answer](const Result<Answer>& decided) {
          if (!decided.ok()) {
            answer(refusal(decided.error()));
          } else if (decided->decision.kind == Decision::Kind::refused) {
            answer(refusal(decided->decision.reasons()));
          } else {
            Response done;
            done.status = 204;
            answer(done);
          }
        });
      },
      [answer] { answer(refusal(ending_unavailable())); });
}

}  // namespace keyturn
