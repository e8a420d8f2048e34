#include "keys/tree.h"

#include <doctest/doctest.h>

#include <map>

#include "keys/verify/merkle.h"
#include "tests/keys/json.h"
#include "tests/support/vectors.h"

namespace keyturn {
namespace {

// RFC 6962's reference tree: the leaves, and the roots of its sizes 0 to 8.
constexpr std::string_view leaves_hex[] = {"",
                                           "00",
                                           "10",
                                           "2021",
                                           "3031",
                                           "40414243",
                                           "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f"};
constexpr std::string_view roots_hex[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

// A tree whose complete nodes are kept in a map, as a store would.
struct StoredTree {
  Tree tree;
  std::map<std::pair<std::uint8_t, std::uint64_t>, Digest> nodes;
  std::vector<Digest> roots{empty_tree_root()};

  void append(const Digest& leaf) {
    std::vector<TreeNode> complete;
    tree.append(leaf, complete);
    for (const TreeNode& node : complete) {
      // A node is complete once and never changes.
      const bool is_new = nodes.emplace(std::pair(node.level, node.index), node.hash).second;
      REQUIRE(is_new);
    }
    roots.push_back(tree.root());
  }
  NodeReader reader() const {
    return [this](std::uint8_t level, std::uint64_t index) -> Result<Digest> {
      const auto found = nodes.find({level, index});
      if (found == nodes.end())
        return Error{Code::not_found,
                     "no node " + std::to_string(index) + " at level " + std::to_string(level)};
      return found->second;
    };
  }
};

StoredTree tree_of(std::uint64_t size) {
  StoredTree out;
  for (std::uint64_t i = 0; i < size; ++i) out.append(leaf_hash(std::to_string(i)));
  return out;
}

TEST_CASE("the roots of the reference tree are those of RFC 6962") {
  StoredTree stored;
  CHECK(hex_encode(stored.tree.root().bytes) == roots_hex[0]);
  for (std::size_t i = 0; i < std::size(leaves_hex); ++i) {
    stored.append(leaf_hash(tests::unhex(leaves_hex[i])));
    CHECK(stored.tree.size() == i + 1);
    CHECK(hex_encode(stored.tree.root().bytes) == roots_hex[i + 1]);
    CHECK(root_at(i + 1, stored.reader()).value() == stored.tree.root());
  }
}

TEST_CASE("the retyped roots are those of the published file") {
  const auto folder = vectors("merkle");
  if (!folder) return;
  const auto file = tests::read_json(*folder / "rfc6962_reference_roots.json");
  REQUIRE(file["roots_hex"].size() == std::size(roots_hex));
  for (std::size_t i = 0; i < std::size(roots_hex); ++i)
    CHECK(file["roots_hex"][i] == roots_hex[i]);
  for (std::size_t i = 0; i < std::size(leaves_hex); ++i)
    CHECK(file["leaves_hex"][i] == leaves_hex[i]);
}

TEST_CASE("every leaf of every tree up to 70 leaves is proven, and not as any other leaf") {
  const StoredTree stored = tree_of(70);
  for (std::uint64_t size = 1; size <= 70; ++size) {
    const Digest root = stored.roots[size];
    REQUIRE(root_at(size, stored.reader()).value() == root);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(index, size, stored.reader()).value();
      const Digest leaf = leaf_hash(std::to_string(index));
      CHECK(verify_inclusion(index, size, leaf, proof, root).ok());
      CHECK(!verify_inclusion(index, size, leaf_hash("x"), proof, root).ok());
      if (size > 1) CHECK(!verify_inclusion((index + 1) % size, size, leaf, proof, root).ok());
      CHECK(!verify_inclusion(index, size, leaf, proof, stored.roots[size - 1]).ok());
    }
  }
}

TEST_CASE(
    "every tree up to 70 leaves is proven consistent with every older one, and with no other") {
  const StoredTree stored = tree_of(70);
  for (std::uint64_t size2 = 0; size2 <= 70; ++size2)
    for (std::uint64_t size1 = 0; size1 <= size2; ++size1) {
      const auto proof = consistency_proof(size1, size2, stored.reader()).value();
      const Digest root1 = stored.roots[size1];
      const Digest root2 = stored.roots[size2];
      CHECK(verify_consistency(size1, size2, root1, root2, proof).ok());
      // The empty tree is consistent with anything; from there on another history is refused.
      if (size1 == 0) continue;
      CHECK(!verify_consistency(size1, size2, leaf_hash("x"), root2, proof).ok());
      CHECK(!verify_consistency(size1, size2, root1, leaf_hash("x"), proof).ok());
      auto longer = proof;
      longer.push_back(root1);
      CHECK(!verify_consistency(size1, size2, root1, root2, longer).ok());
      if (proof.empty()) continue;
      const std::vector<Digest> shorter(proof.begin(), proof.end() - 1);
      CHECK(!verify_consistency(size1, size2, root1, root2, shorter).ok());
    }
}

TEST_CASE("a proof is refused where a stored node is missing, and outside the tree") {
  const StoredTree stored = tree_of(8);
  CHECK(inclusion_proof(8, 8, stored.reader()).error().code == Code::not_found);
  CHECK(inclusion_proof(0, 9, stored.reader()).error().code == Code::not_found);
  CHECK(consistency_proof(9, 8, stored.reader()).error().code == Code::invalid);
  CHECK(!root_at(9, stored.reader()).ok());
}

}  // namespace
}  // namespace keyturn
