// LadderCaller: a caller on one step of the 303 ladder (DESIGN section 6).
//
// A step keeps the connection for at most step_ms, then sends the caller on with `303 See Other` to
// a wait URL that only he can use; when the steps of one attempt are used up, `409` with
// `Retry-After: 1` and `x-should-retry: true`, and the identical request attaches to the same
// command. Steps go on while the endpoint is at work, until its answer's head is there. Thread
// rule: as HeldCaller.
#pragma once

#include "gateway/proxy/held_caller.h"
#include "gateway/proxy/prefer.h"

namespace keyturn {

class LadderCaller final : public HeldCaller {
 public:
  LadderCaller(std::shared_ptr<Exchange> exchange, Sequencer& sequencer, Holds& holds,
               HoldTimes times, std::int64_t step, Preferences preferences);

 private:
  void on_start() override;
  void on_held() override;
  void on_ended(const Ending& ending) override;
  void on_answered(std::shared_ptr<SharedAnswer> answer) override;
  void on_timer() override;
  void on_dismissed() override { go_on(); }

  void go_on();
  bool may_go_on() const;

  const std::int64_t step_;
  const std::int64_t ladder_ms_;
  const std::optional<std::int64_t> wait_ms_;  // preferred, and not longer than a step
  bool waited_ = false;
};

}  // namespace keyturn
