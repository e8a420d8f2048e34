// decide: the one function that says what may happen [T1 T4 T9]. Pure: charter (the ledger's),
// ledger, intent and the entry's time in; events out. No I/O, no clock, no randomness, no globals.
// The gateway, the countersigners, the auditor's replay and the exercises all run this.
#pragma once

#include <string>
#include <vector>

#include "policy/ledger/intent.h"
#include "policy/ledger/ledger.h"

namespace keyturn {

struct Decision {
  enum class Kind : unsigned char {
    granted,    // events say what
    refused,    // the one event is Refused
    unchanged,  // a duplicate: nothing new to record, answered as before
  } kind = Kind::refused;
  std::vector<Event> events;

  const std::vector<Reason>& reasons() const;  // of a refusal; else empty
};

Decision decide(const Ledger& ledger, const Intent& intent, Time at);

// When, at the earliest, a claim of this held command could pass as things stand: a quorum's worth
// of approvals, each journalled by t - delay [Q4]; nullopt: no quorum. With it, the assignments to
// claim with.
struct Claimable {
  Time from;
  Time until;  // execute window, not-after of the approvals, expiry: the first to end
  std::vector<intent::ClassAssignment> assignments;
};
std::optional<Claimable> claimable(const Ledger& ledger, const Command& command, Time at);

// What the command still lacks, for people: unmet terms, running delay, vetoes, freezes, limits.
std::vector<Reason> outstanding(const Ledger& ledger, const Command& command, Time at);

// The lift of this freeze, if the approvals of lifting it are a quorum as things stand.
std::optional<intent::Lift> liftable(const Ledger& ledger, const Freeze& freeze, Time at);
// What lifting it still lacks, in the words of its block; empty: nothing.
std::vector<Reason> unlifted(const Ledger& ledger, const Freeze& freeze, Time at);

}  // namespace keyturn
