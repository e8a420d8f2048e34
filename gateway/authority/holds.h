// Holds: the requests that wait for their quorum, and the callers that wait for them.
//
// Identical requests of one principal attach to one held command; it is dispatched at most once,
// only after its claim is in the journal, and only while somebody waits for it. Holds survive a
// restart: they are rebuilt from the ledger and the filed bodies; a claim without an outcome then
// becomes `outcome unknown`, and nothing is ever sent a second time [W9].
//
// Thread rule: everything on the sequencer's thread (enter it through Sequencer::inspect). Waiters
// are told there too, and must only post to their own loop.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "gateway/authority/sequencer.h"
#include "gateway/journal/bodies.h"
#include "gateway/proxy/shared_answer.h"
#include "keys/secret.h"
#include "policy/request/facts.h"

namespace keyturn {

// A gated request as it was admitted and classified.
struct GatedRequest {
  std::string principal;
  Facts facts;
  std::string body;
};

// A final word of the gateway's own. `retry`: the same request may be sent again now.
struct Ending {
  unsigned status = 403;
  std::string code;
  std::string detail;
  std::vector<Reason> reasons;
  bool retry = false;
};

class Waiter {
 public:
  virtual ~Waiter() = default;
  // The command's id, and the unguessable part of its wait URL.
  virtual void held(const std::string& id, const std::string& ticket) = 0;
  virtual void ended(const Ending& ending) = 0;
  virtual void answered(std::shared_ptr<SharedAnswer> answer) = 0;
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
    std::int64_t answer_keep_ms = 120'000;  // how long an answer is kept for identical requests
  };
  Holds(Sequencer& sequencer, Bodies& bodies, Dispatcher& dispatcher, Entropy& entropy,
        Clock& clock, SecretBytes ticket_key, Options options,
        std::function<void(std::string_view)> alarm);
  ~Holds() override;

  // A gated request comes in: attached to the held command that it repeats, or proposed.
  void enter(const Ledger& ledger, GatedRequest request, std::shared_ptr<Waiter> waiter, Time now);
  // A caller comes back by the wait URL. False: no such hold of this principal.
  bool resume(const Ledger& ledger, const std::string& principal, std::string_view ticket,
              std::shared_ptr<Waiter> waiter, Time now);
  void leave(const Waiter* waiter);
  // The command behind a wait URL, if it is this principal's.
  std::optional<std::string> command_of(const std::string& principal,
                                        std::string_view ticket) const;
  std::size_t waiting() const { return waiting_on_.size(); }

  void on_opened(const Ledger& ledger, Time now) override;
  void on_entry(const Ledger& ledger, const Entry& entry) override;
  void on_tick(const Ledger& ledger, Time now) override;

 private:
  struct Hold {
    static constexpr std::int64_t never_ms = std::numeric_limits<std::int64_t>::max();
    enum class State : unsigned char {
      proposing,
      held,
      claiming,
      dispatched,
      ended
    } state = State::proposing;
    std::string id;
    std::string principal;
    Digest sameness;
    std::vector<std::shared_ptr<Waiter>> waiters;
    std::shared_ptr<SharedAnswer> answer;  // dispatched
    std::optional<Ending> ending;          // ended
    bool claim_refused = false;            // a refusal of its claim is in the journal already
    std::int64_t forget_at_ms = never_ms;  // monotonic
  };

  struct Filing {
    intent::Propose propose;
    BodyRecord record;
  };
  void file_and_propose();
  void proposed(const std::string& id, const Result<Answer>& answer);
  void attach(const Ledger& ledger, Hold& hold, std::shared_ptr<Waiter> waiter, Time now);
  void evaluate(const Ledger& ledger, Hold& hold, Time now);
  void try_claim(const Ledger& ledger, Hold& hold, const Command& command, Time now);
  void claimed(const std::string& id, const Result<Answer>& answer);
  void dispatch(Hold& hold, const LoggedDecision& decision);
  void outcome(const std::string& id, const intent::Outcome& outcome);
  void end(Hold& hold, Ending ending, std::int64_t keep_ms);
  void keep_for(Hold& hold, std::int64_t ms);
  void forget(const std::string& id);
  void restore(const Ledger& ledger, const Command& command, Time now);
  std::string ticket(const std::string& id) const;
  std::string new_id();
  std::int64_t keep_until_expiry_ms(const Command& command, Time now) const;

  Sequencer& sequencer_;
  Bodies& bodies_;
  Dispatcher& dispatcher_;
  Entropy& entropy_;
  Clock& clock_;
  const SecretBytes ticket_key_;
  const Options options_;
  const std::function<void(std::string_view)> alarm_;

  std::unordered_map<std::string, Hold> by_id_;
  std::unordered_map<Digest, std::string> by_sameness_;
  std::unordered_map<std::string, std::string> by_ticket_;
  std::unordered_map<const Waiter*, std::string> waiting_on_;
  std::vector<Filing> filings_;                      // proposals of this round
  std::multimap<Time, std::string> due_;             // look at this hold then
  std::multimap<std::int64_t, std::string> forget_;  // by monotonic milliseconds
  const Ledger* ledger_ = nullptr;                   // valid while the sequencer calls us
};

}  // namespace keyturn
