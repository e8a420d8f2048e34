#include "keys/verify/self_test.h"

#include <sodium.h>

#include "keys/verify/ed25519.h"
#include "keyturn/bytes.h"
#include "keyturn/digest.h"

namespace keyturn {
namespace {

using Point = ByteArray<32>;

// FIPS 180-4, "abc".
constexpr std::string_view abc_digest =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

// RFC 8032 section 7.1, TEST 3.
constexpr std::string_view test3_key =
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
constexpr std::string_view test3_message = "af82";
constexpr std::string_view test3_signature =
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";

// The base point (RFC 8032 section 5.1), and a point of order 8.
constexpr std::string_view base_point =
    "5866666666666666666666666666666666666666666666666666666666666666";
constexpr std::string_view order_8_point =
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";

Error failed(std::string_view what) {
  return Error{Code::internal, "libsodium fails the self-test: " + std::string(what) +
                                   "; install a corrected libsodium and start again"};
}

bool valid(const Point& point) { return crypto_core_ed25519_is_valid_point(point.data()) == 1; }

Result<Point> point_of(std::string_view hex) {
  TRY(const std::string raw, hex_decode(hex));
  return to_array<32>(raw);
}

// CVE-2025-69277: of the eight points base + k * (a point of order 8), all but k = 0 lie outside
// the group of prime order. A key there verifies for some verifiers and not for others.
Result<void> refuses_torsion() {
  TRY(const Point base, point_of(base_point));
  TRY(const Point torsion, point_of(order_8_point));
  if (!valid(base)) return failed("it refuses the base point");
  Point small = torsion;
  Point mixed = base;
  for (int k = 1; k <= 8; ++k) {
    if (crypto_core_ed25519_add(mixed.data(), mixed.data(), torsion.data()) != 0)
      return failed("it cannot add a point of order 8");
    if (k < 8 && valid(mixed)) return failed("it accepts a point of mixed order");
    if (valid(small)) return failed("it accepts a point of small order");  // k = 8: the identity
    if (k < 8 && crypto_core_ed25519_add(small.data(), small.data(), torsion.data()) != 0)
      return failed("it cannot add two points of order 8");
  }
  // INVARIANT of this test: the walk came round, so it did visit all eight cosets.
  if (mixed != base || small[0] != 1) return failed("its addition of points is wrong");
  return {};
}

// y and p + y (p = 2^255 - 19) encode the same point for y in 0..18, with either sign bit.
Result<void> refuses_non_canonical() {
  for (unsigned y = 0; y < 19; ++y)
    for (const unsigned sign : {0x7fu, 0xffu}) {
      Point point;
      point.fill(0xff);
      point[0] = static_cast<std::uint8_t>(0xed + y);
      point[31] = static_cast<std::uint8_t>(sign);
      if (valid(point)) return failed("it accepts an encoding that is not canonical");
    }
  return {};
}

Result<void> refuses_identity_key() {
  PublicKey identity;
  identity.bytes[0] = 1;
  Signature forged{};
  forged[0] = 1;  // R is the identity, S is 0
  if (valid(identity.bytes)) return failed("it accepts the identity as a key");
  if (verify_ed25519(identity, bytes_of("any message"), forged))
    return failed("a signature by the identity verifies");
  return {};
}

Result<void> knows_the_answers() {
  if (sha256("abc").to_string() != abc_digest) return failed("SHA-256 of `abc` is wrong");
  TRY(const std::string raw_key, hex_decode(test3_key));
  TRY(const PublicKey key, PublicKey::from_bytes(KeyType::ed25519, raw_key));
  TRY(const std::string message, hex_decode(test3_message));
  TRY(const std::string raw_signature, hex_decode(test3_signature));
  TRY(Signature signature, to_array<64>(raw_signature));
  if (!verify_ed25519(key, bytes_of(message), signature))
    return failed("a good Ed25519 signature is refused");
  for (const std::size_t at : {0u, 32u, 63u}) {
    signature[at] ^= 1;
    if (verify_ed25519(key, bytes_of(message), signature))
      return failed("an altered Ed25519 signature verifies");
    signature[at] ^= 1;
  }
  return {};
}

}  // namespace

Result<void> self_test() {
  if (sodium_init() < 0) return failed("it cannot initialise");
  CHECK_OK(knows_the_answers());
  CHECK_OK(refuses_torsion());
  CHECK_OK(refuses_non_canonical());
  return refuses_identity_key();
}

}  // namespace keyturn
