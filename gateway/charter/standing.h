// Standing: what is directed and held, and as of when: the ledger that a tool asks decide() of. Of
// nothing, or of a journal whose every entry was decided again. In memory; a journal is only read.
//
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <memory>

#include "gateway/journal/journal.h"
#include "policy/charter/charter.h"
#include "policy/decide/decide.h"
#include "policy/ledger/ledger.h"

namespace keyturn {

struct Standing {
  std::unique_ptr<Ledger> ledger;
  Time at;
  // The checkpoint that proposals name [W2]: of the journal's entries, or of the genesis alone.
  std::uint64_t size = 0;
  Digest root;

  // Decides at `at`, and folds what was decided into the ledger.
  Decision decide_and_apply(const Intent& intent);
};

// Nothing directed, nothing held: the first second of the charter's validity. Errors: internal.
Result<Standing> standing_of_nothing(std::shared_ptr<const Charter> charter);
// As of the journal's last entry. Errors: those of reading it; corrupt, where an entry is not what
// this charter decides; not_found, where there is none.
Result<Standing> standing_of_journal(const JournalPlace& place,
                                     std::shared_ptr<const Charter> charter);

}  // namespace keyturn
