#include "keys/verify/ed25519.h"

#include <doctest/doctest.h>

#include "keys/signing_key.h"
#include "keys/verify/self_test.h"
#include "tests/keys/json.h"
#include "tests/support/vectors.h"

namespace keyturn {
namespace {

using tests::unhex;

// RFC 8032 section 7.1, TEST 1 to TEST 3.
struct KnownAnswer {
  std::string_view seed, key, message, signature;
};
constexpr KnownAnswer known_answers[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};

TEST_CASE("libsodium passes the self-test that every start runs [T34]") {
  const auto result = self_test();
  CHECK_MESSAGE(result.ok(), result.error().message);
  CHECK(self_test().ok());  // a second time too
}

TEST_CASE("Ed25519 agrees with RFC 8032, and one changed bit refuses") {
  for (const KnownAnswer& known : known_answers) {
    const auto signing = SigningKey::from_seed(SecretBytes(unhex(known.seed))).value();
    const auto key = PublicKey::from_bytes(KeyType::ed25519, unhex(known.key)).value();
    CHECK(signing.public_key() == key);
    Signature signature = to_array<64>(unhex(known.signature)).value();
    std::string message = unhex(known.message);
    CHECK(verify_ed25519(key, bytes_of(message), signature));
    CHECK(!verify_ed25519(key, bytes_of(message + "x"), signature));
    for (std::size_t bit = 0; bit < 512; ++bit) {
      signature[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      CHECK(!verify_ed25519(key, bytes_of(message), signature));
      signature[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    }
  }
}

TEST_CASE("every Wycheproof case verifies or is refused as it says [T34]") {
  const auto folder = vectors("wycheproof");
  if (!folder) return;
  const auto suite = tests::read_json(*folder / "ed25519_test.json");
  std::size_t count = 0;
  for (const auto& group : suite["testGroups"]) {
    const auto key =
        PublicKey::from_bytes(KeyType::ed25519, unhex(group["publicKey"]["pk"].get<std::string>()));
    for (const auto& test : group["tests"]) {
      CAPTURE(test["tcId"].get<int>());
      const auto signature = to_array<64>(unhex(test["sig"].get<std::string>()));
      const std::string message = unhex(test["msg"].get<std::string>());
      const bool accepted =
          key.ok() && signature.ok() && verify_ed25519(*key, bytes_of(message), *signature);
      CHECK(accepted == (test["result"] == "valid"));
      ++count;
    }
  }
  CHECK(count == 151);
}

TEST_CASE("a key about which verifiers disagree is never admitted [T34]") {
  const auto folder = vectors("wycheproof");
  if (!folder) return;
  std::size_t refused = 0;
  const auto suite = tests::read_json(*folder / "verifier_disagreement.json");
  for (const auto& test : suite["cases"]) {
    CAPTURE(test["name"].get<std::string>());
    const auto key =
        PublicKey::from_bytes(KeyType::ed25519, unhex(test["public_key"].get<std::string>()));
    if (!key.ok()) {
      CHECK(key.error().code == Code::invalid);
      ++refused;
      continue;
    }
    // A good key and a hostile R: both cofactorless verifiers refuse alike.
    const auto signature = to_array<64>(unhex(test["signature"].get<std::string>())).value();
    CHECK(verify_ed25519(*key, bytes_of(unhex(test["message"].get<std::string>())), signature) ==
          test["libsodium_1_0_18"].get<bool>());
    CHECK(test["libsodium_1_0_18"] == test["openssl_3_0"]);
  }
  CHECK(refused == 3);
}

TEST_CASE("public keys are read from 32 bytes of a point in the group of prime order [T34]") {
  const std::string good = unhex(known_answers[0].key);
  CHECK(PublicKey::from_bytes(KeyType::ed25519, good).ok());
  CHECK(!PublicKey::from_bytes(KeyType::ed25519, good.substr(1)).ok());
  CHECK(!PublicKey::from_bytes(KeyType::ed25519, good + "x").ok());
  CHECK(PublicKey::from_bytes(static_cast<KeyType>(2), good).error().code == Code::unsupported);
  std::string identity(32, '\0');
  CHECK(!PublicKey::from_bytes(KeyType::ed25519, identity).ok());  // y = 0, order 4
  identity[0] = 1;
  CHECK(!PublicKey::from_bytes(KeyType::ed25519, identity).ok());
  std::string with_sign = identity;
  with_sign[31] = '\x80';
  CHECK(!PublicKey::from_bytes(KeyType::ed25519, with_sign).ok());
}

TEST_CASE("a public key has one text") {
  const auto key = PublicKey::from_bytes(KeyType::ed25519, unhex(known_answers[0].key)).value();
  CHECK(key.to_string() == "ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  CHECK(PublicKey::parse(key.to_string()).value() == key);
  CHECK(!PublicKey::parse("p256 " + key.to_string().substr(8)).ok());
  CHECK(!PublicKey::parse(key.to_string() + " ").ok());
  CHECK(!PublicKey::parse(key.to_string().substr(8)).ok());
}

}  // namespace
}  // namespace keyturn
