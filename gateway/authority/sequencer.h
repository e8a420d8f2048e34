// Sequencer: the one thread on which everything gated is decided, journalled, and only then
// answered.
//
// It owns the working ledger [T10]. Intents are decided in the order they came, each on the ledger
// left by the one before [T4], at one time for the whole batch: max(clock, last entry's) [T1]; the
// batch is one append; nobody is answered before the append is durable [T7]. If the store fails,
// refuses or does not say what became of the append, the working ledger is thrown away and the
// journal is opened anew by the ordinary start, until that succeeds; meanwhile every intent is
// answered `unavailable` and passes go on [T5 T7]. After a conflict the same batch is decided again
// [T4].
//
// Thread rule: submit(), inspect() and post() from any thread; callbacks and observers run on the
// sequencer's thread, must not block, and must not throw.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gateway/authority/refusal_counts.h"
#include "gateway/journal/journal.h"
#include "gateway/world/clock.h"
#include "gateway/world/entropy.h"
#include "keyturn/result.h"
#include "policy/decide/decide.h"

namespace keyturn {

// Proof that a claim was granted and is in the journal: the dispatch of a gated request takes one,
// so forwarding what was not logged does not compile.
class LoggedDecision {
 public:
  const std::string& command() const { return command_; }
  std::uint64_t index() const { return index_; }
  Time at() const { return at_; }
  // Till when it directs systems; nullopt: it directs none.
  std::optional<Time> lease_until() const { return lease_until_; }

 private:
  friend class Sequencer;
  LoggedDecision(std::string command, std::uint64_t index, Time at, std::optional<Time> lease_until)
      : command_(std::move(command)), index_(index), at_(at), lease_until_(lease_until) {}
  std::string command_;
  std::uint64_t index_;
  Time at_;
  std::optional<Time> lease_until_;
};

struct Answer {
  Decision decision;
  std::uint64_t index =
      0;  // the entry; meaningless where the decision is `unchanged` or only counted
  Time at;
  std::optional<LoggedDecision> logged;  // of a granted claim
};

// The journal as the ordinary start leaves it.
struct OpenedJournal {
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Ledger> ledger;
};

class SequencerObserver {
 public:
  virtual ~SequencerObserver() = default;
  // After an ordinary start, the first one included: the ledger may differ from the one before.
  virtual void on_opened(const Ledger& ledger, Time now) = 0;
  // The ledger given before is no more; on_opened brings the next.
  virtual void on_closed() = 0;
  // An entry is durable and applied.
  virtual void on_entry(const Ledger& ledger, const Entry& entry) = 0;
  // At least every tick_ms, between batches.
  virtual void on_tick(const Ledger& ledger, Time now) = 0;
  // For the meters. A decision that is answered for: journalled, or a refusal that is only counted.
  virtual void on_decided(const Intent& intent, const Decision& decision) {
    (void)intent, (void)decision;
  }
  // An append that is ok, and how long it took.
  virtual void on_appended(std::chrono::nanoseconds took) { (void)took; }
};

class Sequencer {
 public:
  using Callback = std::function<void(const Result<Answer>&)>;
  using Open = std::function<Result<OpenedJournal>()>;
  using Inspect = std::function<void(const Ledger& ledger, const Journal& journal, Time now)>;
  static constexpr int tick_ms = 50;

  Sequencer(Clock& clock, Entropy& entropy, Open open, std::function<void(std::string_view)> alarm);
  ~Sequencer();  // stops
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  // Opens the journal and starts the thread. Errors: what the start refuses with.
  Result<void> start(SequencerObserver& observer);
  // Decides what was submitted, and what that submits in turn; writes what is only counted; ends
  // the thread. Idempotent.
  void stop();

  // A proposal's id, nonce, facts and digest come from the caller; its journal position is filled
  // in here [W2]. The callback gets an error only if nothing was decided: unavailable, too_large.
  void submit(Intent intent, Callback callback);
  // Runs `function` between two batches, on a ledger of durable entries alone; never while the
  // journal is closed: then `otherwise` runs instead. (After stop() it runs on the caller's own
  // thread.)
  void inspect(Inspect function, std::function<void()> otherwise);
  // Runs `function` on the sequencer's thread, whether the journal is open or not, in the order of
  // the calls of post and inspect. Dropped after stop().
  void post(std::function<void()> function);

  // Whether gated requests are being decided: the journal is open, the clock not behind it [T2].
  bool ready() const {
    return ready_.load(std::memory_order_acquire) && !retired_.load(std::memory_order_acquire);
  }
  // Readiness goes off for good, so that nobody new is sent here. Decisions go on until stop().
  void retire() { retired_.store(true, std::memory_order_release); }

 private:
  struct Item {
    // One of the three.
    Callback callback;  // of `intent`
    Inspect inspect;
    std::function<void()> posted;

    Intent intent = intent::Genesis{};
    std::function<void()> otherwise = {};  // of `inspect`
  };
  struct Decided {
    Item item;
    Answer answer;
    std::optional<Entry> entry;
    std::optional<Error> error;
    bool only_counted = false;
  };

  Result<void> begin_journal();
  void run();
  void round();
  bool push(Item& item);
  std::vector<Item> take();
  bool reopen();
  void close(const Result<Appended>& appended);
  void decide_batch(std::vector<Item> items);
  bool decide_once(std::vector<Item>& items);
  Decided decide_one(Item item, Time at, std::vector<std::string>& bytes);
  void answer(std::vector<Decided>& decided);
  std::vector<Item> take_back(std::vector<Decided> decided);
  void journal_counts(Time now, bool all);
  void fail(std::vector<Item>& items, const Error& error);
  bool clock_is_behind();

  // Constant after construction.
  Clock& clock_;
  Entropy& entropy_;
  const Open open_;
  const std::function<void(std::string_view)> alarm_;
  SequencerObserver* observer_ = nullptr;

  // The thread's own.
  OpenedJournal opened_;
  RefusalCounts refusals_;
  std::int64_t next_open_ms_ = 0;
  bool behind_ = false;

  std::mutex mutex_;
  // State below is protected by mutex_.
  std::condition_variable wake_;
  std::deque<Item> queue_;
  bool stopping_ = false;

  std::atomic<bool> ready_{false}, retired_{false};
  std::atomic<std::thread::id> runs_on_;
  std::thread thread_;
};

}  // namespace keyturn
