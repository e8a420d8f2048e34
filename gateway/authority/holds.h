// Holds: the requests that wait for their quorum, and the callers that wait for them.
//
// Identical requests of one principal attach to one held command; it is dispatched at most once,
// only after its claim is in the journal, and only while somebody waits for it. Holds survive a
// restart: they are rebuilt from the ledger and the filed bodies; a claim without an outcome then
// becomes `outcome unknown`, and nothing is ever sent a second time [W9].
//
// Files: holds.cc how a request is held and claimed; holds_send.cc what follows a claim;
// holds_open.cc what a start finds; holds_wait.cc what those who wait are told meanwhile.
// Thread rule: everything on the sequencer's thread (enter it through Sequencer::inspect or post).
// Waiters are told there too, and must only post to their own loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/authority/agenda.h"
#include "gateway/authority/ending.h"
#include "gateway/authority/kept_answers.h"
#include "gateway/authority/sequencer.h"
#include "gateway/journal/bodies.h"
#include "gateway/proxy/shared_answer.h"
#include "keys/secret.h"
#include "keyturn/limits.h"
#include "policy/request/facts.h"

namespace keyturn {

// A gated request as it was admitted and classified.
struct GatedRequest {
  std::string principal;
  Facts facts;
  std::string body;
};

// By what a command is known to its caller; empty where nothing came to be held.
struct HoldName {
  std::string id;
  std::string ticket;  // the unguessable part of its wait URL
};

// How a held command stands, for its caller: what is wanting, never who could supply it [P1].
struct HoldStatus {
  enum class State : unsigned char {
    held,        // it wants something yet
    authorized,  // a claim would pass now
    sent
  } state = State::held;
  std::optional<Time> expires;
  std::optional<Time> from;  // the quorum is there, and its delay runs till then
  std::vector<Reason> wanting;
};

class Waiter {
 public:
  virtual ~Waiter() = default;
  // Whether a command may be sent for this one. Any thread.
  virtual bool waits() const { return true; }
  // It is in the journal, and wants its quorum.
  virtual void held(const HoldName& name) = 0;
  // One of the three, once, and nothing after it.
  virtual void ended(const HoldName& name, const Ending& ending) = 0;
  virtual void answered(const HoldName& name, std::shared_ptr<SharedAnswer> answer) = 0;
  // The gateway stops. It is held, and the next process finds it by its wait URL, and by the same
  // request.
  virtual void dismissed(const HoldName& name) = 0;
};

// Sends one claimed command to its endpoint, exactly once. A LoggedDecision cannot be had otherwise
// than from the journal.
class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  // `done` may come on any thread.
  virtual std::shared_ptr<SharedAnswer> dispatch(const LoggedDecision& decision,
                                                 const BodyRecord& record,
                                                 std::function<void(intent::Outcome)> done) = 0;
};

class Holds : public SequencerObserver {
 public:
  struct Options {
    std::int64_t response_keep_ms = 120'000;  // how long an answer is kept for identical requests
    std::uint64_t response_bytes_max = responses_kept_bytes_max;  // and how much of all of them
  };
  Holds(Sequencer& sequencer, Bodies& bodies, Dispatcher& dispatcher, Entropy& entropy,
        Clock& clock, SecretBytes ticket_key, Options options,
        std::function<void(std::string_view)> alarm);
  ~Holds() override;  // after Sequencer::stop()

  // A gated request comes in: attached to the held command that it repeats, or proposed.
  void enter(const Ledger& ledger, GatedRequest request, std::shared_ptr<Waiter> waiter, Time now);
  // A caller comes back by the wait URL. False: no such hold of this principal.
  bool resume(const Ledger& ledger, const std::string& principal, std::string_view ticket,
              std::shared_ptr<Waiter> waiter, Time now);
  // Also while the journal is closed: nothing is sent for those who left meanwhile.
  void leave(const Waiter* waiter);
  // The command behind a wait URL, if it is this principal's.
  std::optional<std::string> command_of(const std::string& principal,
                                        std::string_view ticket) const;

  // The caller's own question. By the id, once he was told it.
  HoldStatus status(const Ledger& ledger, const std::string& id, Time now) const;
  // The gateway stops: nothing is claimed from here on, and whoever waits for a command that is not
  // claimed is sent on. All of them stay held.
  void dismiss();

