#include "gateway/proxy/async.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "gateway/proxy/refusal.h"

namespace keyturn {
namespace {

using Json = nlohmann::ordered_json;

std::string_view state_name(HoldStatus::State state) {
  switch (state) {
    case HoldStatus::State::held:
      return "held";
    case HoldStatus::State::authorized:
      return "authorized";
    case HoldStatus::State::sent:
      break;
  }
  return "sent";
}

std::string_view advice(HoldStatus::State state) {
  switch (state) {
    case HoldStatus::State::held:
      return "the command waits for its quorum";
    case HoldStatus::State::authorized:
      return "the quorum is there; nothing is sent while nobody waits: GET the wait URL, without "
             "respond-async, and the command is sent and answered there";
    case HoldStatus::State::sent:
      break;
  }
  return "the command was sent; GET the wait URL brings the endpoint's answer";
}

// The preferences that are honoured, as they are said back.
std::string applied(const Preferences& preferences, const HoldTimes& times) {
  if (!preferences.respond_async) return "";
  const auto wait_ms = preferences.wait_ms(times.step_ms);
  return wait_ms ? "respond-async, wait=" + std::to_string(*wait_ms / 1000) : "respond-async";
}

}  // namespace

AsyncCaller::AsyncCaller(std::shared_ptr<Exchange> exchange, Sequencer& sequencer, Holds& holds,
                         HoldTimes times, Preferences preferences)
    : HeldCaller(std::move(exchange), sequencer, holds, times),
      wait_ms_(std::min(preferences.wait_seconds.value_or(0) * 1000, times.step_ms)),
      applied_(applied(preferences, times)) {}

void AsyncCaller::on_start() {
  waited_ = !waits();
  if (waits()) arm(wait_ms_);
}

void AsyncCaller::on_held() {
  if (waited_) ask();
}

void AsyncCaller::on_ended(const Ending& ending) { finish(refusal(ending, name().id)); }

void AsyncCaller::on_answered(std::shared_ptr<SharedAnswer> answer) {
  const SharedAnswer::View view = answer->look(0, 0, false);
  if (waited_ && !view.has_head && !view.finished) {
    return accept({HoldStatus::State::sent, {}, {}, {}});
  }
  read(std::move(answer), std::nullopt);
}

void AsyncCaller::on_timer() {
  waited_ = true;
  if (reading()) return accept({HoldStatus::State::sent, {}, {}, {}});
  if (!name().id.empty()) ask();
}

void AsyncCaller::on_dismissed() { ask(); }

void AsyncCaller::ask() {
  ask_status([this](const HoldStatus& status) { accept(status); });
}

void AsyncCaller::accept(const HoldStatus& status) {
  const std::string url = wait_url(0);
  Json body = {{"command", name().id},
               {"state", state_name(status.state)},
               {"detail", advice(status.state)},
               {"wait", url}};
  if (status.expires) body["expires"] = status.expires->to_string();
  if (status.from) body["from"] = status.from->to_string();
  if (status.state == HoldStatus::State::held) {
    auto& wanting = body["wanting"] = Json::array();
    for (const Reason& reason : status.wanting) {
      wanting.push_back({{"code", reason.code}, {"text", reason.text}});
    }
  }
  Response response;
  response.status = 202;
  response.fields = {{"Content-Type", "application/json"},
                     {"Location", url},
                     {"Retry-After", status.state == HoldStatus::State::held ? "5" : "1"},
                     {"Cache-Control", "no-store"},
                     {"Keyturn-Command", name().id}};
  if (!applied_.empty()) response.fields.push_back({"Preference-Applied", applied_});
  response.body = body.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  finish(std::move(response));
}

}  // namespace keyturn
