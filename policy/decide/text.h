// The command text of a proposal, as a pure function of charter, facts, id, nonce and time [W2].
// decide makes it once; the officials' CLI makes it again from the body and its own charter, all
// but the share lines, and signs nothing that differs. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "keys/verify/statement.h"
#include "keyturn/result.h"
#include "policy/charter/charter.h"
#include "policy/ledger/intent.h"
#include "policy/ledger/ledger.h"
#include "policy/share/system_set.h"

namespace keyturn {

// What the charter makes of a proposal's facts.
struct ProposalParts {
  PrincipalRef principal;
  std::vector<ClassId> classes;  // sorted
  SystemSet systems;             // of every class that directs, together [C4]
  Windows windows;               // shortest approve and execute, longest delay and lease [C4]
};

// Reads them, and adds every reason to refuse the proposal that lies in charter and facts alone:
// principal, classification, `by`, `may`, shape, systems. With a reason, the parts are of no use.
ProposalParts parts_of(const Charter& charter, const intent::Propose& propose,
                       std::vector<Reason>& reasons);

// The text's share lines, as of the checkpoint of size `as_of_size`, so that whoever has the
// journal can compute them [W2]. With an empty ledger: the same lines but for the weights that are
// directed.
std::vector<std::string> share_texts(const Ledger& ledger, const ProposalParts& parts, Time at,
                                     std::uint64_t as_of_size);

// `at` is the entry's time; expires = at + approve + delay + execute [Q4]. The text parses back to
// itself. Errors: invalid (a value that no text can show), too_large (over statement_bytes_max: the
// proposal is refused, never shortened [C8]).
Result<CommandText> compose_text(const Charter& charter, const intent::Propose& propose,
                                 const PrincipalRef& principal, const std::vector<ClassId>& classes,
                                 const SystemSet& systems, const Windows& windows,
                                 std::vector<std::string> share_lines, Time at);

}  // namespace keyturn
