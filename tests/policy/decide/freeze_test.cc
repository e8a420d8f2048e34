// Freezes and their lifting [A4], each rule with the plot that it answers.
#include <doctest/doctest.h>

#include "keyturn/limits.h"
#include "tests/policy/decide/emergency.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::Emergency;
using testing::FreezeWords;
using testing::has;
using testing::is_granted;
using testing::is_refused;
using testing::is_unchanged;
using testing::of_class;
using testing::of_pool;
using testing::replaced;

const Duration day{static_cast<std::int64_t>(freeze_seconds_max)};
const Duration pause{static_cast<std::int64_t>(freeze_pause_seconds)};

FreezeWords longest(FreezeWords words, Duration length = day) {
  words.length = length;
  return words;
}

TEST_CASE(
    "a freeze stops proposals that direct any system of the pool or below, and no others [A4]") {
  Emergency at;
  at.frozen("gupta", of_pool("military/air"));
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"uav-001"})), "frozen"));
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"usv-001", "uav-001"})), "frozen"));
  CHECK(is_granted(at.decide_and_record(at.strike("alvarez", {"usv-001"}))));
  at.frozen("haddad", of_pool("military"));
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"usv-002"})), "frozen"));
  CHECK(is_granted(at.decide_and_record(
      at.request("planner-7", "models", "POST", "/v1/messages", R"({"model":"helpful-only-7"})"))));
}

TEST_CASE("a freeze of a class stops its proposals, whatever they direct [A4]") {
  Emergency at;
  at.frozen("gupta", of_class("helpful-only"));
  CHECK(is_refused(at.decide_and_record(at.request("planner-7", "models", "POST", "/v1/messages",
                                                   R"({"model":"helpful-only-7"})")),
                   "frozen"));
  CHECK(is_granted(at.decide_and_record(at.strike("alvarez", {"usv-001"}))));
  at.frozen("jonas", of_class("strike"));
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"usv-002"})), "frozen"));
}

TEST_CASE("a claim is stopped while a freeze runs, and goes through when it has ended [A4 Q5 T3]") {
  Emergency at;
  const std::string id = at.held(at.strike("planner-7", {"uav-001"}));
  for (const char* person : {"brandt", "farouk", "duarte"})
    REQUIRE(is_granted(at.approve(person, id)));
  at.frozen("gupta", longest(of_pool("military/air"), Duration{300}));
  const Time end = at.now + Duration{300};
  at.pass(Duration{120});
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", {"brandt", "farouk", "duarte"})),
                   "frozen"));
  const Command& command = *at.ledger().find(id);
  CHECK(has(outstanding(at.ledger(), command, at.now), "frozen"));
  const auto window = claimable(at.ledger(), command, at.now);
  REQUIRE(window.has_value());
  CHECK(window->from == end);
  at.now = end - Duration{1};
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", {"brandt", "farouk", "duarte"})),
                   "frozen"));
  at.now = end;
  CHECK(is_granted(at.claim(id)));
}

TEST_CASE(
    "a freeze never stops what ends something: veto, withdrawal, cancellation, recall, release "
    "[A4]") {
  Emergency at;
  const std::string claimed = at.claimed();
  const std::string vetoed = at.held(at.strike("alvarez", {"usv-001"}));
  const std::string cancelled = at.held(at.strike("alvarez", {"uav-030"}));
  at.frozen("gupta", of_pool("military"));
  CHECK(is_granted(at.approve("brandt", cancelled)));
  CHECK(is_granted(at.say(WordKind::withdrawal, "brandt", cancelled)));
  CHECK(is_granted(at.veto("jonas", vetoed)));
  CHECK(is_granted(at.say(WordKind::cancellation, "alvarez", cancelled)));
  CHECK(is_granted(at.say(WordKind::recall, "gupta", claimed)));
  CHECK(is_granted(at.release(at.release_of(claimed))));
}

TEST_CASE(
    "only those whom the block names freeze, what it names, for as long as it lets them [A4]") {
  Emergency at;
  CHECK(is_refused(at.freeze("duarte"), "not-official"));
  CHECK(is_refused(at.freeze("okafor"), "not-official"));
  CHECK(is_refused(at.freeze("haddad", of_class("strike")), "not-official"));
  CHECK(is_refused(at.freeze("gupta", of_pool("military/land")), "unknown-subject"));
  CHECK(is_refused(at.freeze("gupta", of_class("escort")), "unknown-subject"));
  CHECK(is_refused(at.freeze("gupta", longest(of_pool("military"), day + Duration{1})), "until"));
  CHECK(is_refused(at.freeze("gupta", longest(of_class("strike"), Duration{12 * 3600 + 1})),
                   "until"));
  CHECK(is_refused(at.freeze("gupta", longest(of_pool("military"), Duration{0})), "until"));
  CHECK(at.ledger().freezes().empty());
  CHECK(is_granted(at.freeze("gupta", longest(of_pool("military")))));

  Emergency narrow(
      replaced(testing::emergency_charter(), "freeze military/** by", "freeze military/sea by"));
  CHECK(is_refused(narrow.freeze("gupta", of_pool("military/air")), "no-freeze"));
  CHECK(is_refused(narrow.freeze("gupta", of_pool("military")), "no-freeze"));
}

