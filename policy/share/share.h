// Directed share [S]: what a subject directs, over which pool, and whether one more lease fits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/ledger/ledger.h"
#include "policy/request/classify.h"

namespace keyturn {

// Whose share.
struct Subject {
  Limit::Subject kind = Limit::Subject::person;
  PersonId person;              // person, span, cosigned
  InstitutionId institution;    // institution
  std::optional<ProviderId> provider;  // agents
};

// The union of the systems under leases that charge `subject`, live at `at` or within `over` before it
// [S4]: s <= at and e > at - over. Only leases claimed in entries below `as_of_size` count, so that a
// text can state the share as of a checkpoint [W2]; pass ledger.size() for now.
SystemSet directed(const Ledger& ledger, const Subject& subject, Time at, Duration over,
                   std::uint64_t as_of_size);

// One limit that a command would touch: what it is now, and with the command.
struct ShareLine {
  const Limit* limit = nullptr;
  std::string subject;  // the person's, institution's or provider's name
  std::uint64_t before = 0, after = 0, registered = 0, allowed = 0;
  bool exceeded() const { return after > allowed; }
  std::string to_text() const;  // `alvarez military 2 -> 4 of 8 (80)`, `… over 72h …`, `span …`
};

// Every limit that adding `systems` under `principal` (and, for cosigned, `approvers`) would touch, in
// the charter's order. `extra` is counted as if already directed by the principal's person (his
// pending commands, at a proposal [S1]).
std::vector<ShareLine> share_lines(const Ledger& ledger, const PrincipalRef& principal,
                                   const std::vector<PersonId>& approvers, const SystemSet& systems,
                                   const SystemSet& extra, Time at, std::uint64_t as_of_size);

// The `share-limit` reason for a line: names the limit, the share before and after.
Reason share_reason(const ShareLine& line);

}  // namespace keyturn
