// The Merkle tree as it grows: the right edge in memory, complete nodes handed to whoever stores
// them. Node (level, index) covers leaves [index << level, (index + 1) << level). Pure; not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

struct TreeNode {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  Digest hash;
};

class Tree {
 public:
  Tree() = default;

  // Adds a leaf hash; appends to `complete` every node that this leaf completes, the leaf included.
  void append(const Digest& leaf, std::vector<TreeNode>& complete);
  std::uint64_t size() const { return size_; }
  Digest root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> edge_;  // roots of the complete subtrees, largest first
};

// Reads a stored complete node.
using NodeReader = std::function<Result<Digest>(std::uint8_t level, std::uint64_t index)>;

Result<Digest> root_at(std::uint64_t size, const NodeReader& read);
Result<std::vector<Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                            const NodeReader& read);
Result<std::vector<Digest>> consistency_proof(std::uint64_t size1, std::uint64_t size2,
                                              const NodeReader& read);

}  // namespace keyturn
