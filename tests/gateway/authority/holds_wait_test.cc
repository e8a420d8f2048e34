#include <doctest/doctest.h>

#include "tests/gateway/authority/world.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

void give_quorum(World& world, const std::string& id) {
  for (const char* person : {"haddad", "eriksen"}) REQUIRE(world.approve(person, id).ok());
}

bool told(const std::shared_ptr<Caller>& caller, std::string_view what) {
  return eventually([&] { return caller->told() == what; });
}

void dismiss(World& world) {
  world.sequencer().post([&world] { world.holds().dismiss(); });
  world.rounds(1);
}

}  // namespace

TEST_CASE("when the gateway stops all who wait are sent on, and the next process finds them all") {
  World world(defence);
  const auto first = world.hold(world.ask());
  const auto second = world.hold(world.ask());
  dismiss(world);
  CHECK(told(first, "dismissed"));
  CHECK(told(second, "dismissed"));
  CHECK(world.counts().waiters == 0);
  // Nothing is claimed any more, for whoever comes.
  give_quorum(world, first->id());
  CHECK(told(world.enter(world.ask()), "dismissed"));
  CHECK(told(world.resume("planner-7", first->ticket()), "dismissed"));
  const auto fresh = world.enter(world.ask("nowak"));
  CHECK(told(fresh, "dismissed"));
  CHECK_FALSE(fresh->ticket().empty());
  world.rounds();
  CHECK(world.endpoint.sent() == 0);
  CHECK(world.counts().waiters == 0);
  for (const auto& caller : {first, second, fresh}) CHECK(caller->last_words() == 1);

  world.restart();
  CHECK(told(world.resume("planner-7", first->ticket()), "answered"));
  CHECK(world.endpoint.sent(first->id()) == 1);
  CHECK(world.resume("nowak", fresh->ticket())->told() != "not-found");
}

TEST_CASE("what is sent already, and what has ended, is told also when the gateway stops") {
  World world(defence);
  const auto sent = world.hold(world.ask());
  give_quorum(world, sent->id());
  CHECK(told(sent, "answered"));
  const auto cancelled = world.hold(world.ask("nowak"));
  REQUIRE(world.submit(intent::Cancel{cancelled->id(), "nowak"}).ok());
  dismiss(world);
  CHECK(told(world.resume("planner-7", sent->ticket()), "answered"));
  CHECK(told(world.resume("nowak", cancelled->ticket()), "cancelled"));
  world.endpoint.answer(sent->id());
  CHECK(eventually([&] { return world.outcome(sent->id()).has_value(); }));
}

TEST_CASE("of the answers that are kept the oldest is forgotten when they are too much together") {
  World world(defence);
  world.options.response_bytes_max = 1000;
  world.restart();
  std::vector<std::string> ids;
  for (const char* question : {"first", "second", "third"}) {
    const auto caller = world.hold(world.ask("planner-7", question));
    give_quorum(world, caller->id());
    CHECK(told(caller, "answered"));
    world.endpoint.answer(caller->id(), 200, std::string(400, 'x'));
    CHECK(eventually([&] { return world.outcome(caller->id()).has_value(); }));
    ids.push_back(caller->id());
  }
  CHECK(world.counts().kept_bytes == 800);
  CHECK(world.hold(world.ask("planner-7", "first"))->id() != ids[0]);
  for (const int i : {1, 2}) {
    const auto again = world.enter(world.ask("planner-7", i == 1 ? "second" : "third"));
    CHECK(told(again, "answered"));
    CHECK(again->id() == ids[static_cast<std::size_t>(i)]);
  }
  CHECK(world.endpoint.sent() == 3);
  // And all of them in time.
  world.clock.advance_ms(120'000);
  CHECK(eventually([&] { return world.counts().kept_bytes == 0; }));
}

TEST_CASE("an answer larger than all that may be kept is not kept") {
  World world(defence);
  world.options.response_bytes_max = 100;
  world.restart();
  const auto caller = world.hold(world.ask());
  give_quorum(world, caller->id());
  CHECK(told(caller, "answered"));
  world.endpoint.answer(caller->id(), 200, std::string(101, 'x'));
  CHECK(eventually([&] { return world.counts().holds == 0; }));
  CHECK(world.counts().kept_bytes == 0);
  CHECK(world.counts().tickets == 0);
}
