#include "gateway/authority/holds.h"

#include <atomic>
#include <thread>

#include "keyturn/limits.h"
#include "tests/gateway/authority/world.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

using Kind = intent::Outcome::Kind;

void give_quorum(World& world, const std::string& id) {
  for (const char* person : {"haddad", "eriksen"}) {
    const auto answer = world.approve(person, id);
    REQUIRE(answer.ok());
    REQUIRE(answer->decision.kind == Decision::Kind::granted);
  }
}

bool told(const std::shared_ptr<Caller>& caller, std::string_view what) {
  return eventually([&] { return caller->told() == what; });
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

template <class What>
std::size_t events_in(const World& world) {
  std::vector<Entry> entries;
  (void)world.replayed(&entries);
  std::size_t count = 0;
  for (const Entry& entry : entries) count += std::holds_alternative<What>(entry.events.front());
  return count;
}

std::size_t refused_claims(const World& world) {
  std::vector<Entry> entries;
  (void)world.replayed(&entries);
  std::size_t count = 0;
  for (const Entry& entry : entries) {
    count += std::holds_alternative<intent::Claim>(entry.intent) &&
             std::holds_alternative<event::Refused>(entry.events.front());
  }
  return count;
}

// Everything that was held here is forgotten in the end.
void check_forgets(World& world) {
  world.clock.advance(Duration{2 * 3600});
  CHECK(eventually([&] {
    // Twice: what ends at the first look is forgotten a while after it.
    world.clock.advance_ms(120'000);
    world.rounds(2);
    const Holds::Count count = world.counts();
    return count.holds == 0 && count.tickets == 0 && count.moments == 0;
  }));
  CHECK(world.counts().outcomes == 0);
  CHECK(world.counts().waiters == 0);
}

}  // namespace

TEST_CASE(
    "identical requests of one principal attach to one command, which is sent once [W9] T12") {
  World world(defence);
  const auto first = world.hold(world.ask());
  const auto second = world.hold(world.ask());
  CHECK(second->id() == first->id());
  CHECK(second->ticket() == first->ticket());
  const auto other_key = world.hold(world.ask("planner-7", "why?", "another"));
  const auto other_principal = world.hold(world.ask("nowak"));
  CHECK(other_key->id() != first->id());
  CHECK(other_principal->id() != first->id());

  give_quorum(world, first->id());
  CHECK(told(first, "answered"));
  CHECK(told(second, "answered"));
  CHECK(world.endpoint.sent(first->id()) == 1);
  CHECK(world.endpoint.sent() == 1);
  // While it is under way, and while its answer is kept.
  CHECK(told(world.enter(world.ask()), "answered"));
  world.endpoint.answer(first->id());
  CHECK(eventually([&] { return world.outcome(first->id()).has_value(); }));
  CHECK(world.outcome(first->id())->status == 200);
  CHECK(told(world.enter(world.ask()), "answered"));
  CHECK(told(world.resume("planner-7", first->ticket()), "answered"));
  CHECK(world.endpoint.sent() == 1);
  // After that the request is a new one, and needs a quorum of its own.
  world.clock.advance_ms(120'000);
  CHECK(eventually([&] { return world.counts().holds == 2; }));
  CHECK(world.hold(world.ask())->id() != first->id());
  check_forgets(world);
}

TEST_CASE("nothing is claimed while nobody waits; who comes back finds it claimable") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  world.leave(caller);
  give_quorum(world, caller->id());
  world.rounds();
  CHECK(world.state(caller->id()) == Command::State::held);
  CHECK(world.endpoint.sent() == 0);
  CHECK(caller->last_words() == 0);
  SUBCASE("by the wait URL") {
    CHECK(told(world.resume("planner-7", caller->ticket()), "answered"));
  }
  SUBCASE("by the same request") { CHECK(told(world.enter(world.ask()), "answered")); }
  SUBCASE("after a restart") {
    world.restart();
    world.rounds();
    CHECK(world.endpoint.sent() == 0);
    CHECK(told(world.resume("planner-7", caller->ticket()), "answered"));
  }
  CHECK(world.endpoint.sent(caller->id()) == 1);
}

TEST_CASE("a wait URL is its principal's alone") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  CHECK(told(world.resume("nowak", caller->ticket()), "not-found"));
  CHECK(told(world.resume("planner-7", caller->id() + "-00"), "not-found"));
  CHECK(told(world.resume("planner-7", ""), "not-found"));
  const auto found = world.resume("planner-7", caller->ticket());
  CHECK(eventually([&] { return found->id() == caller->id(); }));
}

