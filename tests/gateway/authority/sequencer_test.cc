#include "gateway/authority/sequencer.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "gateway/authority/names.h"
#include "keyturn/limits.h"
#include "policy/ledger/replay.h"
#include "tests/gateway/authority/world.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

// A cancellation of nothing: always refused, and by whom is known.
intent::Cancel refused_by(const std::string& principal) {
  return {"01JD8Z00000000000000000000", principal};
}

std::vector<Entry> entries_of(const World& world) {
  std::vector<Entry> entries;
  (void)world.replayed(&entries);
  return entries;
}

std::uint64_t journal_size(World& world) { return world.store()->size().value(); }

template <class What>
std::vector<What> intents_in(const World& world) {
  std::vector<What> out;
  for (const Entry& entry : entries_of(world)) {
    if (const auto* one = std::get_if<What>(&entry.intent)) out.push_back(*one);
  }
  return out;
}

}  // namespace

TEST_CASE("the first entry of a journal names its charter, and later starts add none [T11]") {
  World world(defence);
  world.restart();
  const std::vector<Entry> entries = entries_of(world);
  REQUIRE(entries.size() == 1);
  CHECK(std::get<intent::Genesis>(entries[0].intent).charter == world.charter().digest);
}

TEST_CASE("a start under another charter than the journal's is refused [T11]") {
  World world(defence);
  world.stop();
  std::string other(defence);
  other.replace(other.find("version 1"), 9, "version 2");
  World second(other);
  Sequencer::Open open = [&]() -> Result<OpenedJournal> {
    Replayer replayer(second.shared_charter(), Domain::live);
    OpenedJournal opened;
    class Shared final : public Store {
     public:
      explicit Shared(std::shared_ptr<MemoryStore> inner) : inner_(std::move(inner)) {}
      Result<Appended> append(const Append& one) override { return inner_->append(one); }
      Result<void> read(std::uint64_t from, std::uint64_t to,
                        const EntrySink& sink) const override {
        return inner_->read(from, to, sink);
      }
      Result<std::uint64_t> size() const override { return inner_->size(); }
      Result<Digest> node(std::uint8_t level, std::uint64_t index) const override {
        return inner_->node(level, index);
      }
      Result<std::string> checkpoint() const override { return inner_->checkpoint(); }
      Result<Counts> count() const override { return inner_->count(); }

     private:
      std::shared_ptr<MemoryStore> inner_;
    };
    TRY(opened.journal,
        Journal::open_on(std::make_unique<Shared>(world.store()), std::nullopt,
                         journal_origin(second.charter().name), test_key("journal"),
                         [&](std::string_view entry) { return replayer.next(entry); }));
    opened.ledger = std::move(replayer).take_ledger();
    return opened;
  };
  SeededEntropy entropy(1);
  Sequencer sequencer(second.clock, entropy, open, [](std::string_view) {});
  const auto started = sequencer.start(second.holds());
  REQUIRE_FALSE(started.ok());
  CHECK(started.error().code == Code::corrupt);
  CHECK_FALSE(sequencer.ready());
}

TEST_CASE("an entry's time never goes back, though the clock does [T1] T15") {
  World world(defence);
  const Time start = world.clock.now();
  world.clock.advance(Duration{100});
  CHECK(world.submit(refused_by("okafor"))->at == start + Duration{100});
  world.clock.set(start + Duration{96});
  CHECK(world.submit(refused_by("okafor"))->at == start + Duration{100});
  world.clock.set(start + Duration{101});
  CHECK(world.submit(refused_by("okafor"))->at == start + Duration{101});
  Time last{0};
  for (const Entry& entry : entries_of(world)) {
    CHECK(entry.at >= last);
    last = entry.at;
  }
}

TEST_CASE(
    "a clock more than five seconds behind decides nothing, alarms once and is not ready [T2] "
    "T15") {
  World world(defence);
  const Time start = world.clock.now();
  world.clock.advance(Duration{100});
  REQUIRE(world.submit(refused_by("okafor")).ok());
  const std::uint64_t size = journal_size(world);
  world.clock.set(start + Duration{95});
  world.rounds();
  CHECK(world.sequencer().ready());
  world.clock.set(start + Duration{94});
  // Nothing has to be sent for that: nobody sends to a gateway that is not ready.
  CHECK(eventually([&] { return !world.sequencer().ready(); }));
  for (int i = 0; i < 3; ++i) {
    const auto answer = world.submit(refused_by("okafor"));
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == Code::unavailable);
  }
  CHECK(journal_size(world) == size);
  CHECK(world.alarms.count("behind the journal's last entry") == 1);

  SUBCASE("set right, it is ready again before anybody asks") {
    world.clock.set(start + Duration{101});
    CHECK(eventually([&] { return world.sequencer().ready(); }));
    CHECK(world.submit(refused_by("okafor")).ok());
  }
  SUBCASE("a start with it serves, and is not ready") {
    world.restart();
    CHECK_FALSE(world.sequencer().ready());
    CHECK_FALSE(world.submit(refused_by("okafor")).ok());
  }
  SUBCASE("what is asked of the ledger is still answered") {
    CHECK(world.look([](const Ledger&) {}));
  }
}

