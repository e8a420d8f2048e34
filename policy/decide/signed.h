// What every statement that a person signs is asked alike: is it for this deployment, by somebody
// of the roster with his key of today, and is it its time [Q4 W11]. Internal to policy/decide;
// pure.
#pragma once

#include <string_view>
#include <vector>

#include "policy/decide/decide.h"

namespace keyturn {

struct SignedBy {
  std::string_view deployment, person, institution;
  PublicKey key;
  Time signed_at, not_after;
};

template <class Statement>
SignedBy signed_by(const Statement& statement, const PublicKey& key) {
  return {statement.deployment, statement.person,   statement.institution, key,
          statement.signed_at,  statement.not_after};
}

// Adds every reason to refuse it. `what` is how its sentences call it: "the word".
void check_signed(const Charter& charter, const SignedBy& by, std::string_view what, Time at,
                  std::vector<Reason>& reasons);

}  // namespace keyturn