  // For metrics and tests: who waits, what is remembered, what is yet to be looked at.
  struct Count {
    std::size_t waiters = 0, holds = 0, tickets = 0, moments = 0, outcomes = 0;
    std::uint64_t kept_bytes = 0;
  };
  Count count() const;
  // From now on.
  void use(Options options) { options_ = options; }

  void on_opened(const Ledger& ledger, Time now) override;
  void on_closed() override { ledger_ = nullptr; }
  void on_entry(const Ledger& ledger, const Entry& entry) override;
  void on_tick(const Ledger& ledger, Time now) override;

 private:
  struct Hold {
    enum class State : unsigned char {
      proposing,   // on its way into the journal
      held,        // in the ledger
      claiming,    // its claim is on its way
      dispatched,  // sent, once; `answer` is there
      ended        // `ending` is there
    } state = State::proposing;
    std::string id;
    std::string principal;
    Digest sameness;
    Time expires;  // from held on
    std::vector<std::shared_ptr<Waiter>> waiters;
    std::shared_ptr<SharedAnswer> answer;
    std::optional<Ending> ending;
    bool claim_refused = false;  // a refusal of its claim is in the journal already
  };
  struct Filing {
    intent::Propose propose;
    BodyRecord record;
  };
  // What became of a command, until it is in the journal.
  struct Report {
    intent::Outcome outcome;
    bool submitted = false;
  };

  Hold& add(const std::string& id, const BodyRecord& record);
  void file_and_propose();
  void proposed(const std::string& id, const Digest& request, const Result<Answer>& answer);
  void erase_refused();
  void attach(const Ledger& ledger, Hold& hold, std::shared_ptr<Waiter> waiter, Time now);
  void evaluate(const Ledger& ledger, Hold& hold, Time now);
  void look_at_all(Time now);  // soon, at every hold that is held
  Time try_claim(const Ledger& ledger, Hold& hold, const Command& command, Time now);
  void claimed(const std::string& id, const Result<Answer>& answer);
  HoldName name_of(const Hold& hold) const;
  static bool somebody_waits(const Hold& hold);
  void send_on(Hold& hold);
  void tell_ended(Hold& hold, const Ending& ending);
  void end(Hold& hold, Ending ending, std::int64_t keep_ms);
  void let_go(const Hold& hold);
  void forget(const std::string& id);
  std::int64_t until_expiry_ms(const Hold& hold) const;
  std::int64_t now_ms() const { return clock_.monotonic().count(); }

  void dispatch(Hold& hold, const LoggedDecision& decision);
  void outcome(const intent::Outcome& outcome);
  void report_outcomes();
  void reported(const std::string& id, const Result<Answer>& answer);

  Hold* restore(const Ledger& ledger, const Command& command);
  void settle(const Ledger& ledger, const Command& command);

  Sequencer& sequencer_;
  Bodies& bodies_;
  Dispatcher& dispatcher_;
  Entropy& entropy_;
  Clock& clock_;
  const SecretBytes ticket_key_;
  Options options_;
  const std::function<void(std::string_view)> alarm_;

  std::unordered_map<std::string, Hold> by_id_;
  // INVARIANT: names a hold to which an identical request attaches; the others cannot be found so.
  std::unordered_map<Digest, std::string> by_sameness_;
  std::unordered_map<std::string, std::string> by_ticket_;
  std::unordered_map<const Waiter*, std::string> waiting_on_;
  std::vector<Filing> filings_;         // proposals of this round
  std::vector<Digest> refused_bodies_;  // filed for proposals that were refused
  std::map<std::string, Report> outcomes_;
  Agenda<Time> due_;             // held ones: look again then
  Agenda<std::int64_t> forget_;  // ended and answered ones, by monotonic milliseconds
  KeptAnswers kept_;             // answered ones
  bool dismissing_ = false;
  std::int64_t erase_ms_ = 0, report_ms_ = 0;  // not before, by monotonic milliseconds
  const Ledger* ledger_ = nullptr;             // null while the journal is closed
};

}  // namespace keyturn
