// Ledger: the state that all decisions are made on; a fold of events [T9 T10]. Only apply() changes
// it.
//
// Liveness of leases, approvals and commands follows from intervals and the asked time, never from
// entries that say "expired" [T3]. Errors of apply leave it as it was. Not thread-safe: the
// sequencer owns the working one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "keyturn/digest.h"
#include "keyturn/time.h"
#include "policy/charter/charter.h"
#include "policy/ledger/freezes.h"
#include "policy/ledger/intent.h"
#include "policy/ledger/recorded_word.h"
#include "policy/people/closure.h"
#include "policy/share/system_set.h"

namespace keyturn {

// One person's word that another may approve in his place [I2 c].
struct RecordedDelegation {
  std::uint64_t index = 0;  // the entry
  PersonId delegator, delegate;
  std::vector<ClassId> classes;  // sorted; empty: it ended the ones before
  Time at;                       // the entry's
  Time until;
  Time signed_at;
  Digest text;
};

struct Command {
  enum class State : unsigned char { held, cancelled, vetoed, claimed } state = State::held;
  std::string id;
  std::uint64_t index = 0;  // the proposal's entry
  PrincipalRef principal;
  std::vector<ClassId> classes;  // sorted
  SystemSet systems;
  std::string systems_text;  // as in the text
  Windows windows;           // combined over the classes [C4]
  Time proposed_at, expires;
  std::string text;
  Digest text_digest;
  Digest request;
  Nonce nonce{};
  std::vector<RecordedWord> approvals;  // one a person, by entry
  std::vector<RecordedWord> vetoes;
  // After the claim:
  Time claimed_at;
  std::vector<PersonId> counted;  // approvers that the claim assigned; sorted, distinct
  std::optional<intent::Outcome> outcome;
  // INVARIANT: whoever is in `withdrawals` is in `approvals` never again, nor is his hand [Q5].
  std::vector<RecordedWord> withdrawals;
  std::vector<RecordedWord> recalls;
  std::optional<std::size_t> lease;        // in Ledger::leases(), where the command directs
  std::optional<intent::Stopped> stopped;  // what became of the last stop order
  std::uint64_t stopped_index = 0;         // its entry

  bool held_at(Time at) const { return state == State::held && at < expires; }
};

struct Lease {
  std::uint64_t index = 0;  // the claim's entry
  std::string command;
  std::vector<PersonId> charged;     // sorted [S3]
  InstitutionId institution;         // the initiator's
  std::optional<ProviderId> agents;  // the provider of the agent that sent it
  std::vector<PersonId> approvers;
  SystemSet systems;
  Time from, until;              // as the claim says
  std::optional<Time> released;  // the entry's time; by the effector alone [S2]
  std::uint64_t released_index = 0;
  // INVARIANT: later than any effector acts, whose clock may be lease_grace_seconds late, unless
  // the effector itself said that it acts no more [S2].
  Time charged_until() const;
  // Whether it counts at `at`, looking `over` back: [from, charged_until) meets (at - over, at]
  // [S4].
  bool counts_at(Time at, Duration over) const { return from <= at && charged_until() > at - over; }
  // The same as of the journal's first `as_of_size` entries, which may be before the release [W2].
  bool counts_at(Time at, Duration over, std::uint64_t as_of_size) const;
};

class Ledger {
 public:
  explicit Ledger(std::shared_ptr<const Charter> charter);

  const Charter& charter() const { return *charter_; }
  std::uint64_t size() const { return size_; }  // entries folded
  Time last_at() const { return last_at_; }
  bool opened() const { return opened_; }  // a genesis was accepted

  const Command* find(std::string_view id) const;
  // Held commands, oldest first, by their proposal's entry; an expired one leaves with the next
  // entry after its time, so ask held_at.
  const std::map<std::uint64_t, const Command*>& held() const { return held_; }
  const std::vector<Lease>& leases() const { return leases_; }
  // Held, unexpired commands of one initiator at `at`.
  std::vector<const Command*> pending_of(PersonId initiator, Time at) const;
  std::uint64_t pending_count(Time at) const;
  // Commands that were claimed and have no outcome yet, by id.
  const std::set<std::string>& unfinished() const { return unfinished_; }
  // Every freeze there was, by entry [A4].
  const std::vector<Freeze>& freezes() const { return freezes_; }
  const Freeze* find_freeze(std::string_view id) const;
  // Commands that a veto stopped, or whose outcome is `unknown`, and that would not have expired at
  // `at`, by their entry: until then an identical request is told so, and proposes nothing [W9].
  // Looks at every command: for a start.
  std::vector<const Command*> over_before_expiry(Time at) const;

  const std::vector<RecordedDelegation>& delegations() const { return delegations_; }
  // The newest of one person to another, over or not; null: none.
  const RecordedDelegation* delegation(PersonId delegator, PersonId delegate) const;
  // Whether `delegate` may sign in the place of `delegator` in all of `classes` (sorted) at `at`.
  bool may_act_for(PersonId delegate, PersonId delegator, const std::vector<ClassId>& classes,
                   Time at) const;
  // Whom a lease that begins at `at` charges: the initiator, and everyone whose delegate he is, or
  // whose delegate's delegate; sorted [S3].
  std::vector<PersonId> charged_for(PersonId initiator, Time at) const;
  // The charter's closure with every delegation that ran at any time in [from, until].
  std::shared_ptr<const Closure> closure_between(Time from, Time until) const;

  // The one way to change it. `entry` was decided on this ledger, or read from the journal and
  // compared with what decide gives. Errors (corrupt) mean that the entry does not fit.
  Result<void> apply(const Entry& entry);

  // One canonical text of the whole state, sorted, independent of how it was reached; and its
  // digest.
  std::string serialise() const;
  Digest digest() const;

  // Leases that may matter to a subject (newest last), by index into leases(). Of a span: those
  // that charge the person or anyone under his command [S4].
  const std::vector<std::size_t>& leases_of_person(PersonId person) const;
  const std::vector<std::size_t>& leases_of_span(PersonId person) const;
  const std::vector<std::size_t>& leases_of_institution(InstitutionId institution) const;
  const std::vector<std::size_t>& leases_of_provider(ProviderId provider) const;
  const std::vector<std::size_t>& leases_approved_by(PersonId person) const;

 private:
  friend struct LedgerFold;
  using LeaseIndex = std::unordered_map<std::uint32_t, std::vector<std::size_t>>;

  std::shared_ptr<const Charter> charter_;
  // The state itself: all that serialise() writes and decisions rest on.
  std::uint64_t size_ = 0;
  Time last_at_;
  bool opened_ = false;
  std::unordered_map<std::string_view, std::unique_ptr<Command>> commands_;  // by Command::id
  std::vector<Lease> leases_;
  std::vector<Freeze> freezes_;
  std::vector<RecordedDelegation> delegations_;  // by entry
  // Derived from it, to be quick.
  std::map<std::uint64_t, const Command*> held_;
  std::set<std::pair<Time, std::uint64_t>> expiries_;  // of held_
  std::unordered_map<std::uint32_t, std::vector<const Command*>>
      pending_;  // of held_, by initiator
  std::set<std::string> unfinished_;
  LeaseIndex by_person_, by_span_, by_institution_, by_provider_, by_approver_;
  // The closure asked for last: delegations change seldom.
  mutable std::vector<DelegationEdge> closure_edges_;
  mutable std::shared_ptr<const Closure> closure_cache_;
};

}  // namespace keyturn
