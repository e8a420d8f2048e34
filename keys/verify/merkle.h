// RFC 6962 section 2.1 hashes, and verification of inclusion (RFC 9162 2.1.3.2) and consistency
// proofs (2.1.4.2). Pure; hashes are exactly 32 bytes by type.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

Digest leaf_hash(std::string_view entry);                   // SHA-256(0x00 || entry)
Digest node_hash(const Digest& left, const Digest& right);  // SHA-256(0x01 || left || right)
Digest empty_tree_root();                                   // SHA-256("")

Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                              std::span<const Digest> proof, const Digest& root);
// size1 == 0 holds with an empty proof (as tlog-witness has it), from the empty tree's root.
Result<void> verify_consistency(std::uint64_t size1, std::uint64_t size2, const Digest& root1,
                                const Digest& root2, std::span<const Digest> proof);

// The same for a subtree [start, end) of the tree (draft-ietf-plants-merkle-tree-certs, section 4):
// a range as the tree's own recursion splits it. The two above are these with start 0.
Result<void> verify_subtree_inclusion(std::uint64_t index, std::uint64_t start, std::uint64_t end,
                                      const Digest& leaf, std::span<const Digest> proof,
                                      const Digest& root);
Result<void> verify_subtree_consistency(std::uint64_t start, std::uint64_t end, std::uint64_t size,
                                        const Digest& subtree, const Digest& root,
                                        std::span<const Digest> proof);

}  // namespace keyturn