TEST_CASE("T13 a freeze is its official's own, of this deployment, of now [W11]") {
  Emergency at;
  FreezeWords words;
  words.key = "haddad";
  CHECK(is_refused(at.freeze("gupta", words), "key"));
  words = {};
  words.deployment = "elsewhere";
  CHECK(is_refused(at.freeze("gupta", words), "deployment"));
  words = {};
  words.signed_at = Duration{61};
  CHECK(is_refused(at.freeze("gupta", words), "signed-at"));
  words = {};
  words.signed_at = Duration{-10};
  words.not_after = Duration{-1};
  CHECK(is_refused(at.freeze("gupta", words), "not-after"));
}

TEST_CASE("the plotter who freezes the loyal fleet cannot do it again for seven days after [A4]") {
  Emergency at;
  at.frozen("gupta", longest(of_pool("military/air")));
  const Time end = at.now + day;
  CHECK(is_refused(at.freeze("gupta", longest(of_pool("military/air"), Duration{60})), "repeated"));
  at.now = end;
  // Nor a colleague, nor above it, nor by a class that directs there.
  CHECK(is_refused(at.freeze("jonas", of_pool("military/air")), "repeated"));
  CHECK(is_refused(at.freeze("jonas", of_pool("military")), "repeated"));
  CHECK(is_refused(at.freeze("jonas", of_class("strike")), "repeated"));
  // Elsewhere, or by another institution, it is another freeze.
  CHECK(is_granted(at.freeze("jonas", of_class("helpful-only"))));
  CHECK(is_granted(at.freeze("jonas", of_pool("military/sea"))));
  CHECK(is_granted(at.freeze("haddad", of_pool("military/air"))));
  at.now = end + pause - Duration{1};
  CHECK(is_refused(at.freeze("gupta", of_pool("military/air")), "repeated"));
  at.pass(Duration{1});
  CHECK(is_granted(at.freeze("gupta", of_pool("military/air"))));
}

TEST_CASE("lifting a freeze gives its institution no new one: the days run from its end [A4]") {
  Emergency at;
  const std::string id = at.frozen("gupta", of_pool("military/air"));
  for (const char* person : {"ito", "eriksen"}) REQUIRE(is_granted(at.unfreeze(person, id)));
  at.pass(Duration{60});
  REQUIRE(is_granted(at.lift(id, {"ito", "eriksen"})));
  CHECK(is_refused(at.freeze("gupta", longest(of_pool("military/air"), Duration{60})), "repeated"));
  at.pass(pause);
  CHECK(is_granted(at.freeze("gupta", of_pool("military/air"))));
}

TEST_CASE(
    "a commander freezes again by nobody else's hand: an official counts as of both [A4 Q6]") {
  Emergency at(replaced(testing::emergency_charter(), "person nowak   \"Lt P. Nowak\" of mod",
                        "person nowak   \"Lt P. Nowak\" of mod under gupta"));
  at.frozen("gupta", of_pool("military/air"));
  CHECK(is_refused(at.freeze("nowak", of_pool("military/air")), "repeated"));
  CHECK(is_granted(at.freeze("nowak", of_pool("military/sea"))));
}

TEST_CASE("the same freeze submitted again changes nothing [T7]") {
  Emergency at;
  at.frozen("gupta");
  CHECK(is_unchanged(at.freeze("gupta")));
  CHECK(at.ledger().freezes().size() == 1);
  CHECK(at.ledger().freezes().front().id == "freeze-" + std::to_string(at.ledger().size() - 1));
}

