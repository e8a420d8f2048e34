// Verified<Statement>::verify, for the sources that instantiate it. Internal to keys/verify. Pure.
#pragma once

#include "keys/verify/signed_statement.h"
#include "keys/verify/verified.h"

namespace keyturn {

template <class Statement>
Result<Verified<Statement>> Verified<Statement>::verify(std::string_view note, Domain domain,
                                                        std::span<const PublicKey> keys) {
  TRY(const Note parsed, parse_statement_note(note));
  TRY(Statement statement, Statement::parse(parsed.text));
  TRY(const PublicKey key,
      statement_signer(parsed, domain, Statement::kind, statement.signer(), keys));
  Verified out;
  out.statement_ = std::move(statement);
  out.key_ = key;
  out.note_ = note;
  return out;
}

}  // namespace keyturn