TEST_CASE(
    "an append that fails answers everybody with an error, and the ledger is the store's [T5 T10] "
    "T27 T28") {
  World world(defence);
  const std::uint64_t before = journal_size(world);
  Faults::Append fault = Faults::Append::refused;
  std::uint64_t kept = 0;
  Code code = Code::unavailable;
  SUBCASE("refused") {}
  SUBCASE("lost") {
    fault = Faults::Append::lost;
    code = Code::unknown;
  }
  SUBCASE("lost, but persisted") {
    fault = Faults::Append::lost_but_persisted;
    code = Code::unknown;
    kept = 2;
  }
  world.faults.next_appends({fault});
  // One batch: both are submitted from within one round.
  std::atomic<int> answers{0};
  std::atomic<int> right{0};
  REQUIRE(world.look([&](const Ledger&) {
    for (int i = 0; i < 2; ++i) {
      world.sequencer().submit(refused_by("okafor"), [&](const Result<Answer>& answer) {
        if (!answer.ok() && answer.error().code == code) ++right;
        ++answers;
      });
    }
  }));
  CHECK(eventually([&] { return answers == 2; }));
  CHECK(right == 2);
  CHECK(world.faults.left() == 0);
  CHECK(eventually([&] { return world.sequencer().ready(); }));
  CHECK(journal_size(world) == before + kept);
  CHECK(world.ledger_digest() == world.replayed());
  CHECK(world.alarms.count("an append to the journal failed") == 1);
  const auto again = world.submit(refused_by("okafor"));
  REQUIRE(again.ok());
  CHECK(again->index == before + kept);
  CHECK(world.ledger_digest() == world.replayed());
}

TEST_CASE("after a conflict the same batch is decided again, on what the store had [T4]") {
  World world(defence);
  SUBCASE("once") {
    world.faults.next_appends({Faults::Append::conflict});
    const auto answer = world.submit(refused_by("okafor"));
    REQUIRE(answer.ok());
    CHECK(answer->decision.kind == Decision::Kind::refused);
    CHECK(journal_size(world) == 2);
  }
  SUBCASE("again and again it is given up, and everybody is answered") {
    world.faults.next_appends(std::vector<Faults::Append>(100, Faults::Append::conflict));
    const auto answer = world.submit(refused_by("okafor"));
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == Code::unavailable);
    CHECK(world.faults.left() > 90);
    CHECK(journal_size(world) == 1);
    world.faults.next_appends({});
    CHECK(world.submit(refused_by("okafor")).ok());
  }
  CHECK(world.ledger_digest() == world.replayed());
}

TEST_CASE("two gateways over one store: a command is cancelled once, whichever was first [T4 S6]") {
  World world(defence);
  const std::string id = world.hold(world.ask())->id();
  // The other one, over the same store; nobody watches its holds.
  struct Quiet : SequencerObserver {
    void on_opened(const Ledger&, Time) override {}
    void on_closed() override {}
    void on_entry(const Ledger&, const Entry&) override {}
    void on_tick(const Ledger&, Time) override {}
  } quiet;
  SeededEntropy entropy(5);
  Sequencer other(world.clock, entropy, world.opener(), [](std::string_view) {});
  REQUIRE(other.start(quiet).ok());
  std::atomic<int> granted{0}, told{0};
  for (int i = 0; i < 40; ++i) {
    Sequencer& one = i % 2 == 0 ? other : world.sequencer();
    one.submit(intent::Cancel{id, "planner-7"}, [&](const Result<Answer>& answer) {
      if (answer.ok() && answer->decision.kind == Decision::Kind::granted) ++granted;
      ++told;
    });
  }
  CHECK(eventually([&] { return told == 40; }));
  CHECK(granted == 1);
  other.stop();
  world.replayed();
}

TEST_CASE("refusals of one principal beyond ten a minute are counted, in one entry [T7]") {
  World world(defence);
  for (int i = 0; i < 25; ++i) {
    const auto answer = world.submit(refused_by("okafor"));
    REQUIRE(answer.ok());
    CHECK(answer->decision.kind == Decision::Kind::refused);
  }
  REQUIRE(world.submit(refused_by("nowak")).ok());  // another's minute is his own
  CHECK(journal_size(world) == 1 + 10 + 1);
  CHECK(intents_in<intent::Refusals>(world).empty());

  SUBCASE("after the minute") {
    world.clock.advance(Duration{60});
    CHECK(eventually([&] { return journal_size(world) == 13; }));
    CHECK(world.submit(refused_by("okafor")).ok());
    CHECK(journal_size(world) == 14);
  }
  SUBCASE("before the end") { world.stop(); }
  SUBCASE("and kept where the append of the count fails") {
    world.faults.next_appends({Faults::Append::refused});
    world.clock.advance(Duration{60});
    CHECK(eventually([&] { return world.faults.left() == 0; }));
    world.rounds();
    CHECK(intents_in<intent::Refusals>(world).empty());
    world.clock.advance(Duration{60});
    CHECK(eventually([&] { return journal_size(world) == 13; }));
  }
  const auto counts = intents_in<intent::Refusals>(world);
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].principal == "okafor");
  CHECK(counts[0].count == 15);
}

