#include "keys/verify/ed25519.h"

#include <sodium.h>

namespace keyturn {

bool verify_ed25519(const PublicKey& key, ByteView message, const Signature& signature) {
  return key.type == KeyType::ed25519 &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     key.bytes.data()) == 0;
}

}  // namespace keyturn
