// Cast: a copy of a charter with other keys, whose private halves are here, so that a rehearsal can
// sign for anybody whom the charter gives a key. The copy differs in nothing else: the same places,
// the same people, the same checks passed.
//
// Its keys are on nobody's roster, and its words are of the exercise domain: nothing that a
// rehearsal signs is valid anywhere. Thread rule: plain values, one thread.
#pragma once

#include <map>
#include <memory>
#include <string_view>

#include "keys/signing_key.h"
#include "keyturn/result.h"
#include "policy/charter/charter.h"

namespace keyturn {

struct Cast {
  std::shared_ptr<const Charter> charter;
  std::map<PublicKey, SigningKey> keys;
};

// INVARIANT: `charter` loads, so its copy does; internal otherwise.
Result<Cast> cast_of(const Charter& charter);

}  // namespace keyturn
