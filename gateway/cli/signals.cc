#include "gateway/cli/signals.h"

#include <pthread.h>
#include <signal.h>

namespace keyturn::cli {
namespace {

sigset_t awaited() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

void block_signals() {
  const sigset_t signals = awaited();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int next_signal(std::optional<std::chrono::milliseconds> patience) {
  const sigset_t signals = awaited();
  int signal = 0;
  if (!patience) return sigwait(&signals, &signal) == 0 ? signal : 0;
  const timespec wait{static_cast<time_t>(patience->count() / 1000),
                      static_cast<long>(patience->count() % 1000 * 1'000'000)};
  signal = sigtimedwait(&signals, nullptr, &wait);
  return signal > 0 ? signal : 0;
}

}  // namespace keyturn::cli
