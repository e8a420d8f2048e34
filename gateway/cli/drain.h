// The end of a serving process, in an order that loses nothing: no new connections, then whoever
// waits is sent on to the next process, then what was sent already is answered, if that comes in
// time. The officials' listener, with its /readyz, goes last. Blocks the calling thread, which must
// not be one of the loops'; all loops are stopped afterwards.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "gateway/http/loop.h"
#include "gateway/http/server.h"

namespace keyturn::cli {

struct Drained {
  Loop* loop;
  Server* callers;
  Server* officials;  // null: this loop has none
};

// `send_on` is called once no listener of the callers' takes connections; `under_way` counts what
// endpoints have not answered yet. Each of the three stages ends at `deadline` at the latest.
void drain(const std::vector<Drained>& lanes, std::chrono::milliseconds deadline,
           const std::function<void()>& send_on, const std::function<std::size_t()>& under_way);

}  // namespace keyturn::cli
