// StreamCaller: a caller who asked for an event stream, and waits in it.
//
// Once his command is held he gets `200 text/event-stream`, then a sign of life every keepalive_ms,
// then the endpoint's own events as they come; there is no limit to the waiting. What ends
// otherwise ends in-band, as an error event of the caller's API (stream_api.h). A refusal that is
// known at once is a plain 403, and an answer that is there already has its true status. Thread
// rule: as HeldCaller.
#pragma once

#include "gateway/proxy/held_caller.h"
#include "gateway/proxy/stream_api.h"

namespace keyturn {

class StreamCaller final : public HeldCaller {
 public:
  StreamCaller(std::shared_ptr<Exchange> exchange, Sequencer& sequencer, Holds& holds,
               HoldTimes times, StreamApi api);

 private:
  void on_start() override {}
  void on_held() override;
  void on_ended(const Ending& ending) override;
  void on_answered(std::shared_ptr<SharedAnswer> answer) override;
  void on_timer() override;
  void on_dismissed() override { on_ended(ending_pending()); }

  const StreamApi api_;
  bool begun_ = false;
};

}  // namespace keyturn
