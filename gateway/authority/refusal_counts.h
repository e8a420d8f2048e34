// RefusalCounts: which refusals get an entry of their own, and how many are only counted [T7]. A
// flood of one principal's refusals would fill the journal; beyond
// refusals_journalled_per_minute_max in a minute they become one entry with their number. They
// change nothing, so only their texts are lost.
//
// Promises: what was counted and not drained yet is never forgotten. Thread rule: the sequencer's
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "keyturn/time.h"
#include "policy/ledger/intent.h"

namespace keyturn {

class RefusalCounts {
 public:
  // Whose refusal it would be; empty: of nobody in particular, always an entry.
  static std::string principal_of(const Intent& intent);

  // One more refusal of `principal` at `at`. True: it gets an entry; false: it was only counted.
  bool gets_entry(const std::string& principal, Time at);
  // The refusal was not answered after all: what gets_entry() said is taken back.
  void take_back(const std::string& principal, bool had_entry);

  // The counts whose minute is over, or all; at most `most` of them. Each is to be journalled, or
  // given back.
  std::vector<intent::Refusals> drain(Time now, bool all, std::size_t most);
  void give_back(const intent::Refusals& refusals, Time now);

 private:
  struct Window {
    Time from;
    std::uint64_t entries = 0;
    std::uint64_t counted = 0;
  };
  std::map<std::string, Window> windows_;  // of principals that were refused in the last minute
};

}  // namespace keyturn
