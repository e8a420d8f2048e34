#include "keys/verify/merkle.h"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include "tests/keys/json.h"
#include "tests/support/vectors.h"

namespace keyturn {
namespace {

using nlohmann::json;

// A hash of another length than 32 bytes cannot be given to the verifiers: that refuses it.
std::optional<Digest> hash_of(const json& value) {
  if (value.is_null()) return std::nullopt;
  const auto raw = base64_decode(value.get<std::string>());
  if (!raw.ok()) return std::nullopt;
  const auto bytes = to_array<32>(*raw);
  if (!bytes.ok()) return std::nullopt;
  return Digest{*bytes};
}

std::optional<std::vector<Digest>> proof_of(const json& value) {
  std::vector<Digest> out;
  if (value.is_null()) return out;
  for (const auto& item : value) {
    const auto hash = hash_of(item);
    if (!hash) return std::nullopt;
    out.push_back(*hash);
  }
  return out;
}

struct Count {
  std::size_t files = 0;
  std::size_t short_hashes = 0;  // accepted by others, who do not look at the length of a hash
};

// Runs `verify(case, root, other, proof)` on every file below `folder`.
template <class Verify>
void run(Count& count, const std::filesystem::path& folder, const char* root_name,
         const char* other_name, Verify verify) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    const std::string path = file.path().string();
    CAPTURE(path);
    const json test = tests::read_json(file.path());
    const auto root = hash_of(test[root_name]);
    const auto other = hash_of(test[other_name]);
    const auto proof = proof_of(test["proof"]);
    const bool wanted = !test["wantErr"].get<bool>();
    ++count.files;
    if (root && other && proof)
      CHECK(verify(test, *root, *other, *proof).ok() == wanted);
    else if (wanted)
      ++count.short_hashes;
  }
}

TEST_CASE("all 518 proofs of transparency-dev/merkle are accepted or refused as they say") {
  const auto folder = vectors("merkle");
  if (!folder) return;
  Count count;
  using Proof = std::vector<Digest>;
  run(count, *folder / "testdata/inclusion", "root", "leafHash",
      [](const json& test, const Digest& root, const Digest& leaf, const Proof& proof) {
        return verify_inclusion(test["leafIdx"], test["treeSize"], leaf, proof, root);
      });
  run(count, *folder / "testdata/consistency", "root1", "root2",
      [](const json& test, const Digest& root1, const Digest& root2, const Proof& proof) {
        return verify_consistency(test["size1"], test["size2"], root1, root2, proof);
      });
  run(count, *folder / "testdata/subtreeinclusion", "root", "leafHash",
      [](const json& test, const Digest& root, const Digest& leaf, const Proof& proof) {
        return verify_subtree_inclusion(test["leafIdx"], test["start"], test["end"], leaf, proof,
                                        root);
      });
  run(count, *folder / "testdata/subtreeconsistency", "root1", "root2",
      [](const json& test, const Digest& root1, const Digest& root2, const Proof& proof) {
        return verify_subtree_consistency(test["start"], test["end"], test["size"], root1, root2,
                                          proof);
      });
  CHECK(count.files == 518);
  CHECK(count.short_hashes == 4);  // no hash of ours has another length than 32 bytes
}

TEST_CASE("leaves and nodes are hashed apart, so that no node is ever a leaf") {
  const Digest left = leaf_hash("a");
  const Digest right = leaf_hash("b");
  CHECK(left == sha256(std::string_view("\0a", 2)));
  const std::string joined = std::string(text_of(left.bytes)) + std::string(text_of(right.bytes));
  CHECK(node_hash(left, right) == sha256("\x01" + joined));
  CHECK(node_hash(left, right) != leaf_hash(joined));
  CHECK(node_hash(left, right) != node_hash(right, left));
}

TEST_CASE("from the empty tree everything follows, with an empty proof and the empty tree's root") {
  const Digest root = leaf_hash("a");
  const std::vector<Digest> none;
  const std::vector<Digest> one{root};
  CHECK(verify_consistency(0, 1, empty_tree_root(), root, none).ok());
  CHECK(verify_consistency(0, 0, empty_tree_root(), empty_tree_root(), none).ok());
  CHECK(!verify_consistency(0, 1, root, root, none).ok());
  CHECK(!verify_consistency(0, 0, empty_tree_root(), root, none).ok());
  CHECK(!verify_consistency(0, 1, empty_tree_root(), root, one).ok());
}

}  // namespace
}  // namespace keyturn