TEST_CASE("a veto after the last approval and before the claim stops the command T14 T11 [Q5]") {
  World world(defence);
  const auto caller = world.hold(world.strike("planner-7", {"uav-001"}));
  for (const char* person : {"brandt", "farouk", "duarte"}) {
    REQUIRE(world.approve(person, caller->id()).ok());
  }
  world.rounds();
  CHECK(world.state(caller->id()) == Command::State::held);  // the delay runs
  REQUIRE(world.veto("gupta", caller->id()).ok());
  CHECK(told(caller, "vetoed"));
  world.clock.advance(Duration{121});
  world.rounds();
  CHECK(world.state(caller->id()) == Command::State::vetoed);
  CHECK(world.endpoint.sent() == 0);
  // The same is not asked for again while it could have been in force.
  CHECK(told(world.enter(world.strike("planner-7", {"uav-001"})), "vetoed"));
  check_forgets(world);
}

TEST_CASE("the claim waits for the delay, and then needs nobody's call [Q4]") {
  World world(defence);
  const auto caller = world.hold(world.strike("planner-7", {"uav-001"}));
  for (const char* person : {"brandt", "farouk", "duarte"}) {
    REQUIRE(world.approve(person, caller->id()).ok());
  }
  world.clock.advance(Duration{119});
  world.rounds();
  CHECK(world.endpoint.sent() == 0);
  world.clock.advance(Duration{1});
  CHECK(told(caller, "answered"));
  CHECK(world.endpoint.sent(caller->id()) == 1);
  CHECK(world.counts().moments == 0);  // nothing is to be looked at until the outcome
}

TEST_CASE("a cancelled command ends for all who wait, and the same request is a new one [A6]") {
  World world(defence);
  const auto first = world.hold(world.ask());
  const auto second = world.hold(world.ask());
  REQUIRE(world.submit(intent::Cancel{first->id(), "planner-7"}).ok());
  CHECK(told(first, "cancelled"));
  CHECK(told(second, "cancelled"));
  // Between two steps of the ladder he is still told how it ended.
  CHECK(told(world.resume("planner-7", first->ticket()), "cancelled"));
  CHECK(world.hold(world.ask())->id() != first->id());
}

TEST_CASE("an expired command ends with what was wanting, and is forgotten") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  world.clock.advance(Duration{3600 + 600 - 1});
  world.rounds();
  CHECK(caller->last_words() == 0);
  world.clock.advance(Duration{1});
  CHECK(told(caller, "expired"));
  CHECK_FALSE(caller->ending().reasons.empty());
  CHECK(world.hold(world.ask())->id() != caller->id());
  check_forgets(world);
}

TEST_CASE("callers who come and go leave nothing behind") {
  World world(defence);
  const auto first = world.hold(world.ask());
  const Holds::Count before = world.counts();
  for (int i = 0; i < 200; ++i) {
    const auto again = world.resume("planner-7", first->ticket());
    world.leave(again);
    world.leave(again);  // as late as one likes
  }
  world.rounds();
  CHECK(world.counts().moments == before.moments);
  CHECK(world.counts().waiters == before.waiters);
}

