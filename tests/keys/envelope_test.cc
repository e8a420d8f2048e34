#include "keys/envelope.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "keys/token.h"
#include "tests/keys/json.h"

namespace keyturn {
namespace {

SecretBytes key_of(char filler) { return SecretBytes(std::string(32, filler)); }
const std::string nonce(24, 'n');

TEST_CASE("a sealed body opens under its own digest and key, and is 40 bytes longer [P1]") {
  CHECK(rc::check("unseal(seal(x)) == x", [](const std::string& body) {
    const Digest digest = sha256(body);
    const std::string sealed = seal(body, digest, key_of('k'), bytes_of(nonce)).value();
    RC_ASSERT(sealed.size() == body.size() + 40);
    RC_ASSERT(sealed.starts_with(nonce));
    RC_ASSERT(unseal(sealed, digest, key_of('k')).value() == body);
  }));
}

TEST_CASE(
    "a sealed body does not open with another key, under another digest, altered or cut [P1]") {
  const std::string body = "{\"objective\":\"grid 31U FQ 123\"}";
  const Digest digest = sha256(body);
  const std::string sealed = seal(body, digest, key_of('k'), bytes_of(nonce)).value();
  CHECK(sealed.find("objective") == std::string::npos);
  CHECK(unseal(sealed, digest, key_of('l')).error().code == Code::corrupt);
  CHECK(unseal(sealed, sha256("x"), key_of('k')).error().code == Code::corrupt);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    std::string altered = sealed;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    CHECK(!unseal(altered, digest, key_of('k')).ok());
    CHECK(!unseal(sealed.substr(0, at), digest, key_of('k')).ok());
  }
  CHECK(!unseal(sealed + "x", digest, key_of('k')).ok());
}

TEST_CASE("a key or nonce of another length is refused") {
  CHECK(!seal("x", sha256("x"), SecretBytes("short"), bytes_of(nonce)).ok());
  CHECK(!seal("x", sha256("x"), key_of('k'), bytes_of(nonce.substr(1))).ok());
  CHECK(!unseal(std::string(64, 'x'), sha256("x"), SecretBytes("short")).ok());
}

TEST_CASE("sealing agrees with the test vector of draft-irtf-cfrg-xchacha-03, appendix A.3.1") {
  // Its associated data has 12 bytes and ours 32, so the tag differs; the ciphertext does not.
  const std::string plaintext =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      "sunscreen would be it.";
  std::string key, vector_nonce;
  for (int i = 0x80; i <= 0x9f; ++i) key += static_cast<char>(i);
  for (int i = 0x40; i <= 0x57; ++i) vector_nonce += static_cast<char>(i);
  const std::string sealed =
      seal(plaintext, sha256(""), SecretBytes(key), bytes_of(vector_nonce)).value();
  CHECK(hex_encode(bytes_of(sealed.substr(24, 32))) ==
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb");
}

TEST_CASE("a token is `keyturn_` and 43 characters, and its digest is of the whole text [P2]") {
  const std::string token = format_token(SecretBytes(std::string(32, '\xff')));
  CHECK(token == "keyturn___________________________________________8");
  CHECK(token_digest(token).value() == sha256(token));
}

TEST_CASE("anything but a token's exact form is refused before it is hashed [P2]") {
  const std::string token = format_token(SecretBytes(std::string(32, 'r')));
  REQUIRE(token_digest(token).ok());
  for (const std::string& other :
       {std::string(), std::string("hunter2"), std::string("keyturn_"), token + "=", token + "A",
        token.substr(0, token.size() - 1), " " + token, token + "\n", "Keyturn_" + token.substr(8),
        token.substr(8), token.substr(0, token.size() - 1) + "J",  // unused bits set
        "keyturn_" + std::string(43, '+'), "keyturn_" + std::string(42, 'A') + " "}) {
    CAPTURE(other);
    const auto result = token_digest(other);
    REQUIRE(!result.ok());
    CHECK(result.error().code == Code::unauthenticated);
    if (!other.empty() && other.size() < 100 && other != "keyturn_")
      CHECK(result.error().message.find(other) == std::string::npos);
  }
}

}  // namespace
}  // namespace keyturn
