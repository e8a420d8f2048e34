// The signals that a gateway waits for, on one thread. Thread rule: block_signals() before any
// other thread is started, so that none of them is interrupted; next_signal() on the main thread.
#pragma once

#include <chrono>
#include <optional>

namespace keyturn::cli {

// SIGTERM, SIGINT and SIGHUP.
void block_signals();
// The next of them; 0: `patience` is over, without one.
int next_signal(std::optional<std::chrono::milliseconds> patience);

}  // namespace keyturn::cli
