#include "keys/key_file.h"

#include <doctest/doctest.h>

#include "keyturn/limits.h"
#include "tests/keys/samples.h"

namespace keyturn {
namespace {

using tests::signing_key;

const KeyDerivation cheap{1, 8192};

std::string file_of(std::string_view name, const KeyDerivation& derivation = cheap) {
  const std::string salt(16, 's');
  const std::string nonce(24, 'n');
  return write_key_file(name, signing_key(1), SecretBytes("correct horse"), derivation,
                        bytes_of(salt), bytes_of(nonce))
      .value();
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("a key file opens with its passphrase, and shows its public half without it") {
  const std::string text = file_of("haddad");
  const auto header = read_key_file_header(text).value();
  CHECK(header.name == "haddad");
  CHECK(header.key == signing_key(1).public_key());
  const SigningKey key = open_key_file(text, SecretBytes("correct horse")).value();
  CHECK(key.public_key() == signing_key(1).public_key());
  CHECK(equal_in_constant_time(key.seed().expose(), signing_key(1).seed().expose()));
}

TEST_CASE("a key file of the default cost opens, and a journal's origin may be its name") {
  const std::string text = file_of("example.com/joint-autonomy", KeyDerivation{});
  CHECK(text.find("\nderivation argon2id 3 67108864 ") != std::string::npos);
  CHECK(open_key_file(text, SecretBytes("correct horse")).ok());
}

TEST_CASE("a wrong passphrase is unauthenticated, and says so") {
  for (const std::string_view wrong : {"", "correct horsf", "correct horse ", "Correct horse"}) {
    const auto result = open_key_file(file_of("haddad"), SecretBytes(wrong));
    REQUIRE(!result.ok());
    CHECK(result.error().code == Code::unauthenticated);
    CHECK(result.error().message.find("wrong passphrase") != std::string::npos);
    CHECK(result.error().message.find("correct") == std::string::npos);
  }
}

TEST_CASE("the seed stands in a key file neither plainly nor in a text form") {
  const std::string text = file_of("haddad");
  const std::string seed(32, '\x01');
  CHECK(text.find(seed) == std::string::npos);
  CHECK(text.find(hex_encode(bytes_of(seed))) == std::string::npos);
  CHECK(text.find(base64_encode(bytes_of(seed)).substr(0, 40)) == std::string::npos);
}

TEST_CASE("a key file with any byte changed does not open") {
  const std::string text = file_of("haddad");
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const int bits : {1, 2, 0x20}) {
      std::string altered = text;
      altered[at] = static_cast<char>(altered[at] ^ bits);
      CAPTURE(altered);
      CHECK(!open_key_file(altered, SecretBytes("correct horse")).ok());
    }
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK(!open_key_file(text.substr(0, size), SecretBytes("correct horse")).ok());
  CHECK(!open_key_file(text + "\n", SecretBytes("correct horse")).ok());
}

TEST_CASE("a key file renamed to somebody else, or given another's public key, does not open") {
  const std::string text = file_of("haddad");
  const std::string renamed = with(text, "name haddad", "name alvarez");
  CHECK(read_key_file_header(renamed).ok());
  CHECK(open_key_file(renamed, SecretBytes("correct horse")).error().code == Code::corrupt);
  const std::string other_key =
      with(text, signing_key(1).public_key().to_string(), signing_key(2).public_key().to_string());
  CHECK(open_key_file(other_key, SecretBytes("correct horse")).error().code == Code::corrupt);
}

TEST_CASE("a hostile key file cannot ask for more passes or memory than the limits") {
  const std::string text = file_of("haddad");
  const std::pair<std::string_view, Code> hostile[] = {
      {"argon2id 17 8192 ", Code::too_large},
      {"argon2id 0 8192 ", Code::too_large},
      {"argon2id 18446744073709551615 8192 ", Code::too_large},
      {"argon2id 1 1073741825 ", Code::too_large},
      {"argon2id 1 18446744073709551615 ", Code::too_large},
      {"argon2id 1 8191 ", Code::too_large},
      {"argon2id 1 0 ", Code::too_large},
      {"argon2id 01 8192 ", Code::invalid},
      {"argon2id -1 8192 ", Code::invalid},
      {"argon2id 1 18446744073709551616 ", Code::invalid},
      {"argon2i 1 8192 ", Code::invalid},
      {"scrypt 1 8192 ", Code::invalid},
  };
  for (const auto& one : hostile) {
    const std::string_view derivation = one.first;
    const Code code = one.second;
    CAPTURE(derivation);
    const std::string altered = with(text, "argon2id 1 8192 ", derivation);
    CHECK(read_key_file_header(altered).error().code == code);
    CHECK(open_key_file(altered, SecretBytes("correct horse")).error().code == code);
  }
  CHECK(open_key_file(std::string(key_file_bytes_max + 1, 'k'), SecretBytes("")).error().code ==
        Code::too_large);
}

TEST_CASE("a key file is not written with a cost, name, salt or nonce that would not be read") {
  const std::string salt(16, 's'), nonce(24, 'n');
  const auto write = [&](std::string_view name, KeyDerivation derivation, std::string_view s,
                         std::string_view n) {
    return write_key_file(name, signing_key(1), SecretBytes("p"), derivation, bytes_of(s),
                          bytes_of(n))
        .ok();
  };
  CHECK(write("haddad", cheap, salt, nonce));
  CHECK(!write("haddad\nkey x", cheap, salt, nonce));
  CHECK(!write("", cheap, salt, nonce));
  CHECK(!write("a b", cheap, salt, nonce));
  CHECK(!write("a+b", cheap, salt, nonce));
  CHECK(!write("haddad", {key_file_operations_max + 1, 8192}, salt, nonce));
  CHECK(!write("haddad", {1, key_file_memory_bytes_max + 1}, salt, nonce));
  CHECK(!write("haddad", cheap, salt.substr(1), nonce));
  CHECK(!write("haddad", cheap, salt, nonce + "n"));
}

}  // namespace
}  // namespace keyturn
