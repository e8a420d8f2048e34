#include "gateway/journal/store.h"

namespace keyturn {

void Store::watch(std::function<void(std::uint64_t size)> tell) {
  watchers_.push_back(std::move(tell));
}

void Store::tell_watchers(std::uint64_t size) const {
  for (const auto& tell : watchers_) tell(size);
}

Result<void> Store::check_range(std::uint64_t from, std::uint64_t to, std::uint64_t size) {
  if (from <= to && to <= size) return {};
  return Error{Code::not_found, "there are no entries " + std::to_string(from) + " to " +
                                    std::to_string(to) + " in a journal of " +
                                    std::to_string(size)};
}

Error Store::no_node(std::uint8_t level, std::uint64_t index) {
  return {Code::corrupt,
          "tree node " + std::to_string(level) + "/" + std::to_string(index) + " is missing"};
}

}  // namespace keyturn