TEST_CASE("a batch that is decided again counts its refusals once [T4 T7]") {
  World world(defence);
  for (int i = 0; i < 10; ++i) REQUIRE(world.submit(refused_by("okafor")).ok());
  world.faults.next_appends({Faults::Append::conflict});
  std::atomic<int> told{0};
  REQUIRE(world.look([&](const Ledger&) {
    for (const char* principal : {"okafor", "nowak"}) {
      world.sequencer().submit(refused_by(principal),
                               [&](const Result<Answer>& answer) { told += answer.ok() ? 1 : 0; });
    }
  }));
  CHECK(eventually([&] { return told == 2; }));
  CHECK(world.faults.left() == 0);
  world.stop();
  const auto counts = intents_in<intent::Refusals>(world);
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].count == 1);
}

TEST_CASE("while the journal does not open nothing is decided, and then it goes on [T5] T27") {
  World world(defence);
  world.faults.next_appends({Faults::Append::lost});
  world.faults.opens_fail(true);
  CHECK_FALSE(world.submit(refused_by("okafor")).ok());
  CHECK(eventually([&] { return !world.look([](const Ledger&) {}); }));
  CHECK_FALSE(world.sequencer().ready());
  const auto answer = world.submit(refused_by("okafor"));
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == Code::unavailable);
  std::atomic<bool> posted{false};
  world.sequencer().post([&] { posted = true; });
  CHECK(eventually([&] { return posted.load(); }));
  // Tried once a second, not in every round.
  const std::size_t tries = world.alarms.count("does not open");
  world.rounds(20);
  CHECK(world.alarms.count("does not open") == tries);

  world.faults.opens_fail(false);
  world.clock.advance(Duration{2});
  CHECK(eventually([&] { return world.sequencer().ready(); }));
  CHECK(world.submit(refused_by("okafor")).ok());
}

TEST_CASE("what was submitted before the stop is decided, what comes after it is refused") {
  World world(defence);
  std::atomic<int> ok{0}, told{0};
  std::atomic<bool> inner{false};
  for (int i = 0; i < 5; ++i) {
    world.sequencer().submit(refused_by("okafor"), [&](const Result<Answer>& answer) {
      ok += answer.ok() ? 1 : 0;
      ++told;
    });
  }
  // What a last round submits in turn is decided too: a known outcome is not lost by a stop.
  world.sequencer().post([&] {
    world.sequencer().submit(refused_by("nowak"),
                             [&](const Result<Answer>& answer) { inner = answer.ok(); });
  });
  world.sequencer().stop();
  CHECK(told == 5);
  CHECK(ok == 5);
  CHECK(inner);
  const auto late = world.submit(refused_by("okafor"));
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == Code::unavailable);
  CHECK_FALSE(world.look([](const Ledger&) {}));
  CHECK_FALSE(world.sequencer().ready());
}

TEST_CASE(
    "threads that submit while appends fail: each is answered once, and what is ok is stored [T4 "
    "T5 T7]") {
  World world(defence);
  constexpr int threads = 4, each = 100;
  std::vector<Faults::Append> plan;
  for (int i = 0; i < 60; ++i) {
    plan.push_back(i % 7 == 3   ? Faults::Append::lost_but_persisted
                   : i % 7 == 5 ? Faults::Append::lost
                   : i % 7 == 6 ? Faults::Append::conflict
                   : i % 7 == 1 ? Faults::Append::refused
                                : Faults::Append::ok);
  }
  world.faults.next_appends(plan);
  std::vector<std::atomic<int>> told(threads * each);
  std::mutex mutex;
  std::set<std::uint64_t> indexes;  // guarded by mutex
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        const auto place = static_cast<std::size_t>(t * each + i);
        // A word of a charter's nobody is never only counted: each has an entry.
        world.sequencer().submit(intent::Claim{"01JD8Z00000000000000000000", {}},
                                 [&, place](const Result<Answer>& answer) {
                                   ++told[place];
                                   if (!answer.ok()) return;
                                   std::lock_guard lock(mutex);
                                   CHECK(indexes.insert(answer->index).second);
                                 });
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  CHECK(eventually([&] {
    return std::all_of(told.begin(), told.end(), [](const auto& one) { return one == 1; });
  }));
  world.faults.next_appends({});
  CHECK(eventually([&] { return world.sequencer().ready(); }));
  CHECK(world.ledger_digest() == world.replayed());
  std::lock_guard lock(mutex);
  for (const std::uint64_t index : indexes) CHECK(index < journal_size(world));
}
