// AuthorityMeters: what the sequencer's thread has to tell: what was decided, what is held and for
// how long, the largest shares, the journal.
//
// It stands before the holds as the sequencer's observer and passes everything on. No person,
// principal, token or command is ever a label: limits, pools and classes are, by their names in the
// charter. Thread rule: observers and refresh() on the sequencer's thread, write() on any.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/authority/agenda.h"
#include "gateway/authority/holds.h"
#include "gateway/authority/sequencer.h"
#include "gateway/metrics/meter.h"
#include "gateway/metrics/text.h"

namespace keyturn {

inline constexpr Bounds<14> hold_bounds = [] {
  using std::chrono::seconds;
  return Bounds<14>{seconds{1},     seconds{5},     seconds{15},     seconds{30},    seconds{60},
                    seconds{120},   seconds{300},   seconds{600},    seconds{1'200}, seconds{1'800},
                    seconds{3'600}, seconds{7'200}, seconds{14'400}, seconds{86'400}};
}();
inline constexpr Bounds<12> append_bounds = [] {
  using std::chrono::microseconds;
  return Bounds<12>{microseconds{100},     microseconds{250},     microseconds{500},
                    microseconds{1'000},   microseconds{2'500},   microseconds{5'000},
                    microseconds{10'000},  microseconds{25'000},  microseconds{50'000},
                    microseconds{100'000}, microseconds{500'000}, microseconds{2'500'000}};
}();

class AuthorityMeters : public SequencerObserver {
 public:
  AuthorityMeters(Holds& next, const Clock& clock) : next_(next), clock_(clock) {}

  void on_opened(const Ledger& ledger, Time now) override;
  void on_closed() override;
  void on_entry(const Ledger& ledger, const Entry& entry) override;
  void on_tick(const Ledger& ledger, Time now) override;
  void on_decided(const Intent& intent, const Decision& decision) override;
  void on_appended(std::chrono::nanoseconds took) override;

  // Looks at what only the ledger knows, at most once a second: a flood of questions costs the
  // decisions nothing.
  void refresh(const Ledger& ledger, Time now);
  void write(MetricsText& text) const;

 private:
  struct Held {
    Time proposed_at;
    std::vector<ClassId> classes;
    bool quorum = false;
  };
  // One limit's pool: the weight that the one who directs most of it directs.
  struct Concentration {
    std::uint64_t largest = 0, allowed = 0, registered = 0;
  };
  struct Snapshot {
    std::size_t awaiting_quorum = 0, awaiting_claim = 0, dispatched = 0, waiters = 0;
    std::map<std::string, std::uint64_t> quorum_missing;                          // by class
    std::map<std::pair<std::string, std::string>, Concentration> concentrations;  // pool, limit
    std::uint64_t entries = 0;
    Time last_at;
  };

  void look(const Ledger& ledger, const std::string& id, Time now);
  void write_holds(MetricsText& text, const Snapshot& seen) const;
  void write_shares(MetricsText& text, const Snapshot& seen) const;
  void write_journal(MetricsText& text, const Snapshot& seen) const;

  Holds& next_;
  const Clock& clock_;

  // The sequencer's thread alone.
  std::unordered_map<std::string, Held> held_;
  Agenda<Time> due_;  // held ones: look again then
  std::optional<Time> refreshed_at_;

  // One writer, the sequencer's thread.
  static constexpr std::size_t intents = 9, results = 3, limits = 6, endings = 5;
  Count decided_[intents][results];
  Count denials_[limits];
  Count outcomes_[3];
  Histogram<append_bounds.size()> appends_{append_bounds};
  Histogram<hold_bounds.size()> ended_[endings] = {
      Histogram<hold_bounds.size()>(hold_bounds), Histogram<hold_bounds.size()>(hold_bounds),
      Histogram<hold_bounds.size()>(hold_bounds), Histogram<hold_bounds.size()>(hold_bounds),
      Histogram<hold_bounds.size()>(hold_bounds)};

  mutable std::mutex mutex_;
  Snapshot snapshot_;  // protected by mutex_
};

}  // namespace keyturn
