#include "gateway/proxy/stream.h"

#include <utility>

#include "gateway/proxy/refusal.h"

namespace keyturn {

StreamCaller::StreamCaller(std::shared_ptr<Exchange> exchange, Sequencer& sequencer, Holds& holds,
                           HoldTimes times, StreamApi api)
    : HeldCaller(std::move(exchange), sequencer, holds, times), api_(api) {}

void StreamCaller::on_held() {
  if (std::exchange(begun_, true)) return;
  // nginx, and others by its example, would keep small events back without the second field.
  its_exchange().begin(200, {{"Content-Type", "text/event-stream"},
                             {"X-Accel-Buffering", "no"},
                             {"Cache-Control", "no-store"},
                             {"Keyturn-Command", name().id}});
  on_timer();
}

void StreamCaller::on_ended(const Ending& ending) {
  if (!begun_) return finish(refusal(ending, name().id));
  finish_stream(error_event(api_, stream_error(ending), name().id));
}

void StreamCaller::on_answered(std::shared_ptr<SharedAnswer> answer) {
  const SharedAnswer::View view = answer->look(0, 0, false);
  if (!begun_ && (view.has_head || view.finished)) return read(std::move(answer), std::nullopt);
  on_held();
  read(std::move(answer), api_);
}

// Until the endpoint's first byte. A client that left is found by it too.
void StreamCaller::on_timer() {
  if (its_exchange().write(keepalive(api_))) arm(times().keepalive_ms);
}

}  // namespace keyturn
