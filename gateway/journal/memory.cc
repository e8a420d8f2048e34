#include "gateway/journal/memory.h"

namespace keyturn {

Result<Appended> MemoryStore::append(const Append& append) {
  {
    const std::lock_guard lock(mutex_);
    if (append.expected_size != entries_.size()) return Appended::conflict;
    entries_.insert(entries_.end(), append.entries.begin(), append.entries.end());
    for (const TreeNode& node : append.nodes) nodes_[{node.level, node.index}] = node.hash;
    if (!append.checkpoint.empty()) checkpoint_ = append.checkpoint;
  }
  tell_watchers(append.expected_size + append.entries.size());
  return Appended::ok;
}

Result<void> MemoryStore::read(std::uint64_t from, std::uint64_t to, const EntrySink& sink) const {
  const std::lock_guard lock(mutex_);
  CHECK_OK(check_range(from, to, entries_.size()));
  for (std::uint64_t i = from; i < to; ++i) {
    CHECK_OK(sink(i, entries_[i]));
  }
  return {};
}

Result<std::uint64_t> MemoryStore::size() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::uint64_t>(entries_.size());
}

Result<Digest> MemoryStore::node(std::uint8_t level, std::uint64_t index) const {
  const std::lock_guard lock(mutex_);
  const auto found = nodes_.find({level, index});
  if (found == nodes_.end()) return no_node(level, index);
  return found->second;
}

Result<std::string> MemoryStore::checkpoint() const {
  const std::lock_guard lock(mutex_);
  return checkpoint_;
}

Result<Store::Counts> MemoryStore::count() const {
  const std::lock_guard lock(mutex_);
  return Counts{entries_.size(), nodes_.size()};
}

}  // namespace keyturn
