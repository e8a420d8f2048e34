#include "gateway/cli/drain.h"

#include <latch>
#include <thread>

namespace keyturn::cli {
namespace {

constexpr std::chrono::milliseconds look_again{20};

}  // namespace

void drain(const std::vector<Drained>& lanes, std::chrono::milliseconds deadline,
           const std::function<void()>& send_on, const std::function<std::size_t()>& under_way) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  // Each server calls back by its own deadline, so the latches open.
  std::latch closed(static_cast<std::ptrdiff_t>(lanes.size()));
  std::latch finished(static_cast<std::ptrdiff_t>(lanes.size()));
  for (const Drained& lane : lanes) {
    lane.loop->post([&, callers = lane.callers] {
      callers->drain(deadline, [&finished] { finished.count_down(); });
      closed.count_down();
    });
  }
  closed.wait();
  send_on();
  finished.wait();
  // An answer that nobody waits for any longer still has an outcome to be journalled. It may come
  // on any loop, so all of them run until then.
  while (under_way() > 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(look_again);
  }
  for (const Drained& lane : lanes) {
    if (lane.officials == nullptr) continue;
    std::latch last(1);
    lane.loop->post([&] { lane.officials->drain(deadline, [&last] { last.count_down(); }); });
    last.wait();
  }
  for (const Drained& lane : lanes) lane.loop->stop();
}

}  // namespace keyturn::cli