TEST_CASE("only so many callers wait for one command") {
  World world(defence);
  const auto first = world.hold(world.ask());
  for (std::uint64_t i = 1; i < waiters_per_command_max; ++i) (void)world.enter(world.ask());
  const auto last = world.enter(world.ask());
  CHECK(told(last, "too-many-waiters"));
  CHECK(last->ending().status == 429);
  world.leave(first);
  const auto next = world.hold(world.ask());
  CHECK(next->last_words() == 0);
  CHECK(world.counts().waiters == waiters_per_command_max);
}

TEST_CASE("a refused request is answered with its reasons, and its body is erased [T7 P1]") {
  World world(defence);
  // nowak holds no office that may order strikes.
  const auto caller = world.enter(world.strike("nowak", {"uav-001"}));
  CHECK(eventually([&] { return caller->last_words() == 1; }));
  CHECK(caller->ending().status == 403);
  CHECK_FALSE(caller->ending().retry);
  CHECK_FALSE(caller->ending().reasons.empty());
  std::vector<Entry> entries;
  world.replayed(&entries);
  const auto& propose = std::get<intent::Propose>(entries.back().intent);
  world.clock.advance_ms(1'000);  // those of one second go together
  CHECK(eventually([&] { return !world.bodies().get(propose.request).ok(); }));
  CHECK(world.counts().holds == 0);
  const auto held = world.hold(world.ask());
  world.clock.advance_ms(5'000);
  world.rounds();
  world.look([&](const Ledger& ledger) {
    CHECK(world.bodies().get(ledger.find(held->id())->request).ok());
  });
}

// Two commanders of one institution, which may direct a tenth: 8 of 80.
std::string two_commanders() {
  std::string text = replaced(std::string(defence), "limit institution military 50%",
                              "limit institution military 10%");
  text = replaced(text, "lease 20m", "lease 2m");
  text = replaced(text, "execute within 10m", "execute within 1h");
  return replaced(text, "person brandt ",
                  "person banks \"Cdr S. Banks\" of mod holds fleet-commander\n"
                  "  key ed25519 \"@key(banks)@\"\n  token sha256 \"@token(banks)@\"\n"
                  "person brandt ");
}

TEST_CASE("a claim that a limit refuses stays claimable, and is refused in one entry [S1 S6]") {
  World world(two_commanders());
  const auto first = world.hold(world.strike("alvarez", {"usv-001", "usv-002"}));
  const auto second = world.hold(world.strike("banks", {"usv-003", "usv-004"}));
  for (const auto& caller : {first, second}) {
    for (const char* person : {"brandt", "farouk", "duarte"}) {
      REQUIRE(world.approve(person, caller->id()).ok());
    }
  }
  world.clock.advance(Duration{120});
  CHECK(eventually([&] { return world.endpoint.sent() == 1; }));
  const auto sent = world.endpoint.sent(first->id()) == 1 ? first : second;
  const auto kept = sent == first ? second : first;
  CHECK(eventually([&] { return refused_claims(world) == 1; }));
  for (int i = 0; i < 20; ++i) {
    world.clock.advance(Duration{5});
    (void)world.resume(kept == first ? "alvarez" : "banks", kept->ticket());
    world.rounds(2);
  }
  CHECK(refused_claims(world) == 1);
  CHECK(world.endpoint.sent() == 1);
  CHECK(kept->last_words() == 0);
  // The lease of the other, and its grace, are over [S2].
  world.clock.advance(Duration{26});
  CHECK(told(kept, "answered"));
  CHECK(world.endpoint.sent(kept->id()) == 1);
  CHECK(refused_claims(world) == 1);
}

TEST_CASE(
    "an append that fails at the claim sends nothing, whatever became of it T27 T28 T12 [T5]") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  REQUIRE(world.approve("haddad", caller->id()).ok());
  Faults::Append fault = Faults::Append::refused;
  SUBCASE("refused") {}
  SUBCASE("lost") { fault = Faults::Append::lost; }
  SUBCASE("lost, but persisted") { fault = Faults::Append::lost_but_persisted; }
  world.faults.next_appends({Faults::Append::ok, fault});  // the approval, then the claim
  REQUIRE(world.approve("eriksen", caller->id()).ok());
  CHECK(told(caller, "journal-unavailable"));
  CHECK(caller->ending().retry);
  CHECK(eventually([&] { return world.sequencer().ready(); }));
  world.rounds();
  CHECK(world.endpoint.sent() == 0);
  if (fault == Faults::Append::lost_but_persisted) {
    // This process knows that it sent nothing, and says so.
    CHECK(eventually([&] { return world.outcome(caller->id()).has_value(); }));
    CHECK(world.outcome(caller->id())->kind == Kind::not_sent);
    CHECK(told(world.resume("planner-7", caller->ticket()), "not-sent"));
    CHECK(world.hold(world.ask())->id() != caller->id());
    CHECK(world.endpoint.sent() == 0);
  } else {
    // The command is held as it was: the same request attaches to it, and it is sent once.
    CHECK(told(world.enter(world.ask()), "answered"));
    CHECK(world.endpoint.sent(caller->id()) == 1);
  }
  CHECK(caller->last_words() == 1);
  CHECK(world.ledger_digest() == world.replayed());
}

TEST_CASE(
    "a proposal that was persisted though nobody knew is found by the same request [T5] T28") {
  World world(defence);
  world.faults.next_appends({Faults::Append::lost_but_persisted});
  const auto caller = world.enter(world.ask());
  CHECK(told(caller, "journal-unavailable"));
  CHECK(caller->ending().retry);
  CHECK(eventually([&] { return world.sequencer().ready(); }));
  const auto again = world.hold(world.ask());
  CHECK(events_in<event::Proposed>(world) == 1);
  give_quorum(world, again->id());
  CHECK(told(again, "answered"));
}

TEST_CASE("a proposal that was not written leaves no body and no hold") {
  World world(defence);
  world.faults.next_appends({Faults::Append::refused});
  CHECK(told(world.enter(world.ask()), "journal-unavailable"));
  CHECK(eventually([&] { return world.sequencer().ready(); }));
  CHECK(world.counts().holds == 0);
  const auto again = world.hold(world.ask());
  CHECK(events_in<event::Proposed>(world) == 1);
}

TEST_CASE("an approval that was persisted though nobody knew counts after the start [T5] T28") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  REQUIRE(world.approve("haddad", caller->id()).ok());
  world.faults.next_appends({Faults::Append::lost_but_persisted});
  REQUIRE_FALSE(world.approve("eriksen", caller->id()).ok());
  CHECK(told(caller, "answered"));
  CHECK(world.endpoint.sent(caller->id()) == 1);
}

