// Verified<Statement>: a statement whose signature was checked; the proof is that it exists. For
// statements that name a kind (`Statement::kind`, part of what is signed [W11]) and a signer.
//
// The roster is not asked here: decide does that, with the roster in force at the entry's time.
// Values; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "keys/verify/pae.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

template <class Statement>
class Verified {
 public:
  // Parses the note, and verifies that one of `keys` signed its PAE under the statement's signer.
  // Exactly one signature is admitted. Errors: invalid (not the format), unauthenticated (nobody of
  // `keys` signed).
  static Result<Verified> verify(std::string_view note, Domain domain,
                                 std::span<const PublicKey> keys);

  const Statement& statement() const { return statement_; }
  const PublicKey& key() const { return key_; }
  const std::string& note() const { return note_; }  // verbatim, as submitted and journalled

 private:
  Verified() = default;
  Statement statement_;
  PublicKey key_;
  std::string note_;
};

}  // namespace keyturn
