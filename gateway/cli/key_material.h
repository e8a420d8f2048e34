// Making keys and tokens, for `keys new`, `tokens new` and `init`. Thread rule: plain functions.
#pragma once

#include <string>

#include "gateway/world/entropy.h"
#include "keys/secret.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn::cli {

// Writes a new key file (0600, never over an old one) and returns the public key.
Result<PublicKey> make_key_file(const std::string& name, const std::string& file,
                                const SecretBytes& secret, Entropy& entropy);
struct NewToken {
  std::string token;
  std::string line;  // for the charter
};
Result<NewToken> make_token(Entropy& entropy);
// `key ed25519 "…"`, for the charter.
std::string charter_key_line(const PublicKey& key);

}  // namespace keyturn::cli
