// Key files: a signing key under a passphrase (argon2id, RFC 9106; XSalsa20-Poly1305 secretbox).
// The parameters stand in the file, so they can grow; what is read is bounded, so a hostile file
// cannot exhaust memory. docs/formats.md has the grammar. The public half can be read without the
// passphrase.
#pragma once

#include <string>
#include <string_view>

#include "keys/secret.h"
#include "keys/signing_key.h"
#include "keyturn/result.h"

namespace keyturn {

struct KeyFileHeader {
  std::string name;  // whose it is: a person or agent of the charter, or the journal's origin
  PublicKey key;
};

struct KeyDerivation {
  std::uint64_t operations = 3;
  std::uint64_t memory_bytes = 64u << 20;
};

// `salt` is 16 random bytes, `nonce` 24.
Result<std::string> write_key_file(std::string_view name, const SigningKey& key,
                                   const SecretBytes& passphrase, const KeyDerivation& derivation,
                                   ByteView salt, ByteView nonce);
Result<KeyFileHeader> read_key_file_header(std::string_view text);
// A wrong passphrase is Code::unauthenticated and says so.
Result<SigningKey> open_key_file(std::string_view text, const SecretBytes& passphrase);

}  // namespace keyturn
