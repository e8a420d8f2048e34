// Bearer tokens of agents and effectors: `keyturn_` and 32 random bytes in base64url [P2]. What the
// charter holds is the SHA-256 of the whole text; a hash of anything else (a password, say) is
// never compared, because what does not have the form is refused before it is hashed. Pure.
#pragma once

#include <string>
#include <string_view>

#include "keys/secret.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

// `random` is exactly 32 bytes of the caller's Entropy; anything else is a bug and aborts. The
// result is the secret itself: show it once.
std::string format_token(const SecretBytes& random);

// What the charter lists for a token. Anything but the exact form is Code::unauthenticated.
Result<Digest> token_digest(std::string_view presented);

}  // namespace keyturn
