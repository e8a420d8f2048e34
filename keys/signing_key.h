// An Ed25519 signing key, and the two things it signs: statements (their PAE) and checkpoints (the
// note text). There is deliberately no "sign these bytes" for callers outside keys/ [W10].
#pragma once

#include <string>
#include <string_view>

#include "keys/secret.h"
#include "keys/verify/delegation.h"
#include "keys/verify/note.h"
#include "keys/verify/pae.h"
#include "keys/verify/statement.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

class SigningKey {
 public:
  // The 32 random bytes come from the caller's Entropy.
  static Result<SigningKey> from_seed(const SecretBytes& seed);

  const PublicKey& public_key() const { return public_key_; }
  const SecretBytes& seed() const { return seed_; }

  // A complete note, signed under the name of the person who speaks.
  std::string sign_word(const Word& word, Domain domain) const;
  std::string sign_delegation(const Delegation& delegation, Domain domain) const;
  std::string sign_login(const Login& login, Domain domain) const;
  // Likewise, under the statement's own signer: freezes, unfreezes, releases (instantiated in
  // signing_key.cc for these and no others).
  template <class Statement>
  std::string sign_statement(const Statement& statement, Domain domain) const;
  // A complete note over a checkpoint's text, under its origin; any other text is a bug and aborts.
  std::string sign_checkpoint(std::string_view origin, std::string_view text) const;

 private:
  SigningKey() = default;
  Signature sign(std::string_view message) const;
  PublicKey public_key_;
  SecretBytes seed_;
  SecretBytes secret_;
};

}  // namespace keyturn
