// Freezes as the ledger remembers them [A4]: what is stopped, by whose word, and for how long. They
// live by intervals and the asked time [T3]; nothing is ever erased. Values; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/charter/charter.h"
#include "policy/ledger/recorded_word.h"
#include "policy/share/system_set.h"

namespace keyturn {

class Ledger;

struct Freeze {
  std::string id;           // `freeze-1204`
  std::uint64_t index = 0;  // its entry
  PersonId by;
  std::optional<PoolId> pool;  // exactly one of the two
  std::optional<ClassId> klass;
  Time from, until;  // from the entry on, as it says
  std::optional<Time> lifted;
  std::string text;                     // FreezeStatement, verbatim
  std::vector<RecordedWord> approvals;  // of lifting it; one a person, by entry

  Time end() const { return lifted && *lifted < until ? *lifted : until; }
  bool alive_at(Time at) const { return from <= at && at < end(); }
};

// `freeze-` and the number of the entry.
std::string freeze_id(std::uint64_t index);

// Whether a freeze stops a command of these classes that directs these systems.
bool freeze_covers(const Charter& charter, const Freeze& freeze,
                   const std::vector<ClassId>& classes, const SystemSet& systems);

// The freezes alive at `at` that stop proposals and claims of a command of these classes and
// systems, by entry. INVARIANT: `at` is no earlier than the ledger's last entry.
std::vector<const Freeze*> freezes_on(const Ledger& ledger, const std::vector<ClassId>& classes,
                                      const SystemSet& systems, Time at);

}  // namespace keyturn
