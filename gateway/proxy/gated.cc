#include "gateway/proxy/gated.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "gateway/proxy/answer_reader.h"
#include "gateway/proxy/refusal.h"
#include "keyturn/limits.h"
#include "policy/request/classify.h"

namespace keyturn {
namespace {

constexpr std::string_view holds_path = "/keyturn/v1/holds/";

// One caller on one step of the ladder. Told on the sequencer's thread, acts on its loop.
class LadderWaiter : public Waiter, public std::enable_shared_from_this<LadderWaiter> {
 public:
  LadderWaiter(std::shared_ptr<Exchange> exchange, Sequencer& sequencer, Holds& holds,
               Ladder ladder, std::int64_t step)
      : exchange_(std::move(exchange)),
        sequencer_(sequencer),
        holds_(holds),
        ladder_(ladder),
        step_(step) {}

  // On the loop, once.
  void start() {
    const auto self = shared_from_this();
    timer_ = exchange_->loop().after(std::chrono::milliseconds(ladder_.step_ms),
                                     [self] { self->next_step(); });
    exchange_->on_gone([self] {
      self->stop_timer();
      self->leave();
    });
  }

  void held(const std::string& id, const std::string& ticket) override {
    on_loop([id, ticket](LadderWaiter& self) {
      self.id_ = id;
      self.ticket_ = ticket;
    });
  }

  void ended(const Ending& ending) override {
    on_loop([ending](LadderWaiter& self) {
      if (self.answer_once()) self.exchange_->respond(refusal(ending, self.id_));
    });
  }

  void answered(std::shared_ptr<SharedAnswer> answer) override {
    on_loop([answer](LadderWaiter& self) {
      if (!self.answer_once()) return;
      std::make_shared<AnswerReader>(self.exchange_, answer, self.id_)->start();
    });
  }

 private:
  template <class Function>
  void on_loop(Function function) {
    exchange_->loop().post([self = shared_from_this(), function] { function(*self); });
  }

  bool answer_once() {
    if (over_ || exchange_->gone()) return false;
    stop_timer();
    over_ = true;
    return true;
  }

  void stop_timer() {
    if (timer_ != 0) exchange_->loop().cancel(timer_);
    timer_ = 0;
  }

  // Also while the journal is closed: what is claimed afterwards has somebody who waits for it.
  void leave() {
    sequencer_.post([self = shared_from_this()] { self->holds_.leave(self.get()); });
  }

  void next_step() {
    timer_ = 0;
    if (over_ || exchange_->gone()) return;
    over_ = true;
    leave();
    const std::int64_t next = step_ + 1;
    const bool last = next >= static_cast<std::int64_t>(ladder_steps_max) ||
                      (next + 1) * ladder_.step_ms > ladder_.ladder_ms;
    if (ticket_.empty() || last) {
      exchange_->respond(refusal({409,
                                  "pending",
                                  "the command is held and still wants approvals; send the same "
                                  "request again to wait on",
                                  {},
                                  true},
                                 id_));
      return;
    }
    Response response;
    response.status = 303;
    response.fields = {
        {"Location", std::string(holds_path) + ticket_ + "?n=" + std::to_string(next)},
        {"Cache-Control", "no-store"},
        {"Keyturn-Command", id_}};
    exchange_->respond(std::move(response));
  }

  const std::shared_ptr<Exchange> exchange_;
  Sequencer& sequencer_;
  Holds& holds_;
  const Ladder ladder_;
  const std::int64_t step_;
  Loop::TimerId timer_ = 0;
  bool over_ = false;  // answered, or sent on
  std::string id_, ticket_;
};

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

GatedHandler::GatedHandler(const Routes& routes, Sequencer& sequencer, Holds& holds, Ladder ladder)
    : routes_(routes),
      sequencer_(sequencer),
      holds_(holds),
      ladder_(ladder),
      scratch_(Extractor::make_scratch()) {}

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
  gated.body = request.body;

  auto waiter = std::make_shared<LadderWaiter>(exchange, sequencer_, holds_, ladder_, 0);
  waiter->start();
  auto carried = std::make_shared<GatedRequest>(std::move(gated));
  sequencer_.inspect(
      [this, carried, waiter](const Ledger& ledger, const Journal&, Time now) {
        holds_.enter(ledger, std::move(*carried), waiter, now);
      },
      [waiter] { waiter->ended(ending_unavailable()); });
}

HoldHandler::HoldHandler(const Routes& routes, Sequencer& sequencer, Holds& holds, Ladder ladder)
    : routes_(routes), sequencer_(sequencer), holds_(holds), ladder_(ladder) {}

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
  if (request.method == Method::get) return wait(std::move(exchange), name, ticket);
  if (request.method == Method::del) return cancel(std::move(exchange), name, ticket);
  Response wrong_method =
      refusal(405, "method", "a held command is waited for with GET, cancelled with DELETE");
  wrong_method.fields.push_back({"Allow", "GET, DELETE"});
  exchange->respond(std::move(wrong_method));
}

void HoldHandler::wait(std::shared_ptr<Exchange> exchange, const std::string& principal,
                       const std::string& ticket) {
  const std::int64_t step = step_of(exchange->request().query);
  if (step < 0) {
    return exchange->respond(refusal(400, "invalid", "the wait URL must be used as it was given"));
  }
  auto waiter = std::make_shared<LadderWaiter>(exchange, sequencer_, holds_, ladder_, step);
  waiter->start();
  sequencer_.inspect(
      [this, principal, ticket, waiter](const Ledger& ledger, const Journal&, Time now) {
        if (!holds_.resume(ledger, principal, ticket, waiter, now)) {
          waiter->ended({404,
                         "not-found",
                         "nothing is held under this URL for this principal; it may have ended",
                         {},
                         false});
        }
      },
      [waiter] { waiter->ended(ending_unavailable()); });
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
