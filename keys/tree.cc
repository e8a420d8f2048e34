#include "keys/tree.h"

#include <bit>

#include "keys/verify/merkle.h"

namespace keyturn {
namespace {

// The range's complete subtrees, largest first: one for each bit of its size. `begin` is a multiple
// of the largest, as every range of the RFC's recursion is.
Result<Digest> range_root(std::uint64_t begin, std::uint64_t end, const NodeReader& read) {
  std::vector<Digest> roots;
  while (begin < end) {
    const std::uint64_t width = std::bit_floor(end - begin);
    const auto level = static_cast<std::uint8_t>(std::countr_zero(width));
    TRY(const Digest node, read(level, begin >> level));
    roots.push_back(node);
    begin += width;
  }
  Digest root = roots.back();
  for (std::size_t i = roots.size() - 1; i-- > 0;) root = node_hash(roots[i], root);
  return root;
}

// RFC 6962 section 2.1: the largest power of two smaller than `size`, which is at least 2.
std::uint64_t left_width(std::uint64_t size) { return std::bit_floor(size - 1); }

}  // namespace

void Tree::append(const Digest& leaf, std::vector<TreeNode>& complete) {
  Digest hash = leaf;
  std::uint64_t index = size_;
  std::uint8_t level = 0;
  complete.push_back({level, index, hash});
  // Each one-bit at the low end of the size is a subtree that waits for its right brother.
  while ((index & 1) == 1) {
    hash = node_hash(edge_.back(), hash);
    edge_.pop_back();
    index >>= 1;
    ++level;
    complete.push_back({level, index, hash});
  }
  edge_.push_back(hash);
  ++size_;
}

Digest Tree::root() const {
  if (edge_.empty()) return empty_tree_root();
  Digest root = edge_.back();
  for (std::size_t i = edge_.size() - 1; i-- > 0;) root = node_hash(edge_[i], root);
  return root;
}

Result<Digest> root_at(std::uint64_t size, const NodeReader& read) {
  if (size == 0) return empty_tree_root();
  return range_root(0, size, read);
}

// RFC 6962 section 2.1.1, PATH(m, D[n]), from the root down.
Result<std::vector<Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                            const NodeReader& read) {
  if (index >= size)
    return Error{Code::not_found,
                 "no leaf " + std::to_string(index) + " in a tree of " + std::to_string(size)};
  std::vector<Digest> proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + left_width(end - begin);
    const bool left = index < middle;
    TRY(const Digest sibling,
        left ? range_root(middle, end, read) : range_root(begin, middle, read));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  return std::vector<Digest>(proof.rbegin(), proof.rend());
}

// RFC 6962 section 2.1.2, SUBPROOF(m, D[n], b), from the root down: `begin` is 0 exactly as long as
// the old tree is still a prefix of what is left (b is true).
Result<std::vector<Digest>> consistency_proof(std::uint64_t size1, std::uint64_t size2,
                                              const NodeReader& read) {
  if (size1 > size2)
    return Error{Code::invalid, "no proof from a tree of " + std::to_string(size1) +
                                    " to a smaller one of " + std::to_string(size2)};
  std::vector<Digest> proof;
  if (size1 == 0) return proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size2;
  while (size1 != end) {
    const std::uint64_t middle = begin + left_width(end - begin);
    const bool left = size1 <= middle;
    TRY(const Digest sibling,
        left ? range_root(middle, end, read) : range_root(begin, middle, read));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  if (begin != 0) {
    TRY(const Digest last, range_root(begin, end, read));
    proof.push_back(last);
  }
  return std::vector<Digest>(proof.rbegin(), proof.rend());
}

}  // namespace keyturn
