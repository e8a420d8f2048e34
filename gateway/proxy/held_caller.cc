#include "gateway/proxy/held_caller.h"

#include <utility>

namespace keyturn {

HeldCaller::HeldCaller(std::shared_ptr<Exchange> exchange, Sequencer& sequencer, Holds& holds,
                       HoldTimes times)
    : exchange_(std::move(exchange)), sequencer_(sequencer), holds_(holds), times_(times) {}

void HeldCaller::start() {
  // The exchange keeps us until it is answered or its client gone.
  exchange_->on_gone([self = shared_from_this()] {
    self->end();
    self->leave();
  });
  on_start();
}

template <class Function>
void HeldCaller::on_loop(Function function) {
  exchange_->loop().post([self = shared_from_this(), function] {
    if (!self->over_) function(*self);
  });
}

void HeldCaller::held(const HoldName& name) {
  on_loop([name](HeldCaller& self) {
    self.name_ = name;
    self.on_held();
  });
}

void HeldCaller::ended(const HoldName& name, const Ending& ending) {
  on_loop([name, ending](HeldCaller& self) {
    self.name_ = name;
    self.on_ended(ending);
  });
}

void HeldCaller::answered(const HoldName& name, std::shared_ptr<SharedAnswer> answer) {
  on_loop([name, answer](HeldCaller& self) {
    self.name_ = name;
    self.on_answered(answer);
  });
}

void HeldCaller::dismissed(const HoldName& name) {
  on_loop([name](HeldCaller& self) {
    self.name_ = name;
    self.on_dismissed();
  });
}

void HeldCaller::ask_status(std::function<void(const HoldStatus&)> then) {
  const auto self = shared_from_this();
  sequencer_.inspect(
      [self, then, id = name_.id](const Ledger& ledger, const Journal&, Time now) {
        self->holds_.leave(self.get());
        self->on_loop(
            [then, status = self->holds_.status(ledger, id, now)](HeldCaller&) { then(status); });
      },
      [self, name = name_] { self->ended(name, ending_unavailable()); });
}

std::string HeldCaller::wait_url(std::int64_t step) const {
  return std::string(holds_path) + name_.ticket + "?n=" + std::to_string(step);
}

void HeldCaller::arm(std::int64_t ms) {
  if (timer_ != 0) exchange_->loop().cancel(timer_);
  timer_ = exchange_->loop().after(std::chrono::milliseconds(ms), [self = shared_from_this()] {
    self->timer_ = 0;
    if (!self->over_) self->on_timer();
  });
}

void HeldCaller::read(std::shared_ptr<SharedAnswer> answer, std::optional<StreamApi> stream) {
  // From its first byte on the answer alone decides how long this takes.
  reader_ = std::make_shared<AnswerReader>(exchange_, std::move(answer), name_.id, stream, [this] {
    over_ = true;
    if (timer_ != 0) exchange_->loop().cancel(std::exchange(timer_, 0));
  });
  reader_->start();
}

void HeldCaller::finish(Response response) {
  const auto self = shared_from_this();
  end();
  exchange_->respond(std::move(response));
}

void HeldCaller::finish_stream(std::string_view last_event) {
  const auto self = shared_from_this();
  end();
  exchange_->write(last_event);
  exchange_->end();
}

void HeldCaller::end() {
  over_ = true;
  if (timer_ != 0) exchange_->loop().cancel(std::exchange(timer_, 0));
  if (reader_ != nullptr) reader_->stop();
}

void HeldCaller::leave() {
  sequencer_.post([self = shared_from_this()] { self->holds_.leave(self.get()); });
}

}  // namespace keyturn
