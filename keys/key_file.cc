// Key files: docs/formats.md, "Key file", line for line.
#include "keys/key_file.h"

#include <sodium.h>

#include "keys/verify/grammar.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

using grammar::FieldReader;
using grammar::LineReader;

constexpr std::string_view header = "keyturn/key/v1";
constexpr std::size_t seed_bytes = 32;
// The box holds the seed and the SHA-256 of the lines above it: a name, a key or a cost that
// somebody changed in the file does not open.
constexpr std::size_t plaintext_bytes = seed_bytes + 32;
constexpr std::size_t box_bytes = plaintext_bytes + crypto_secretbox_MACBYTES;
constexpr std::size_t name_in_file_bytes_max = 256;

using Salt = ByteArray<crypto_pwhash_argon2id_SALTBYTES>;
using BoxNonce = ByteArray<crypto_secretbox_NONCEBYTES>;
static_assert(sizeof(Salt) == 16 && sizeof(BoxNonce) == 24);

struct KeyFile {
  KeyFileHeader header;
  KeyDerivation derivation;
  Salt salt{};
  std::string_view authenticated;  // the lines above the box
  BoxNonce nonce{};
  ByteArray<box_bytes> box{};
};

bool is_file_name(std::string_view name) {
  return grammar::is_key_name(name) && name.size() <= name_in_file_bytes_max;
}

// Before any memory is taken: a hostile file asks for a terabyte, or for a million passes.
Result<void> check_derivation(const KeyDerivation& derivation) {
  if (derivation.operations < crypto_pwhash_argon2id_OPSLIMIT_MIN ||
      derivation.operations > key_file_operations_max)
    return Error{Code::too_large, "a key file's argon2id passes are 1 to " +
                                      std::to_string(key_file_operations_max) +
                                      " (key_file_operations_max), not " +
                                      std::to_string(derivation.operations)};
  if (derivation.memory_bytes < crypto_pwhash_argon2id_MEMLIMIT_MIN ||
      derivation.memory_bytes > key_file_memory_bytes_max)
    return Error{Code::too_large, "a key file's argon2id memory is 8192 to " +
                                      std::to_string(key_file_memory_bytes_max) +
                                      " bytes (key_file_memory_bytes_max), not " +
                                      std::to_string(derivation.memory_bytes)};
  return {};
}

Result<SecretBytes> derive(const SecretBytes& passphrase, const KeyDerivation& derivation,
                           const Salt& salt) {
  ByteArray<crypto_secretbox_KEYBYTES> key;
  const ByteView password = passphrase.expose();
  if (crypto_pwhash(key.data(), key.size(), reinterpret_cast<const char*>(password.data()),
                    password.size(), salt.data(), derivation.operations, derivation.memory_bytes,
                    crypto_pwhash_ALG_ARGON2ID13) != 0)
    return Error{Code::exhausted, "argon2id did not get its " +
                                      std::to_string(derivation.memory_bytes) +
                                      " bytes of memory; free some and try again"};
  SecretBytes out{ByteView(key)};
  sodium_memzero(key.data(), key.size());
  return out;
}

std::string write_head(const KeyFileHeader& head, const KeyDerivation& derivation,
                       const Salt& salt) {
  std::string out(header);
  out.append("\nname ").append(head.name);
  out.append("\nkey ").append(head.key.to_string());
  out.append("\nderivation argon2id ").append(std::to_string(derivation.operations));
  out.append(" ").append(std::to_string(derivation.memory_bytes));
  return out.append(" ").append(base64_encode(salt)).append("\n");
}

Result<void> read_derivation(LineReader& lines, KeyFile& out) {
  TRY(const std::string_view value, lines.take("derivation"));
  FieldReader fields(value);
  std::string_view operations, memory;
  if (!fields.literal("argon2id ") || !fields.until(" ", operations) || !fields.until(" ", memory))
    return lines.error("derivation argon2id PASSES BYTES SALT");
  TRY(out.derivation.operations, grammar::parse_number(operations));
  TRY(out.derivation.memory_bytes, grammar::parse_number(memory));
  TRY(const std::string salt, base64_decode(fields.rest()));
  TRY(out.salt, to_array<sizeof(Salt)>(salt));
  return check_derivation(out.derivation);
}

