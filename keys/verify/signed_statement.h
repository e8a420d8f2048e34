// What verify_word and verify_login share: a note with exactly one signature, by its own person,
// over the PAE of its text. Internal to keys/verify. Pure.
#pragma once

#include <span>
#include <string_view>

#include "keys/verify/note.h"
#include "keys/verify/pae.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

// One signature only: a second one would be bytes in the journal that nobody vouches for.
Result<Note> parse_statement_note(std::string_view note);

// Which of `keys` signed the note's text under `person`; Code::unauthenticated if none did.
Result<PublicKey> statement_signer(const Note& note, Domain domain, std::string_view kind,
                                   std::string_view person, std::span<const PublicKey> keys);

}  // namespace keyturn