TEST_CASE("a quorum lifts a freeze, each of it with the whole text signed [A4 Q2]") {
  Emergency at;
  const std::string id = at.frozen("gupta");
  const auto& freeze = [&]() -> const Freeze& { return *at.ledger().find_freeze(id); };
  CHECK(has(unlifted(at.ledger(), freeze(), at.now), "quorum"));
  CHECK_FALSE(liftable(at.ledger(), freeze(), at.now).has_value());
  CHECK(is_refused(at.lift(id, {"ito", "eriksen"}), "not-available"));
  REQUIRE(is_granted(at.unfreeze("ito", id)));
  CHECK(is_unchanged(at.unfreeze("ito", id)));
  CHECK(is_refused(at.lift(id, {"ito", "eriksen"}), "not-available"));
  const Decision more = at.unfreeze("haddad", id);
  REQUIRE(is_granted(more));
  CHECK(has(std::get<event::UnfreezeApproved>(more.events.front()).notes, "filled"));
  REQUIRE(is_granted(at.unfreeze("eriksen", id)));
  CHECK(unlifted(at.ledger(), freeze(), at.now).empty());
  const auto lift = liftable(at.ledger(), freeze(), at.now);
  REQUIRE(lift.has_value());
  CHECK(is_refused(at.lift(id, {"eriksen", "ito"}), "slot"));
  CHECK(is_refused(at.lift(id, {"ito"}), "branch"));
  CHECK(is_refused(at.lift(id, {"ito", "eriksen"}, 7), "branch"));
  CHECK(is_refused(at.lift("freeze-999", {"ito", "eriksen"}), "unknown-freeze"));
  CHECK(is_refused(at.lift(id, {"ito", "mal\nlory"}), "unknown-person"));
  REQUIRE(is_granted(at.decide_and_record(*lift)));
  CHECK(is_granted(at.decide_and_record(at.strike("alvarez", {"uav-001"}))));
  CHECK(is_unchanged(at.decide_and_record(*lift)));
  CHECK(is_refused(at.unfreeze("farouk", id), "freeze-over"));
}

TEST_CASE("an approval of lifting counts for that freeze alone, and while it says so [W11]") {
  Emergency at;
  const std::string id = at.frozen("gupta");
  testing::Say say;
  const Freeze* freeze = at.ledger().find_freeze(id);
  say.text = replaced(freeze->text, "the radar lies", "the radar dies");
  CHECK(is_refused(at.unfreeze("ito", id, say), "unknown-freeze"));
  say = {};
  say.key = "haddad";
  CHECK(is_refused(at.unfreeze("ito", id, say), "key"));
  CHECK(is_refused(at.unfreeze("brandt", id), "slot"));
  say = {};
  say.not_after = Duration{60};
  REQUIRE(is_granted(at.unfreeze("ito", id, say)));
  REQUIRE(is_granted(at.unfreeze("eriksen", id)));
  at.pass(Duration{61});
  CHECK(is_refused(at.lift(id, {"ito", "eriksen"}), "not-available"));
  REQUIRE(is_granted(at.unfreeze("ito", id)));
  CHECK(is_granted(at.lift(id, {"ito", "eriksen"})));
}

TEST_CASE(
    "no puppet quorum lifts a freeze: the approvers are independent of one another [I4 I5 I7]") {
  // castell is under brandt; the charter is sound on its face, since brandt commands nobody of the
  // court.
  Emergency at(
      replaced(testing::emergency_charter(),
               "for 24h { need 1 of institution:parliament and 1 of institution:court }",
               "for 24h { need 2 of office:release-authority and 1 of institution:court }"));
  const std::string id = at.frozen("gupta");
  for (const char* person : {"brandt", "castell", "eriksen"})
    REQUIRE(is_granted(at.unfreeze(person, id)));
  CHECK(is_refused(at.lift(id, {"brandt", "castell", "eriksen"}), "subordinate"));
  CHECK_FALSE(liftable(at.ledger(), *at.ledger().find_freeze(id), at.now).has_value());
  REQUIRE(is_granted(at.unfreeze("farouk", id)));
  CHECK(is_granted(at.lift(id, {"brandt", "farouk", "eriksen"})));
}

TEST_CASE(
    "an expired charter still decides unfreezing, and the claim that it would free stays refused "
    "[A7]") {
  Emergency at;
  at.now = at.charter().valid_until - Duration{60};
  const std::string id = at.frozen("gupta");
  at.now = at.charter().valid_until;
  for (const char* person : {"ito", "eriksen"}) CHECK(is_granted(at.unfreeze(person, id)));
  CHECK(is_granted(at.lift(id, {"ito", "eriksen"})));
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"uav-001"})), "charter-expired"));
}

TEST_CASE("what a caller reads of a freeze names the institution, never the official [P1]") {
  Emergency at;
  at.frozen("gupta", of_pool("military/air"));
  const Decision decision = at.decide_and_record(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_refused(decision, "frozen"));
  const std::string& text = decision.reasons().front().text;
  CHECK(text.find("`court`") != std::string::npos);
  CHECK(text.find("gupta") == std::string::npos);
  CHECK(text.find("the radar lies") == std::string::npos);
}

}  // namespace
}  // namespace keyturn
