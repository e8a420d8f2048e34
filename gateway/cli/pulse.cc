#include "gateway/cli/pulse.h"

#include <utility>

namespace keyturn::cli {

void Pulse::add(std::string name, Post post) {
  watched_.push_back({std::move(name), std::move(post), std::make_shared<std::atomic<bool>>(true)});
}

std::string Pulse::look() {
  std::string silent;
  for (Watched& one : watched_) {
    if (!one.answered->load()) {
      if (silent.empty()) silent = one.name;
      continue;
    }
    one.answered->store(false);
    one.post([answered = one.answered] { answered->store(true); });
  }
  return silent;
}

}  // namespace keyturn::cli
