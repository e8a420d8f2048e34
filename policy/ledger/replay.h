// Replayer: a journal from its first entry, decided again [T9]. The gateway starts with it, and
// `keyturn journal replay` is it: each entry is decoded (statements verified), its time checked
// [T1], a proposal's checkpoint compared with the tree of the entries before it [W2], decide run
// again, the events compared byte for byte, and the entry applied.
//
// Errors (corrupt) say which entry, what is wrong, and what decide says instead; after one, the
// Replayer takes no further entry. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "keys/tree.h"
#include "keys/verify/pae.h"
#include "keyturn/result.h"
#include "policy/ledger/ledger.h"

namespace keyturn {

struct ReplayStats {
  std::uint64_t entries = 0;
  std::uint64_t proposals = 0;  // granted; whoever holds their bodies can check the facts
  std::uint64_t words = 0;      // statements signed by people and effectors, each verified
  std::uint64_t claims = 0;     // granted
  std::uint64_t refusals = 0;   // of anything
};

class Replayer {
 public:
  Replayer(std::shared_ptr<const Charter> charter, Domain domain);

  Result<void> next(std::string_view entry_bytes);

  const Ledger& ledger() const { return *ledger_; }
  const ReplayStats& stats() const { return stats_; }
  std::uint64_t size() const { return tree_.size(); }
  Digest root() const { return tree_.root(); }
  // The entry that next() took last, decoded.
  const Entry& last() const { return last_; }
  // The ledger, to go on with; the Replayer is of no use afterwards.
  std::unique_ptr<Ledger> take_ledger() && { return std::move(ledger_); }

 private:
  Result<void> check(const Entry& entry) const;
  Result<void> check_checkpoint(std::uint64_t index, const intent::Propose& propose) const;
  Result<Digest> root_of(std::uint64_t size) const;
  void count(const Entry& entry);

  std::shared_ptr<const Charter> charter_;
  Domain domain_;
  std::unique_ptr<Ledger> ledger_;
  Tree tree_;
  std::vector<std::vector<Digest>> nodes_;  // complete ones, by level, so that root_of costs a path
  Entry last_;
  ReplayStats stats_;
  bool failed_ = false;
};

}  // namespace keyturn
