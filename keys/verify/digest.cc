#include "keyturn/digest.h"

#include <sodium.h>

#include <new>

namespace keyturn {
namespace {

constexpr std::string_view digest_prefix = "sha256:";
constexpr std::string_view ed25519_prefix = "ed25519 ";

using State = crypto_hash_sha256_state;

State* state_in(ByteArray<128>& storage) {
  static_assert(sizeof(State) <= sizeof storage && alignof(State) <= 16);
  return std::launder(reinterpret_cast<State*>(storage.data()));
}

}  // namespace

std::string Digest::to_string() const { return std::string(digest_prefix) + hex_encode(bytes); }

Result<Digest> Digest::parse(std::string_view text) {
  if (!text.starts_with(digest_prefix) || text.size() != digest_prefix.size() + 64)
    return Error{Code::invalid, "expected `sha256:` and 64 lower-case hex digits"};
  TRY(const std::string raw, hex_decode(text.substr(digest_prefix.size())));
  TRY(const auto array, to_array<32>(raw));
  return Digest{array};
}

Digest sha256(ByteView data) {
  Digest out;
  crypto_hash_sha256(out.bytes.data(), data.data(), data.size());
  return out;
}

Sha256::Sha256() : state_{} { crypto_hash_sha256_init(new (state_.data()) State); }

Sha256& Sha256::update(ByteView data) {
  crypto_hash_sha256_update(state_in(state_), data.data(), data.size());
  return *this;
}

Digest Sha256::finish() {
  Digest out;
  crypto_hash_sha256_final(state_in(state_), out.bytes.data());
  return out;
}

std::string PublicKey::to_string() const {
  return std::string(ed25519_prefix) + base64_encode(bytes);
}

Result<PublicKey> PublicKey::parse(std::string_view text) {
  if (!text.starts_with(ed25519_prefix))
    return Error{Code::unsupported, "expected `ed25519` and the key's 32 bytes in base64"};
  TRY(const std::string raw, base64_decode(text.substr(ed25519_prefix.size())));
  return from_bytes(KeyType::ed25519, raw);
}

Result<PublicKey> PublicKey::from_bytes(KeyType type, std::string_view raw) {
  if (type != KeyType::ed25519)
    return Error{Code::unsupported, "this kind of public key is not supported; use ed25519"};
  TRY(const auto bytes, to_array<32>(raw));
  // The identity as a key verifies any message in OpenSSL, a mixed-order key one in eight: refused
  // here, once, so that all verifiers agree on every signature of an admitted key.
  if (crypto_core_ed25519_is_valid_point(bytes.data()) != 1)
    return Error{Code::invalid,
                 "not an Ed25519 public key: the encoding is not canonical, or the point is not in "
                 "the group of prime order"};
  PublicKey key;
  key.type = type;
  key.bytes = bytes;
  return key;
}

}  // namespace keyturn
