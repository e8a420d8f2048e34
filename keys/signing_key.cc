#include "keys/signing_key.h"

#include <sodium.h>

#include "keys/verify/checkpoint.h"
#include "keys/verify/freeze.h"
#include "keys/verify/release.h"

namespace keyturn {
namespace {

std::string signed_note(std::string_view text, std::string_view name, NoteAlgorithm algorithm,
                        const PublicKey& key, const Signature& signature) {
  NoteSignature line;
  line.name = name;
  line.key_id = note_key_id(algorithm, name, key);
  line.signature = text_of(signature);
  Note note;
  note.text = text;
  note.signatures.push_back(std::move(line));
  return note.to_string();
}

}  // namespace

Result<SigningKey> SigningKey::from_seed(const SecretBytes& seed) {
  static_assert(crypto_sign_SEEDBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64);
  if (seed.size() != crypto_sign_SEEDBYTES)
    return Error{Code::invalid,
                 "the seed of a signing key has 32 bytes, this one " + std::to_string(seed.size())};
  SigningKey out;
  ByteArray<64> secret;
  crypto_sign_seed_keypair(out.public_key_.bytes.data(), secret.data(), seed.expose().data());
  out.secret_ = SecretBytes(ByteView(secret));
  sodium_memzero(secret.data(), secret.size());
  out.seed_ = SecretBytes(seed.expose());
  return out;
}

std::string SigningKey::sign_word(const Word& word, Domain domain) const {
  const std::string text = word.to_text();
  return signed_note(text, word.person, NoteAlgorithm::ed25519_pae, public_key_,
                     sign(pae(domain, word_kind_name(word.kind), text)));
}

std::string SigningKey::sign_delegation(const Delegation& delegation, Domain domain) const {
  const std::string text = delegation.to_text();
  return signed_note(text, delegation.delegator, NoteAlgorithm::ed25519_pae, public_key_,
                     sign(pae(domain, "delegation", text)));
}

std::string SigningKey::sign_login(const Login& login, Domain domain) const {
  const std::string text = login.to_text();
  return signed_note(text, login.person, NoteAlgorithm::ed25519_pae, public_key_,
                     sign(pae(domain, "login", text)));
}

template <class Statement>
std::string SigningKey::sign_statement(const Statement& statement, Domain domain) const {
  const std::string text = statement.to_text();
  return signed_note(text, statement.signer(), NoteAlgorithm::ed25519_pae, public_key_,
                     sign(pae(domain, Statement::kind, text)));
}
template std::string SigningKey::sign_statement(const FreezeStatement&, Domain) const;
template std::string SigningKey::sign_statement(const UnfreezeStatement&, Domain) const;
template std::string SigningKey::sign_statement(const ReleaseStatement&, Domain) const;

std::string SigningKey::sign_checkpoint(std::string_view origin, std::string_view text) const {
  // The text is signed bare, as C2SP has it. That it is a checkpoint keeps this from signing the
  // PAE of somebody's approval: a PAE's second line is never a number.
  if (Checkpoint::parse_text(text).value().origin != origin)
    detail::abort_on_error({Code::internal, "a checkpoint is signed under its own origin"});
  return signed_note(text, origin, NoteAlgorithm::ed25519_text, public_key_, sign(text));
}

Signature SigningKey::sign(std::string_view message) const {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, bytes_of(message).data(), message.size(),
                       secret_.expose().data());
  return signature;
}

}  // namespace keyturn
