// One deployment in memory, for tests of policy/decide and policy/ledger: a charter, its ledger,
// and the entries so far, each encoded as the journal would hold it. Requests are drawn from real
// bodies, words are signed by their persons' keys.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "keys/tree.h"
#include "policy/charter/charter.h"
#include "policy/decide/decide.h"
#include "policy/ledger/entry_codec.h"
#include "policy/ledger/ledger.h"
#include "policy/request/extract.h"

namespace keyturn::testing {

// Fails the test with the first error of a charter that does not load.
std::shared_ptr<const Charter> load(std::string_view pattern);
// `pattern` with `from` replaced by `to`, which must be there.
std::string replaced(std::string_view pattern, std::string_view from, std::string_view to);

struct Say {                      // how a word differs from an ordinary one
  Duration signed_at{0};          // from now
  Duration not_after{12 * 3600};  // from now
  std::string deployment = "joint-autonomy";
  std::string institution = {};  // empty: the person's own
  std::string key = {};          // whose key signs; empty: the person's own
  std::string text = {};         // empty: the command's own
  std::string delegator = {};    // in whose place; empty: his own
};

struct Hand {               // how a delegation differs from an ordinary one
  Duration until{3600};     // from now
  Duration signed_at{0};    // from now
  Duration not_after{600};  // from now
  std::string deployment = "joint-autonomy";
  std::string key = {};          // whose key signs; empty: the delegator's own
  std::string institution = {};  // of both; empty: their own
};

class Deployment {
 public:
  explicit Deployment(std::string_view charter_pattern, bool open = true);

  const Charter& charter() const { return *charter_; }
  std::shared_ptr<const Charter> shared_charter() const { return charter_; }
  const Ledger& ledger() const { return *ledger_; }
  Ledger& ledger_to_misuse() { return *ledger_; }
  const std::vector<std::string>& entries() const { return entries_; }

  Time now{1780300800};  // 2026-06-01T08:00:00Z
  void pass(Duration duration) { now = now + duration; }

  // Decides at `now`, and records what is to be recorded. Checks that the entry reads back as
  // itself.
  Decision decide_and_record(const Intent& intent);

  // A request by `principal`, with a new id and the last checkpoint.
  intent::Propose request(std::string_view principal, std::string_view endpoint,
                          std::string_view method, std::string_view target, std::string body);
  intent::Propose strike(std::string_view principal, const std::vector<std::string>& systems,
                         std::string_view objective = "grid 31U FQ 123");
  // Proposes and returns the id; the proposal must be granted.
  std::string held(const intent::Propose& propose);

  VerifiedWord word(WordKind kind, std::string_view person, std::string_view id,
                    const Say& say = {});
  Decision approve(std::string_view person, std::string_view id, const Say& say = {});
  Decision veto(std::string_view person, std::string_view id, const Say& say = {});
  VerifiedDelegation delegation(std::string_view from, std::string_view to,
                                const std::vector<std::string>& classes, const Hand& hand = {});
  Decision delegate(std::string_view from, std::string_view to,
                    const std::vector<std::string>& classes = {"strike"}, const Hand& hand = {});
  // Claims with what claimable() finds; it must find something.
  Decision claim(std::string_view id);
  // A claim of one class by these approvers, by slot.
  intent::Claim assigned(std::string_view id, std::string_view klass,
                         const std::vector<std::string>& approvers, std::uint32_t branch = 0) const;
  // brandt, farouk and duarte approve a strike, one delay passes, and it is claimed.
  Decision approve_and_claim(std::string_view id);

 private:
  std::shared_ptr<const Charter> charter_;
  std::unique_ptr<Ledger> ledger_;
  Extractor extractor_;
  std::vector<std::string> entries_;
  Tree tree_;
  std::uint64_t next_id_ = 1;
};

std::vector<std::string> codes(const std::vector<Reason>& reasons);
bool has(const std::vector<Reason>& reasons, std::string_view code);
bool is_granted(const Decision& decision);
bool is_refused(const Decision& decision, std::string_view code);
bool is_unchanged(const Decision& decision);

}  // namespace keyturn::testing
