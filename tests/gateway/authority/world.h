// A gateway without a network: charter, journal in memory, bodies, sequencer and holds, with a
// clock that stands still, seeded randomness, endpoints that answer when told, and a store that
// fails when told. What survives a process (store, bodies) survives restart().
#pragma once

#include <doctest/doctest.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/authority/holds.h"
#include "gateway/journal/memory.h"
#include "gateway/metrics/authority_meters.h"
#include "policy/request/extract.h"
#include "tests/gateway/journal/samples.h"

namespace keyturn::testing {

// Waits until `holds` is true; false after twenty seconds, so that a failure is no hang.
bool eventually(const std::function<bool()>& holds);

// What the next appends and opens do. Thread-safe; shared by all openings of one world.
class Faults {
 public:
  enum class Append { ok, refused, lost, lost_but_persisted, conflict };
  void next_appends(std::vector<Append> appends);
  void opens_fail(bool fail);
  Append take_append();
  bool open_fails() const;
  std::size_t left() const;

 private:
  mutable std::mutex mutex_;
  std::deque<Append> appends_;
  bool open_fails_ = false;
};

class Alarms {
 public:
  void add(std::string_view line);
  std::size_t count(std::string_view part) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// An endpoint that answers when the test says so. Thread-safe.
class FakeEndpoint : public Dispatcher {
 public:
  struct Flight {
    std::string command;
    BodyRecord record;
    std::shared_ptr<SharedAnswer> answer;
    std::function<void(intent::Outcome)> done;
  };
  std::shared_ptr<SharedAnswer> dispatch(const LoggedDecision& decision, const BodyRecord& record,
                                         std::function<void(intent::Outcome)> done) override;
  std::size_t sent() const;
  std::size_t sent(const std::string& command) const;
  // The newest dispatch of this command gets its answer.
  void answer(const std::string& command, unsigned status = 200, std::string_view body = {});
  void fail(const std::string& command, intent::Outcome::Kind kind);

 private:
  Flight newest(const std::string& command) const;
  mutable std::mutex mutex_;
  std::vector<Flight> sent_;
};

// A caller who writes down what he is told. Thread-safe.
class Caller : public Waiter {
 public:
  void held(const HoldName& name) override;
  void ended(const HoldName& name, const Ending& ending) override;
  void answered(const HoldName& name, std::shared_ptr<SharedAnswer> answer) override;
  void dismissed(const HoldName& name) override;

  std::string id() const;
  std::string ticket() const;
  // `vetoed`, …; `answered`; `dismissed`; empty while he waits.
  std::string told() const;
  Ending ending() const;
  int last_words() const;  // how many he was told: never more than one

 private:
  mutable std::mutex mutex_;
  HoldName name_;
  std::vector<Ending> endings_;
  int answers_ = 0, dismissals_ = 0;
};

// Everything above one store and one folder of bodies.
class World {
 public:
  // Instead of the fake endpoint.
  using MakeDispatcher =
      std::function<std::unique_ptr<Dispatcher>(std::shared_ptr<const Charter> charter)>;
  explicit World(std::string_view charter_pattern, const MakeDispatcher& make_dispatcher = {});
  ~World();

  // A process ends and another starts.
  void stop();
  Result<void> start();
  void restart();

  const Charter& charter() const { return *charter_; }
  std::shared_ptr<const Charter> shared_charter() const { return charter_; }
  Sequencer& sequencer() { return *sequencer_; }
  Holds& holds() { return *holds_; }
  AuthorityMeters& meters() { return *meters_; }
  Bodies& bodies() { return *bodies_; }
  std::shared_ptr<MemoryStore> store() { return store_; }
  Sequencer::Open opener();

  GatedRequest request(std::string_view principal, std::string_view endpoint,
                       std::string_view target, std::string body,
                       std::string_view idempotency_key = {});
  GatedRequest strike(std::string_view principal, const std::vector<std::string>& systems);
  // Nobody is directed; haddad and eriksen together are its quorum, without a delay.
  GatedRequest ask(std::string_view principal = "planner-7", std::string_view question = "why?",
                   std::string_view idempotency_key = {});

  std::shared_ptr<Caller> enter(GatedRequest request);
  // Enters, and waits until it is held.
  std::shared_ptr<Caller> hold(GatedRequest request);
  std::shared_ptr<Caller> resume(const std::string& principal, const std::string& ticket);
  void leave(const std::shared_ptr<Caller>& caller);

  Result<Answer> submit(Intent intent);
  VerifiedWord word(WordKind kind, std::string_view person, const std::string& id);
  Result<Answer> approve(std::string_view person, const std::string& id);
  Result<Answer> veto(std::string_view person, const std::string& id);

  // Runs on the sequencer's thread and waits; false while the journal is closed.
  bool look(const std::function<void(const Ledger&)>& function);
  // As many rounds of the sequencer as any chain of steps of the holds takes.
  void rounds(int count = 8);
  Holds::Count counts();
  Command::State state(const std::string& id);
  std::optional<intent::Outcome> outcome(const std::string& id);

  // All entries, decided again from the first [T9]; the digest of the ledger that they lead to.
  Digest replayed(std::vector<Entry>* entries = nullptr) const;
  Digest ledger_digest();

  ManualClock clock{Time{1780300800}};  // 2026-06-01T08:00:00Z
  Faults faults;
  Holds::Options options;  // of the next start
  Alarms alarms;
  FakeEndpoint endpoint;

 private:
  const std::shared_ptr<const Charter> charter_;
  const Extractor extractor_;
  SeededEntropy entropy_{11};
  const journal_tests::TemporaryFolder folder_;
  const std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
  std::unique_ptr<Bodies> bodies_;
  std::unique_ptr<Dispatcher> dispatcher_;  // null: the fake endpoint
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<Holds> holds_;
  std::unique_ptr<AuthorityMeters> meters_;
};

}  // namespace keyturn::testing
