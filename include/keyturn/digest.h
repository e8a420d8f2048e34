// Digest: a SHA-256 value (FIPS 180-4); written `sha256:<64 lower-case hex digits>`.
// PublicKey: an Ed25519 public key (RFC 8032) whose point was checked; written in base64.
// Plain values; the policy core names these and no crypto library.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "keyturn/bytes.h"
#include "keyturn/result.h"

namespace keyturn {

struct Digest {
  ByteArray<32> bytes{};
  friend auto operator<=>(const Digest&, const Digest&) = default;

  std::string to_string() const;  // sha256:…
  static Result<Digest> parse(std::string_view text);
};

Digest sha256(ByteView data);
inline Digest sha256(std::string_view data) { return sha256(bytes_of(data)); }

// SHA-256 over several pieces without joining them.
class Sha256 {
 public:
  Sha256();
  Sha256& update(ByteView data);
  Sha256& update(std::string_view data) { return update(bytes_of(data)); }
  Digest finish();

 private:
  alignas(16) ByteArray<128> state_;  // crypto_hash_sha256_state, kept out of this header
};

// The type is part of a key from the first day; P-256 and others come with their own tag.
enum class KeyType : std::uint8_t { ed25519 = 1 };

struct PublicKey {
  KeyType type = KeyType::ed25519;
  ByteArray<32> bytes{};
  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;

  std::string to_string() const;  // ed25519 <base64>
  static Result<PublicKey> parse(std::string_view text);
  // Refuses what verifiers disagree on: non-canonical encodings, points of small or mixed order.
  static Result<PublicKey> from_bytes(KeyType type, std::string_view raw);
};

}  // namespace keyturn

template <>
struct std::hash<keyturn::Digest> {
  std::size_t operator()(const keyturn::Digest& digest) const noexcept {
    std::size_t out = 0;
    for (std::size_t i = 0; i < sizeof out; ++i) out = (out << 8) | digest.bytes[i];
    return out;
  }
};