TEST_CASE("who leaves while the journal is closed is sent nothing for T27") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  REQUIRE(world.approve("haddad", caller->id()).ok());
  world.faults.next_appends({Faults::Append::lost_but_persisted});
  world.faults.opens_fail(true);
  REQUIRE_FALSE(world.approve("eriksen", caller->id()).ok());
  world.leave(caller);
  CHECK(eventually([&] { return world.counts().waiters == 0; }));
  CHECK(told(world.enter(world.ask()), "journal-unavailable"));
  world.faults.opens_fail(false);
  world.clock.advance(Duration{2});
  CHECK(eventually([&] { return world.sequencer().ready(); }));
  world.rounds();
  CHECK(world.endpoint.sent() == 0);
  CHECK(world.state(caller->id()) == Command::State::held);
}

TEST_CASE("an outcome that comes while the journal is closed is journalled when it opens [T5]") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  give_quorum(world, caller->id());
  CHECK(told(caller, "answered"));
  SUBCASE("because another append failed") {
    world.faults.next_appends({Faults::Append::lost});
    world.faults.opens_fail(true);
    CHECK_FALSE(world.submit(intent::Cancel{caller->id(), "okafor"}).ok());
    world.endpoint.answer(caller->id(), 201);
    CHECK(eventually([&] { return world.counts().outcomes == 1; }));
    world.faults.opens_fail(false);
    world.clock.advance(Duration{2});
  }
  SUBCASE("because its own append failed") {
    world.faults.next_appends({Faults::Append::refused});
    world.endpoint.answer(caller->id(), 201);
    CHECK(eventually([&] { return world.alarms.count("is not journalled yet") == 1; }));
    world.clock.advance(Duration{2});
  }
  SUBCASE("because its own append was unknown, and is there") {
    world.faults.next_appends({Faults::Append::lost_but_persisted});
    world.endpoint.answer(caller->id(), 201);
    CHECK(eventually([&] { return world.alarms.count("is not journalled yet") == 1; }));
    world.clock.advance(Duration{2});
  }
  CHECK(eventually([&] { return world.counts().outcomes == 0; }));
  REQUIRE(world.outcome(caller->id()).has_value());
  CHECK(world.outcome(caller->id())->kind == Kind::answered);
  CHECK(world.outcome(caller->id())->status == 201);
  CHECK(events_in<event::Ended>(world) == 1);
  CHECK(world.endpoint.sent() == 1);
  check_forgets(world);
}

