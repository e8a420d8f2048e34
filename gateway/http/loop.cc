#include "gateway/http/loop.h"

#include "gateway/http/poller.h"

namespace keyturn {

Loop::Loop() = default;
Loop::~Loop() = default;

Result<std::unique_ptr<Loop>> Loop::create() {
  std::unique_ptr<Loop> loop(new Loop());
  TRY(loop->poller_, Poller::create());
  return loop;
}

void Loop::run() { poller_->run(); }
void Loop::stop() { poller_->stop(); }
void Loop::post(std::function<void()> function) { poller_->post(std::move(function)); }
bool Loop::on_thread() const { return poller_->on_thread(); }

Loop::TimerId Loop::after(std::chrono::milliseconds delay, std::function<void()> function) {
  const auto ms = delay.count() > 0 ? static_cast<std::uint64_t>(delay.count()) : 0;
  return poller_->after(ms, std::move(function));
}
bool Loop::cancel(TimerId id) { return poller_->cancel(id); }

}  // namespace keyturn
