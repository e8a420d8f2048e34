// A person's word as the ledger remembers it: who, with which key, when, until when. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "keyturn/digest.h"
#include "keyturn/time.h"
#include "policy/charter/charter.h"

namespace keyturn {

struct RecordedWord {
  PersonId person;                   // whose word it is
  std::optional<PersonId> delegate;  // whose hand signed in his place; empty: his own
  PublicKey key;                     // of that hand
  Time at;                           // the entry's
  Time not_after;
  std::uint64_t index = 0;  // the entry

  PersonId hand() const { return delegate.value_or(person); }
  // Whether it is his word, or of his hand: what his withdrawal takes back.
  bool speaks_or_signs(PersonId whom) const { return person == whom || hand() == whom; }
};

// The word of `person` among `words`; null if there is none.
const RecordedWord* word_of(const std::vector<RecordedWord>& words, PersonId person);

}  // namespace keyturn