Result<void> read_box(LineReader& lines, KeyFile& out) {
  TRY(const std::string_view value, lines.take("box"));
  FieldReader fields(value);
  std::string_view nonce;
  if (!fields.until(" ", nonce)) return lines.error("box NONCE CIPHERTEXT");
  TRY(const std::string raw_nonce, base64_decode(nonce));
  TRY(out.nonce, to_array<sizeof(BoxNonce)>(raw_nonce));
  TRY(const std::string raw_box, base64_decode(fields.rest()));
  TRY(out.box, to_array<box_bytes>(raw_box));
  return {};
}

Result<KeyFile> parse(std::string_view text) {
  if (text.size() > key_file_bytes_max)
    return Error{Code::too_large, "a key file has at most " + std::to_string(key_file_bytes_max) +
                                      " bytes (key_file_bytes_max), this one " +
                                      std::to_string(text.size())};
  KeyFile out;
  LineReader lines("key file", text);
  CHECK_OK(lines.expect(header));
  TRY(out.header.name, lines.take("name"));
  if (!is_file_name(out.header.name)) return lines.error("name in visible ASCII without +");
  TRY(const std::string_view key, lines.take("key"));
  TRY(out.header.key, PublicKey::parse(key));
  CHECK_OK(read_derivation(lines, out));
  out.authenticated = text.substr(0, text.size() - lines.rest().size());
  CHECK_OK(read_box(lines, out));
  CHECK_OK(lines.expect_end());
  return out;
}

}  // namespace

Result<std::string> write_key_file(std::string_view name, const SigningKey& key,
                                   const SecretBytes& passphrase, const KeyDerivation& derivation,
                                   ByteView salt, ByteView nonce) {
  if (!is_file_name(name))
    return Error{Code::invalid,
                 "a key's name is visible ASCII without +, not " + grammar::in_backticks(name)};
  CHECK_OK(check_derivation(derivation));
  TRY(const Salt salt_array, to_array<sizeof(Salt)>(text_of(salt)));
  TRY(const BoxNonce nonce_array, to_array<sizeof(BoxNonce)>(text_of(nonce)));
  TRY(const SecretBytes box_key, derive(passphrase, derivation, salt_array));

  std::string out = write_head({std::string(name), key.public_key()}, derivation, salt_array);
  const Digest head_digest = sha256(out);
  ByteArray<plaintext_bytes> plaintext;
  const ByteView seed = key.seed().expose();
  std::copy(seed.begin(), seed.end(), plaintext.begin());
  std::copy(head_digest.bytes.begin(), head_digest.bytes.end(), plaintext.begin() + seed_bytes);
  ByteArray<box_bytes> box;
  crypto_secretbox_easy(box.data(), plaintext.data(), plaintext.size(), nonce_array.data(),
                        box_key.expose().data());
  sodium_memzero(plaintext.data(), plaintext.size());
  out.append("box ").append(base64_encode(nonce_array));
  return out.append(" ").append(base64_encode(box)).append("\n");
}

Result<KeyFileHeader> read_key_file_header(std::string_view text) {
  TRY(KeyFile file, parse(text));
  return std::move(file.header);
}

Result<SigningKey> open_key_file(std::string_view text, const SecretBytes& passphrase) {
  TRY(const KeyFile file, parse(text));
  TRY(const SecretBytes box_key, derive(passphrase, file.derivation, file.salt));
  ByteArray<plaintext_bytes> plaintext;
  if (crypto_secretbox_open_easy(plaintext.data(), file.box.data(), file.box.size(),
                                 file.nonce.data(), box_key.expose().data()) != 0)
    return Error{Code::unauthenticated, "wrong passphrase for the key of " +
                                            grammar::in_backticks(file.header.name) +
                                            ", or its file was altered"};
  const SecretBytes opened{ByteView(plaintext)};
  sodium_memzero(plaintext.data(), plaintext.size());
  const Error altered{Code::corrupt, "the key file of " + grammar::in_backticks(file.header.name) +
                                         " was altered: restore it from a copy"};
  if (!equal_in_constant_time(opened.expose().subspan(seed_bytes),
                              sha256(file.authenticated).bytes))
    return altered;
  TRY(SigningKey key, SigningKey::from_seed(SecretBytes(opened.expose().first(seed_bytes))));
  if (key.public_key() != file.header.key) return altered;
  return key;
}

}  // namespace keyturn
