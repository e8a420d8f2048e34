#include "keys/verify/signed_statement.h"

#include "keys/verify/grammar.h"
#include "keys/verify/statement.h"

namespace keyturn {

Result<Note> parse_statement_note(std::string_view note) {
  TRY(Note parsed, Note::parse(note));
  if (parsed.signatures.size() != 1)
    return Error{Code::invalid, "a signed statement carries exactly one signature, this one " +
                                    std::to_string(parsed.signatures.size())};
  return parsed;
}

Result<PublicKey> statement_signer(const Note& note, Domain domain, std::string_view kind,
                                   std::string_view person, std::span<const PublicKey> keys) {
  const std::string preimage = pae(domain, kind, note.text);
  for (const PublicKey& key : keys) {
    TRY(const bool by_key, note_signed_by(note, NoteAlgorithm::ed25519_pae, person, key, preimage));
    if (by_key) return key;
  }
  return Error{Code::unauthenticated, "not signed by any key of " + grammar::in_backticks(person)};
}

Result<std::string> unverified_signer(std::string_view note) {
  TRY(Note parsed, parse_statement_note(note));
  return std::move(parsed.signatures.front().name);
}

}  // namespace keyturn
