#include "policy/decide/common.h"
#include "policy/decide/intents.h"

namespace keyturn {

// The first entry says which charter governs; no other entry can [T11].
Decision decide_genesis(const Ledger& ledger, const intent::Genesis& genesis, Time) {
  std::vector<Reason> reasons;
  if (ledger.size() != 0)
    reasons.push_back({"not-first", "a genesis is the first entry or none; the journal has " +
                                        std::to_string(ledger.size())});
  const Charter& charter = ledger.charter();
  if (genesis.charter != charter.digest || genesis.charter_bytes != charter.text.size())
    reasons.push_back({"other-charter", "the genesis names " + genesis.charter.to_string() +
                                            " of " + std::to_string(genesis.charter_bytes) +
                                            " bytes; the charter is " + charter.digest.to_string() +
                                            " of " + std::to_string(charter.text.size())});
  if (!reasons.empty()) return refused(std::move(reasons));
  return granted(event::Opened{});
}

}  // namespace keyturn