TEST_CASE("an unknown outcome is told to every identical request until the command expires [W9]") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  give_quorum(world, caller->id());
  CHECK(told(caller, "answered"));
  world.endpoint.fail(caller->id(), Kind::unknown);
  CHECK(eventually([&] { return world.outcome(caller->id()).has_value(); }));
  const auto check_unknown = [&] {
    const auto again = world.enter(world.ask());
    CHECK(told(again, "outcome-unknown"));
    CHECK(again->ending().status == 409);
    CHECK_FALSE(again->ending().retry);
    CHECK(told(world.resume("planner-7", caller->ticket()), "outcome-unknown"));
  };
  check_unknown();
  world.clock.advance(Duration{1800});
  world.rounds();
  check_unknown();
  // After any number of starts.
  world.restart();
  check_unknown();
  world.restart();
  check_unknown();
  CHECK(world.hold(world.ask("planner-7", "why?", "deliberately"))->id() != caller->id());
  world.clock.advance(Duration{3600});
  world.rounds();
  CHECK(world.hold(world.ask())->id() != caller->id());
  CHECK(world.endpoint.sent() == 1);
}

TEST_CASE("a claim without an outcome is unknown after a restart, and never sent again [W9] T12") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  give_quorum(world, caller->id());
  CHECK(told(caller, "answered"));
  world.restart();
  CHECK(eventually([&] { return world.outcome(caller->id()).has_value(); }));
  CHECK(world.outcome(caller->id())->kind == Kind::unknown);
  CHECK(told(world.enter(world.ask()), "outcome-unknown"));
  CHECK(told(world.resume("planner-7", caller->ticket()), "outcome-unknown"));
  world.restart();
  CHECK(told(world.enter(world.ask()), "outcome-unknown"));
  CHECK(world.endpoint.sent() == 1);
  CHECK(events_in<event::Ended>(world) == 1);
}

TEST_CASE("what was not sent may be asked for again") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  give_quorum(world, caller->id());
  CHECK(told(caller, "answered"));
  world.endpoint.fail(caller->id(), Kind::not_sent);
  CHECK(eventually([&] { return world.outcome(caller->id()).has_value(); }));
  CHECK(told(world.resume("planner-7", caller->ticket()), "not-sent"));
  CHECK(world.hold(world.ask())->id() != caller->id());
  check_forgets(world);
}

