#include <cstdio>

#include "gateway/cli/commands.h"
#include "gateway/cli/key_material.h"
#include "gateway/cli/support.h"
#include "gateway/http/tls.h"
#include "gateway/world/entropy.h"
#include "gateway/world/files.h"
#include "keys/key_file.h"
#include "keys/token.h"
#include "keyturn/limits.h"

namespace keyturn::cli {

Result<PublicKey> make_key_file(const std::string& name, const std::string& file,
                                const SecretBytes& secret, Entropy& entropy) {
  TRY(const SigningKey key, SigningKey::from_seed(entropy.secret_key()));
  const auto salt = entropy.array<16>();
  const auto nonce = entropy.array<24>();
  TRY(const std::string text, write_key_file(name, key, secret, KeyDerivation{}, salt, nonce));
  CHECK_OK(create_file(file, text));
  return key.public_key();
}

Result<NewToken> make_token(Entropy& entropy) {
  NewToken made;
  made.token = format_token(entropy.secret_key());
  TRY(const Digest digest, token_digest(made.token));
  made.line = "token sha256 \"" + hex_encode(digest.bytes) + "\"";
  return made;
}

std::string charter_key_line(const PublicKey& key) {
  return "key ed25519 \"" + base64_encode(key.bytes) + "\"";
}

int keys_new(const KeysNew& options) {
  const auto secret = passphrase(options.passphrase_file, "a new passphrase for " + options.file);
  if (!secret.ok()) return fail(secret.error());
  if (options.passphrase_file.empty()) {
    const auto again = passphrase("", "again");
    if (!again.ok()) return fail(again.error());
    if (!equal_in_constant_time(secret->expose(), again->expose())) {
      return fail("the two passphrases differ; nothing was written");
    }
  }
  if (secret->size() == 0) return fail("an empty passphrase protects nothing; nothing was written");
  SystemEntropy entropy;
  const auto key = make_key_file(options.name, options.file, *secret, entropy);
  if (!key.ok()) return fail(key.error());
  std::printf("%s\n", charter_key_line(*key).c_str());
  return 0;
}

int keys_show(const KeysShow& options) {
  const auto text = read_file(options.file, key_file_bytes_max);
  if (!text.ok()) return fail(text.error());
  const auto header = read_key_file_header(*text);
  if (!header.ok()) return fail(header.error());
  std::printf("%s\n%s\n", header->name.c_str(), charter_key_line(header->key).c_str());
  return 0;
}

int keys_certificate(const KeysCertificate& options) {
  const auto text = read_file(options.file, tls_certificates_bytes_max);
  if (!text.ok()) return fail(text.error());
  const auto digest = certificate_key_digest(*text);
  if (!digest.ok()) return fail("`" + options.file + "`: " + digest.error().message);
  std::printf("certificate sha256 \"%s\"\n", hex_encode(digest->bytes).c_str());
  return 0;
}

int tokens_new(const TokensNew& options) {
  SystemEntropy entropy;
  const auto made = make_token(entropy);
  if (!made.ok()) return fail(made.error());
  if (options.file.empty()) {
    std::printf("%s\n", made->token.c_str());
  } else if (auto written = create_file(options.file, made->token + "\n"); !written.ok()) {
    return fail(written.error());
  }
  std::printf("%s\n", made->line.c_str());
  return 0;
}

}  // namespace keyturn::cli
