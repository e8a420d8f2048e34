#include "gateway/journal/recount.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "keys/verify/merkle.h"

namespace keyturn {

namespace {

constexpr std::uint64_t chunk_entries = 256;  // read at once, at most 16 MiB

// Complete nodes in a tree of `size` leaves, the leaves among them.
std::uint64_t nodes_of(std::uint64_t size) {
  return 2 * size - static_cast<std::uint64_t>(std::popcount(size));
}

class Recounting {
 public:
  Recounting(const Store& store, Tree tree, std::span<const Vouched> vouched, const EntryFeed& feed)
      : store_(store),
        feed_(feed),
        vouched_(vouched.begin(), vouched.end()),
        out_{std::move(tree), {}} {
    std::stable_sort(vouched_.begin(), vouched_.end(), [](const Vouched& a, const Vouched& b) {
      return a.checkpoint.size < b.checkpoint.size;
    });
    std::erase_if(vouched_,
                  [this](const Vouched& one) { return one.checkpoint.size < out_.tree.size(); });
    agreed_ = out_.tree.size();
  }

  Result<Recounted> run() {
    TRY(const std::uint64_t size, store_.size());
    CHECK_OK(run_to(size));
    return std::move(out_);
  }

 private:
  Result<void> run_to(std::uint64_t size) {
    if (size < out_.tree.size())
      return differs(size, "the store holds " + std::to_string(size) + " entries; " +
                               std::to_string(out_.tree.size()) + " were read before");
    CHECK_OK(compare_vouched());
    while (out_.tree.size() < size && !out_.difference) {
      const std::uint64_t to = std::min(size, out_.tree.size() + chunk_entries);
      CHECK_OK(read_chunk(to));
    }
    if (out_.difference) return {};
    if (next_ < vouched_.size()) {
      const Vouched& ahead = vouched_[next_];
      return differs(size, "the journal ends after " + std::to_string(size) + " entries; the " +
                               ahead.by + " is signed for " +
                               std::to_string(ahead.checkpoint.size) +
                               ": it was rolled back, or is another copy");
    }
    return compare_counts(size);
  }

  Result<void> read_chunk(std::uint64_t to) {
    // Collected first: a store may hold a lock while it reads, and we ask it for nodes.
    std::vector<std::string> entries;
    auto read = store_.read(out_.tree.size(), to, [&](std::uint64_t, std::string_view bytes) {
      entries.emplace_back(bytes);
      return Result<void>();
    });
    for (const std::string& entry : entries) {
      CHECK_OK(take(entry));
      if (out_.difference) return {};
    }
    if (!read && read.error().code == Code::corrupt)
      return differs(out_.tree.size(), read.error().message);
    return read;
  }

  Result<void> take(const std::string& entry) {
    const std::uint64_t index = out_.tree.size();
    nodes_.clear();
    out_.tree.append(leaf_hash(entry), nodes_);
    for (const TreeNode& node : nodes_) {
      const auto stored = store_.node(node.level, node.index);
      const std::uint64_t first = node.index << node.level;
      if (!stored && stored.error().code == Code::corrupt)
        return differs(first, stored.error().message);
      if (!stored) return stored.error();
      if (*stored == node.hash) continue;
      if (node.level == 0)
        return differs(index, "entry " + std::to_string(index) + " is not what its leaf hash says");
      return differs(first, "tree node " + std::to_string(node.level) + "/" +
                                std::to_string(node.index) + " is not the hash of entries " +
                                std::to_string(first) + " to " + std::to_string(index));
    }
    if (feed_) {
      auto fed = feed_(entry);
      if (!fed)
        return Error{fed.error().code,
                     "entry " + std::to_string(index) + " of the journal: " + fed.error().message};
    }
    return compare_vouched();
  }

  // INVARIANT: when an entry and its nodes were all changed alike, only a signed root can tell.
  Result<void> compare_vouched() {
    const std::uint64_t size = out_.tree.size();
    for (; next_ < vouched_.size() && vouched_[next_].checkpoint.size == size; ++next_) {
      const Vouched& one = vouched_[next_];
      if (one.checkpoint.root != out_.tree.root())
        return differs(agreed_, "the root over the first " + std::to_string(size) +
                                    " entries is not the one that the " + one.by +
                                    " is signed for: some entry from " + std::to_string(agreed_) +
                                    " on is another, with its hashes, or the journal was forked");
      // After the last of this size: of two that are signed for one size, one may differ.
      if (next_ + 1 == vouched_.size() || vouched_[next_ + 1].checkpoint.size > size)
        agreed_ = size;
    }
    return {};
  }

  // Rows that nobody put there through append. While a gateway writes, the count is only comparable
  // where the size stood still around it.
  Result<void> compare_counts(std::uint64_t size) {
    TRY(const Store::Counts counts, store_.count());
    TRY(const std::uint64_t after, store_.size());
    if (after != size) return {};
    if (counts.entries != size)
      return differs(size, "the store holds " + std::to_string(counts.entries) +
                               " rows of entries for " + std::to_string(size) + " entries");
    if (counts.nodes != nodes_of(size))
      return differs(std::nullopt, "the store holds " + std::to_string(counts.nodes) +
                                       " tree nodes instead of " + std::to_string(nodes_of(size)));
    return {};
  }

  Result<void> differs(std::optional<std::uint64_t> index, std::string what) {
    out_.difference = Difference{index, std::move(what)};
    return {};
  }

  const Store& store_;
  const EntryFeed& feed_;
  std::vector<Vouched> vouched_;  // by size
  std::size_t next_ = 0;          // the first that was not compared yet
  std::uint64_t agreed_ = 0;      // the largest size that somebody vouched for and that agreed
  std::vector<TreeNode> nodes_;
  Recounted out_;
};

}  // namespace

Result<Recounted> recount(const Store& store, Tree tree, std::span<const Vouched> vouched,
                          const EntryFeed& feed) {
  return Recounting(store, std::move(tree), vouched, feed).run();
}

}  // namespace keyturn
