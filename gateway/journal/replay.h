// What `keyturn journal replay` does: the whole journal decided again under its charter [T9], and,
// where bodies are given, every proposal's facts drawn again from its body. Reads only; runs the
// same Replayer as the gateway's start. What is wrong is a finding. Thread rule: a plain function,
// one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "gateway/journal/bodies.h"
#include "gateway/journal/verify.h"
#include "policy/charter/charter.h"
#include "policy/ledger/replay.h"

namespace keyturn {

struct ReplayReport {
  ReplayStats stats;  // of the entries that were decided again
  Digest root;        // of their tree
  Digest ledger;      // the digest of the ledger that they lead to
  // Of stats.proposals, those whose facts were drawn again from their body, and were the same;
  // those whose body is not filed, or was erased. What is left differs: a finding each.
  std::uint64_t facts_checked = 0;
  std::uint64_t bodies_missing = 0;
  std::vector<Finding> findings;  // ends with the first entry that cannot be decided again
  bool sound() const { return findings.empty(); }
};

// `bodies` may be null: then no facts are checked.
Result<ReplayReport> replay_journal(const JournalPlace& place,
                                    std::shared_ptr<const Charter> charter, Domain domain,
                                    const Bodies* bodies);

}  // namespace keyturn