TEST_CASE("a command whose body cannot be read is not sent, and that is journalled T10") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  Digest request;
  world.look([&](const Ledger& ledger) { request = ledger.find(caller->id())->request; });
  REQUIRE(world.bodies().erase(request).ok());
  give_quorum(world, caller->id());
  CHECK(told(caller, "not-sent"));
  CHECK(world.endpoint.sent() == 0);
  CHECK(eventually([&] { return world.outcome(caller->id()).has_value(); }));
  CHECK(world.outcome(caller->id())->kind == Kind::not_sent);
  CHECK(world.alarms.count("cannot be sent") == 1);
}

TEST_CASE("held commands are found again after a restart, by request and by wait URL") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  const auto strike = world.hold(world.strike("planner-7", {"uav-001"}));
  REQUIRE(world.approve("haddad", caller->id()).ok());
  world.restart();
  CHECK(world.hold(world.ask())->id() == caller->id());
  CHECK(world.hold(world.strike("planner-7", {"uav-001"}))->id() == strike->id());
  CHECK(events_in<event::Proposed>(world) == 2);
  const auto back = world.resume("planner-7", caller->ticket());
  REQUIRE(world.approve("eriksen", caller->id()).ok());
  CHECK(told(back, "answered"));
  world.endpoint.answer(caller->id());
  check_forgets(world);
}

TEST_CASE(
    "while the clock is behind nobody waits for nothing, and it goes on when it is right [T2]") {
  World world(defence);
  const auto caller = world.hold(world.ask());
  world.leave(caller);
  give_quorum(world, caller->id());
  const Time right = world.clock.now();
  world.clock.set(right - Duration{60});
  CHECK(told(world.enter(world.ask()), "journal-unavailable"));
  CHECK(told(world.enter(world.ask("nowak")), "journal-unavailable"));
  CHECK(world.endpoint.sent() == 0);
  world.clock.set(right);
  CHECK(told(world.enter(world.ask()), "answered"));
  CHECK(world.endpoint.sent(caller->id()) == 1);
}

TEST_CASE("callers on many threads: each is told once, each command is sent once T12 T19") {
  World world(defence);
  constexpr int threads = 4, questions = 6, each = 30;
  std::vector<std::shared_ptr<Caller>> callers;
  std::mutex mutex;  // guards callers
  std::vector<std::thread> running;
  std::vector<GatedRequest> requests;
  for (int q = 0; q < questions; ++q) {
    requests.push_back(world.ask("planner-7", "question " + std::to_string(q)));
  }
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        const auto caller = world.enter(requests[static_cast<std::size_t>((i + t) % questions)]);
        if (i % 3 == 0) {
          world.leave(caller);
        } else {
          std::lock_guard lock(mutex);
          callers.push_back(caller);
        }
      }
    });
  }
  std::thread officials([&] {
    // Approves whatever is held, until every question has been sent.
    (void)eventually([&] {
      std::vector<std::string> ids;
      world.look([&](const Ledger& ledger) {
        for (const auto& [index, command] : ledger.held()) ids.push_back(command->id);
      });
      for (const std::string& id : ids) {
        for (const char* person : {"haddad", "eriksen"}) {
          world.sequencer().submit(intent::Speak{world.word(WordKind::approval, person, id)},
                                   [](const Result<Answer>&) {});
        }
      }
      return world.endpoint.sent() == questions;
    });
  });
  for (std::thread& thread : running) thread.join();
  officials.join();
  CHECK(eventually([&] {
    std::lock_guard lock(mutex);
    return std::all_of(callers.begin(), callers.end(),
                       [](const auto& one) { return one->last_words() == 1; });
  }));
  CHECK(world.endpoint.sent() == questions);
  CHECK(events_in<event::Proposed>(world) == questions);
  CHECK(events_in<event::Claimed>(world) == questions);
  CHECK(world.counts().waiters == 0);
  for (const auto& caller : callers) CHECK(caller->told() == "answered");
  CHECK(world.ledger_digest() == world.replayed());
}
