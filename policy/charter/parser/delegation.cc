#include "policy/charter/parser/parser.h"

namespace keyturn {

// delegation of SELECTORS to SELECTORS for DUR
bool Parser::parse_delegation() {
  DeclaredDelegation delegation;
  delegation.place = peek().place;
  if (!expect("of", "and whose approvals may be delegated")) return false;
  if (!take_selectors(delegation.of)) return false;
  if (!expect("to", "and to whom")) return false;
  if (!take_selectors(delegation.to)) return false;
  if (!expect("for", "and a time: how long at most")) return false;
  if (!take_duration(delegation.most, "a time")) return false;
  declared_.delegations.push_back(std::move(delegation));
  return true;
}

}  // namespace keyturn
