// AsyncCaller: a caller who prefers `respond-async`, or asks only how his command stands.
//
// He gets 202 with a status document and the wait URL as soon as the command is held, or after
// `wait=N` if he waits a while first; what has ended or is answered by then has its true status.
// INVARIANT: nothing is sent for a caller who only asks; who wants it sent waits, by GET on the
// wait URL. Thread rule: as HeldCaller.
#pragma once

#include <string>

#include "gateway/proxy/held_caller.h"
#include "gateway/proxy/prefer.h"

namespace keyturn {

class AsyncCaller final : public HeldCaller {
 public:
  // Without preferences he only asks.
  AsyncCaller(std::shared_ptr<Exchange> exchange, Sequencer& sequencer, Holds& holds,
              HoldTimes times, Preferences preferences);

  bool waits() const override { return wait_ms_ > 0; }

 private:
  void on_start() override;
  void on_held() override;
  void on_ended(const Ending& ending) override;
  void on_answered(std::shared_ptr<SharedAnswer> answer) override;
  void on_timer() override;
  void on_dismissed() override;
  void ask();
  void accept(const HoldStatus& status);

  const std::int64_t wait_ms_;
  const std::string applied_;
  bool waited_ = false;
};

}  // namespace keyturn
