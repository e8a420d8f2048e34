// The names by which holds are found: whether two requests are the same, a command's new id, and
// the unguessable part of its wait URL. Pure, but for the randomness that is given.
#pragma once

#include <string>

#include "gateway/journal/bodies.h"
#include "gateway/world/entropy.h"
#include "keys/secret.h"
#include "keyturn/digest.h"
#include "keyturn/time.h"

namespace keyturn {

// What makes two requests the same: all that their digests cover but the nonce (an
// `Idempotency-Key` is one of the headers), and who asks [W9].
Digest sameness_of(const BodyRecord& record);

// 26 characters of Crockford's base32, as a ULID has them: 48 bits of time, 80 of randomness.
std::string new_command_id(Time now, Entropy& entropy);

// Unguessable without the key, and the same after a restart.
std::string wait_ticket(const SecretBytes& key, const std::string& id);

}  // namespace keyturn
