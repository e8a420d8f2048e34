// HeldCaller: one caller who waits for a gated request, between the holds and his exchange.
//
// The holds tell it on the sequencer's thread, as a Waiter; it acts on its exchange's loop, where
// the forms of waiting (ladder.h, stream.h, async.h) say what the caller sees. Promises: a caller
// who goes away is waited for no more; whoever was answered is told nothing further, and keeps no
// memory. Thread rule: start() and all protected members on the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/authority/holds.h"
#include "gateway/http/exchange.h"
#include "gateway/proxy/answer_reader.h"
#include "gateway/proxy/hold_times.h"

namespace keyturn {

inline constexpr std::string_view holds_path = "/keyturn/v1/holds/";

class HeldCaller : public Waiter, public std::enable_shared_from_this<HeldCaller> {
 public:
  // Once, before the holds hear of it.
  void start();

  void held(const HoldName& name) final;
  void ended(const HoldName& name, const Ending& ending) final;
  void answered(const HoldName& name, std::shared_ptr<SharedAnswer> answer) final;
  void dismissed(const HoldName& name) final;

 protected:
  HeldCaller(std::shared_ptr<Exchange> exchange, Sequencer& sequencer, Holds& holds,
             HoldTimes times);

  // What the holds say, and the timer's end; none of them once it is over.
  virtual void on_start() = 0;
  virtual void on_held() = 0;
  virtual void on_ended(const Ending& ending) = 0;
  virtual void on_answered(std::shared_ptr<SharedAnswer> answer) = 0;
  virtual void on_timer() = 0;
  virtual void on_dismissed() = 0;

  Exchange& its_exchange() const { return *exchange_; }
  const HoldTimes& times() const { return times_; }
  const HoldName& name() const { return name_; }
  // `/keyturn/v1/holds/<ticket>?n=<step>`
  std::string wait_url(std::int64_t step) const;
  void arm(std::int64_t ms);
  // Has the endpoint's answer copied to the caller: as it is, or into the stream that has begun.
  void read(std::shared_ptr<SharedAnswer> answer, std::optional<StreamApi> stream);
  bool reading() const { return reader_ != nullptr; }
  // The last word of this exchange.
  void finish(Response response);
  void finish_stream(std::string_view last_event);
  // Waits no more, and has `then` called with how the command stands.
  void ask_status(std::function<void(const HoldStatus&)> then);
  // Also while the journal is closed: what is claimed afterwards has somebody who waits for it.
  void leave();

 private:
  template <class Function>
  void on_loop(Function function);
  void end();

  const std::shared_ptr<Exchange> exchange_;
  Sequencer& sequencer_;
  Holds& holds_;
  const HoldTimes times_;
  Loop::TimerId timer_ = 0;
  bool over_ = false;
  HoldName name_;
  std::shared_ptr<AnswerReader> reader_;
};

}  // namespace keyturn
