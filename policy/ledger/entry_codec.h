// Entries as bytes: docs/formats.md has the grammar. Line-oriented text, statements verbatim behind
// their length, at most entry_bytes_max; decode(encode(x)) == x and encode(decode(t)) == t.
//
// Reading an entry back verifies each statement's signature again, with the keys the charter gives
// its signer: a VerifiedWord has no other way to exist.
#pragma once

#include <string>
#include <string_view>

#include "keyturn/result.h"
#include "policy/charter/charter.h"
#include "policy/ledger/intent.h"

namespace keyturn {

// Errors: too_large.
Result<std::string> encode_entry(const Entry& entry);
// Errors: corrupt, with what and where.
Result<Entry> decode_entry(std::string_view bytes, std::uint64_t index, const Charter& charter,
                           Domain domain);
std::string encode_events(const std::vector<Event>& events);

}  // namespace keyturn
