#include "keys/signing_key.h"

#include <doctest/doctest.h>

#include <type_traits>

#include "keys/verify/checkpoint.h"
#include "tests/keys/samples.h"

namespace keyturn {
namespace {

using tests::signing_key;

TEST_CASE("secrets move and are not copied, and leave nothing behind where they were") {
  static_assert(!std::is_copy_constructible_v<SecretBytes>);
  static_assert(!std::is_copy_assignable_v<SecretBytes>);
  static_assert(!std::is_copy_constructible_v<SigningKey>);
  static_assert(!std::is_convertible_v<SecretBytes, std::string>);
  SecretBytes first("a secret");
  SecretBytes second(std::move(first));
  CHECK(first.size() == 0);  // NOLINT(bugprone-use-after-move): what is asked here
  CHECK(text_of(second.expose()) == "a secret");
  SecretBytes third("another");
  third = std::move(second);
  CHECK(second.size() == 0);  // NOLINT(bugprone-use-after-move)
  CHECK(text_of(third.expose()) == "a secret");
  third = SecretBytes();
  CHECK(third.size() == 0);
}

TEST_CASE("the bytes of a secret that is overwritten by another are erased in place") {
  SecretBytes secret("0123456789abcdef");
  const std::uint8_t* where = secret.expose().data();
  SecretBytes other("fedcba9876543210");
  SecretBytes kept(std::move(secret));
  CHECK(kept.expose().data() == where);  // moved, so no second copy was made
  CHECK(other.expose().data() != where);
}

TEST_CASE("a signing key is made of exactly 32 bytes") {
  CHECK(SigningKey::from_seed(SecretBytes(std::string(31, 'x'))).error().code == Code::invalid);
  CHECK(SigningKey::from_seed(SecretBytes(std::string(33, 'x'))).error().code == Code::invalid);
  CHECK(SigningKey::from_seed(SecretBytes(std::string(32, 'x'))).ok());
}

TEST_CASE("a signing key's public half is one that the roster admits") {
  for (int filler = 0; filler < 64; ++filler) {
    const PublicKey key = signing_key(static_cast<std::uint8_t>(filler)).public_key();
    CHECK(PublicKey::from_bytes(KeyType::ed25519, text_of(key.bytes)).value() == key);
  }
}

TEST_CASE("signing twice gives the same note, so a retry is no second statement") {
  const Word word = tests::sample_word(WordKind::approval);
  CHECK(signing_key(1).sign_word(word, Domain::live) ==
        signing_key(1).sign_word(word, Domain::live));
}

TEST_CASE("a checkpoint's note is a signed note over the bare text, as C2SP has it") {
  const Checkpoint checkpoint{"example.com/log", 3, sha256("root")};
  const std::string note = signing_key(9).sign_checkpoint(checkpoint.origin, checkpoint.to_text());
  CHECK(note.starts_with(checkpoint.to_text() + "\n\xe2\x80\x94 example.com/log "));
  CHECK(verify_checkpoint(note, "example.com/log", signing_key(9).public_key()).value() ==
        checkpoint);
}

}  // namespace
}  // namespace keyturn
