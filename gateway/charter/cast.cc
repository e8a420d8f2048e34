#include "gateway/charter/cast.h"

#include <string>

#include "keys/secret.h"
#include "policy/charter/lexer.h"
#include "policy/charter/load.h"

namespace keyturn {
namespace {

// From the key that it stands for: keys that differ stay different, and every run has the same.
Result<SigningKey> stand_in(std::string_view original) {
  const Digest seed = sha256("keyturn rehearsal key " + std::string(original));
  return SigningKey::from_seed(SecretBytes(ByteView(seed.bytes)));
}

std::string base64_of(const PublicKey& key) {
  const std::string text = key.to_string();  // ed25519 <base64>
  return text.substr(text.find(' ') + 1);
}

}  // namespace

Result<Cast> cast_of(const Charter& charter) {
  Cast out;
  Diagnostics nothing_found;
  std::string text;
  std::size_t copied = 0;
  const std::vector<Token> tokens = lex_charter(charter.text, nothing_found);
  // Every `ed25519 "…"`, wherever a key may stand. A key in base64 is as long as another, so all
  // places stay the same.
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i - 1].text != "ed25519" || tokens[i].kind != Token::Kind::string) continue;
    const std::string original = string_value(tokens[i]);
    TRY(SigningKey key, stand_in(original));
    const auto at = static_cast<std::size_t>(tokens[i].text.data() - charter.text.data());
    text.append(charter.text, copied, at - copied);
    text += '"' + base64_of(key.public_key()) + '"';
    copied = at + tokens[i].text.size();
    const PublicKey public_key = key.public_key();
    out.keys.emplace(public_key, std::move(key));
  }
  text.append(charter.text, copied, std::string::npos);
  CharterLoad load = load_charter(text);
  if (load.charter == nullptr)
    return Error{Code::internal, "the charter's copy with other keys does not load: " +
                                     load.errors.front().message};
  out.charter = std::move(load.charter);
  return out;
}

}  // namespace keyturn
