#include "gateway/proxy/ladder.h"

#include <algorithm>
#include <utility>

#include "gateway/proxy/refusal.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

// httpx, under the Python SDKs, limits the silence between two bytes only: they can climb every
// step that they follow. Node's limit all of it, which is what ladder_ms is made for.
std::int64_t ladder_ms_of(const Request& request, const HoldTimes& times) {
  if (!request.field("x-stainless-read-timeout")) return times.ladder_ms;
  return std::max(times.ladder_ms, static_cast<std::int64_t>(ladder_steps_max) * times.step_ms);
}

}  // namespace

LadderCaller::LadderCaller(std::shared_ptr<Exchange> exchange, Sequencer& sequencer, Holds& holds,
                           HoldTimes times, std::int64_t step, Preferences preferences)
    : HeldCaller(exchange, sequencer, holds, times),
      step_(step),
      ladder_ms_(ladder_ms_of(exchange->request(), times)),
      wait_ms_(preferences.wait_ms(times.step_ms)) {}

void LadderCaller::on_start() { arm(wait_ms_.value_or(times().step_ms)); }

void LadderCaller::on_ended(const Ending& ending) { finish(refusal(ending, name().id)); }

void LadderCaller::on_answered(std::shared_ptr<SharedAnswer> answer) {
  read(std::move(answer), std::nullopt);
}

// A HEAD stays a HEAD when it is sent on, and asks the wait URL how things stand, no more.
bool LadderCaller::may_go_on() const {
  const std::int64_t next = step_ + 1;
  return !name().ticket.empty() && its_exchange().request().method != Method::head &&
         next < static_cast<std::int64_t>(ladder_steps_max) &&
         (next + 1) * times().step_ms <= ladder_ms_;
}

// A preferred wait, or a step, may be over before a slow disk has the command: one step more, then.
void LadderCaller::on_timer() {
  if (name().ticket.empty() && !std::exchange(waited_, true)) return arm(times().step_ms);
  go_on();
}

void LadderCaller::on_held() {
  if (waited_) go_on();
}

void LadderCaller::go_on() {
  leave();
  Response response;
  if (may_go_on()) {
    response.status = 303;
    response.fields = {{"Location", wait_url(step_ + 1)},
                       {"Cache-Control", "no-store"},
                       {"Keyturn-Command", name().id}};
  } else {
    response = refusal(ending_pending(), name().id);
  }
  if (wait_ms_) {
    response.fields.push_back({"Preference-Applied", "wait=" + std::to_string(*wait_ms_ / 1000)});
  }
  finish(std::move(response));
}

}  // namespace keyturn
