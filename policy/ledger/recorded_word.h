// A person's word as the ledger remembers it: who, with which key, when, until when. A value.
#pragma once

#include <cstdint>
#include <vector>

#include "keyturn/digest.h"
#include "keyturn/time.h"
#include "policy/charter/charter.h"

namespace keyturn {

struct RecordedWord {
  PersonId person;
  PublicKey key;
  Time at;  // the entry's
  Time not_after;
  std::uint64_t index = 0;  // the entry
};

// The word of `person` among `words`; null if there is none.
const RecordedWord* word_of(const std::vector<RecordedWord>& words, PersonId person);

}  // namespace keyturn
