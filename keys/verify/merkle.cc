#include "keys/verify/merkle.h"

#include <bit>

namespace keyturn {
namespace {

Error refused(std::string_view what) { return Error{Code::corrupt, std::string(what)}; }

// [start, end) is a subtree where it lies as the tree's own recursion would split it: start is a
// multiple of the least power of two that is not less than its size.
bool is_subtree(std::uint64_t start, std::uint64_t end) {
  if (start >= end) return false;
  const std::uint64_t size = end - start;
  if (size > (std::uint64_t{1} << 63)) return start == 0;
  return (start & (std::bit_ceil(size) - 1)) == 0;
}

// RFC 9162 leaves out the empty tree; every tree extends it, and there is nothing to prove.
Result<void> from_nothing(std::uint64_t size, const Digest& nothing, const Digest& root,
                          std::span<const Digest> proof) {
  if (!proof.empty()) return refused("consistency proof: from the empty tree it must be empty");
  if (nothing != empty_tree_root() || (size == 0 && root != nothing))
    return refused("consistency proof: not the root of the empty tree");
  return {};
}

}  // namespace

Digest leaf_hash(std::string_view entry) {
  return Sha256().update(std::string_view("\x00", 1)).update(entry).finish();
}

Digest node_hash(const Digest& left, const Digest& right) {
  return Sha256().update("\x01").update(left.bytes).update(right.bytes).finish();
}

Digest empty_tree_root() { return sha256(""); }

Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                              std::span<const Digest> proof, const Digest& root) {
  if (index >= size) return refused("inclusion proof: the leaf lies beyond the tree");
  // The names and steps of RFC 9162 section 2.1.3.2.
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Digest r = leaf;
  for (const Digest& p : proof) {
    if (sn == 0) return refused("inclusion proof: too long for this tree");
    if ((fn & 1) == 1 || fn == sn) {
      r = node_hash(p, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return refused("inclusion proof: too short for this tree");
  if (r != root) return refused("inclusion proof: it does not lead to this root");
  return {};
}

Result<void> verify_subtree_inclusion(std::uint64_t index, std::uint64_t start, std::uint64_t end,
                                      const Digest& leaf, std::span<const Digest> proof,
                                      const Digest& root) {
  if (!is_subtree(start, end)) return refused("inclusion proof: not a subtree");
  if (index < start) return refused("inclusion proof: the leaf lies before the subtree");
  return verify_inclusion(index - start, end - start, leaf, proof, root);
}

Result<void> verify_subtree_consistency(std::uint64_t start, std::uint64_t end, std::uint64_t size,
                                        const Digest& subtree, const Digest& root,
                                        std::span<const Digest> proof) {
  if (end > size) return refused("consistency proof: the older tree is the larger one");
  if (start == end) return from_nothing(size, subtree, root, proof);
  if (!is_subtree(start, end)) return refused("consistency proof: not a subtree");
  // RFC 9162 section 2.1.4.2 with a start: [fn, sn] is the subtree, tn the tree's last leaf, all in
  // units of the level at hand. With start 0 this is that algorithm: climb to the largest complete
  // subtree at the old tree's right edge, then take both roots up together.
  std::uint64_t fn = start;
  std::uint64_t sn = end - 1;
  std::uint64_t tn = size - 1;
  while (fn != sn && (sn == tn || (sn & 1) == 1)) {
    fn >>= 1;
    sn >>= 1;
    tn >>= 1;
  }
  Digest fr = subtree;
  Digest sr = subtree;
  if (fn != sn) {
    if (proof.empty()) return refused("consistency proof: too short for these trees");
    fr = sr = proof.front();
    proof = proof.subspan(1);
  }
  for (const Digest& p : proof) {
    if (tn == 0) return refused("consistency proof: too long for these trees");
    if ((sn & 1) == 1 || sn == tn) {
      if (fn < sn) fr = node_hash(p, fr);
      sr = node_hash(p, sr);
      while ((sn & 1) == 0 && sn != 0) {
        fn >>= 1;
        sn >>= 1;
        tn >>= 1;
      }
    } else {
      sr = node_hash(sr, p);
    }
    fn >>= 1;
    sn >>= 1;
    tn >>= 1;
  }
  if (tn != 0) return refused("consistency proof: too short for these trees");
  if (fr != subtree) return refused("consistency proof: it does not lead to the older root");
  if (sr != root) return refused("consistency proof: it does not lead to the newer root");
  return {};
}

Result<void> verify_consistency(std::uint64_t size1, std::uint64_t size2, const Digest& root1,
                                const Digest& root2, std::span<const Digest> proof) {
  return verify_subtree_consistency(0, size1, size2, root1, root2, proof);
}

}  // namespace keyturn
