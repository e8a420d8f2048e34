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
  PersonId person;                     // person, span, cosigned
  InstitutionId institution;           // institution
  std::optional<ProviderId> provider;  // agents
};

// The union of the systems under leases that charge `subject`, live at `at` or within `over` before
// it [S4]: s <= at and e > at - over. INVARIANT: `at` is no earlier than the ledger's last entry.
// Only leases claimed in entries below `as_of_size` count, so that a text can state the share as of
// a checkpoint [W2]; pass ledger.size() for now.
SystemSet directed(const Ledger& ledger, const Subject& subject, Time at, Duration over,
                   std::uint64_t as_of_size);

// One limit that a command would touch: what it is now, and with the command.
struct ShareLine {
  const Limit* limit = nullptr;
  std::string subject;  // the person's, institution's or provider's name
  std::string pool;
  std::uint64_t before = 0, after = 0, registered = 0, allowed = 0;
  bool exceeded() const { return after > allowed; }
  // `alvarez military 2 -> 4 of 8 (80)`: weight before -> after of what is allowed (registered).
  // Other subjects begin with their kind, windows end with their length: `span okafor military 2 ->
  // 4 of 40 (80) over 3d`.
  std::string to_text() const;
};

// Every limit that adding `systems` under `principal` (and, for cosigned, `approvers`) would touch,
// in the charter's order. `extra` is counted as if already directed by the principal's person, for
// his own limits (person, span) alone: his pending commands, at a proposal [S1].
std::vector<ShareLine> share_lines(const Ledger& ledger, const PrincipalRef& principal,
                                   const std::vector<PersonId>& approvers, const SystemSet& systems,
                                   const SystemSet& extra, Time at, std::uint64_t as_of_size);

// The initiator's span over each top pool that `systems` touches, which is reported whether or not
// it is limited [S4]: `span alvarez military 2 -> 4 (80)`; nothing where a limit's own line says
// it.
std::vector<std::string> span_report(const Ledger& ledger, PersonId initiator,
                                     const SystemSet& systems, Time at, std::uint64_t as_of_size);

// The `share-limit` reason for a line: names the limit, the share before and after.
Reason share_reason(const ShareLine& line);

}  // namespace keyturn
