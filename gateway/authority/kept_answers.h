// KeptAnswers: how much is kept for identical requests, and whose answer is forgotten first when
// it is too much. Plain container.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace keyturn {

class KeptAnswers {
 public:
  explicit KeptAnswers(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  void add(const std::string& id, std::uint64_t bytes) {
    erase(id);
    in_order_.emplace(++last_, std::pair(id, bytes));
    by_id_.emplace(id, last_);
    bytes_ += bytes;
  }
  void erase(const std::string& id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return;
    const auto entry = in_order_.find(found->second);
    bytes_ -= entry->second.second;
    in_order_.erase(entry);
    by_id_.erase(found);
  }
  // The oldest, as long as all together are more than may be kept. Nothing is taken out.
  std::optional<std::string> surplus() const {
    if (bytes_ <= bytes_max_) return std::nullopt;
    return in_order_.begin()->second.first;
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  const std::uint64_t bytes_max_;
  std::uint64_t bytes_ = 0, last_ = 0;
  std::map<std::uint64_t, std::pair<std::string, std::uint64_t>> in_order_;
  std::unordered_map<std::string, std::uint64_t> by_id_;
};

}  // namespace keyturn
