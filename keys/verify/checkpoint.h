// C2SP tlog-checkpoint v1.0.0: origin, size, base64 root, as a signed note of the journal's key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "keys/verify/note.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;

  std::string to_text() const;
  static Result<Checkpoint> parse_text(std::string_view text);
};

// The origin is the key's name in the note.
Result<Checkpoint> verify_checkpoint(std::string_view note, std::string_view origin,
                                     const PublicKey& key);

}  // namespace keyturn
