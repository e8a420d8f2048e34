#include "keys/verify/tlog_proof.h"

#include "keys/verify/grammar.h"
#include "keys/verify/merkle.h"

namespace keyturn {
namespace {

constexpr std::string_view heading = "c2sp.org/tlog-proof@v1\n";
constexpr std::size_t hashes_max = 64;  // a tree of 2^64 leaves has no longer path

}  // namespace

std::string TlogProof::to_text() const {
  std::string out(heading);
  out += "index " + std::to_string(index) + "\n";
  for (const Digest& hash : hashes) out += base64_encode(hash.bytes) + "\n";
  return out + "\n" + checkpoint;
}

Result<TlogProof> TlogProof::parse(std::string_view text) {
  const Error error{Code::invalid,
                    "not a tlog-proof: expected `c2sp.org/tlog-proof@v1`, `index`, hashes in "
                    "base64, an empty line and a checkpoint"};
  grammar::FieldReader fields(text);
  TlogProof out;
  std::string_view line;
  if (!fields.literal(heading) || !fields.literal("index ") || !fields.until("\n", line))
    return error;
  TRY(out.index, grammar::parse_number(line));
  for (;;) {
    if (!fields.until("\n", line)) return error;
    if (line.empty()) break;
    if (out.hashes.size() == hashes_max) return error;
    TRY(const std::string raw, base64_decode(line));
    Digest hash;
    TRY(hash.bytes, to_array<32>(raw));
    out.hashes.push_back(hash);
  }
  out.checkpoint = fields.rest();
  return out;
}

Result<Checkpoint> verify_tlog_proof(const TlogProof& proof, std::string_view entry,
                                     std::string_view origin, const PublicKey& key) {
  TRY(Checkpoint checkpoint, verify_checkpoint(proof.checkpoint, origin, key));
  CHECK_OK(verify_inclusion(proof.index, checkpoint.size, leaf_hash(entry), proof.hashes,
                            checkpoint.root));
  return checkpoint;
}

}  // namespace keyturn
