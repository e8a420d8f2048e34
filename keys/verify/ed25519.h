// Ed25519 verification (RFC 8032 section 5.1.7, cofactorless, as libsodium and OpenSSL do it).
// Keys were admitted by PublicKey::from_bytes, so honest verifiers agree on every signature.
#pragma once

#include "keyturn/bytes.h"
#include "keyturn/digest.h"

namespace keyturn {

using Signature = ByteArray<64>;

bool verify_ed25519(const PublicKey& key, ByteView message, const Signature& signature);

}  // namespace keyturn
