// C2SP tlog-proof (`c2sp.org/tlog-proof@v1`): one entry's place in a signed checkpoint, as a text
// that verifies offline against the journal's origin and key alone.
//
//   c2sp.org/tlog-proof@v1
//   index <decimal>
//   <base64 hash>          zero or more, from the leaf's sibling up
//                          an empty line
//   <the checkpoint note, verbatim>
//
// Strict: what to_text does not write is refused; we write no `extra` line, so none is read. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "keys/verify/checkpoint.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

struct TlogProof {
  std::uint64_t index = 0;
  std::vector<Digest> hashes;
  std::string checkpoint;  // a signed note

  std::string to_text() const;
  static Result<TlogProof> parse(std::string_view text);
};

// That `entry` stands at the proof's index in the tree that `key` signed under `origin`. The
// checkpoint. Errors: invalid (not the format), unauthenticated (the signature), corrupt (not this
// entry).
Result<Checkpoint> verify_tlog_proof(const TlogProof& proof, std::string_view entry,
                                     std::string_view origin, const PublicKey& key);

}  // namespace keyturn
