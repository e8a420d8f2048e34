// Bodies at rest: each under a key of its own (XChaCha20-Poly1305, associated data = the digest it
// is filed under); that key wrapped under the data folder's key. Deleting the wrapped key erases
// the body [P1]. Sealed form: nonce (24 bytes) || ciphertext || tag (16 bytes).
#pragma once

#include <string>
#include <string_view>

#include "keys/secret.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

// `nonce` is 24 random bytes; `key` 32.
Result<std::string> seal(std::string_view plaintext, const Digest& filed_under,
                         const SecretBytes& key, ByteView nonce);
Result<std::string> unseal(std::string_view sealed, const Digest& filed_under,
                           const SecretBytes& key);

}  // namespace keyturn
