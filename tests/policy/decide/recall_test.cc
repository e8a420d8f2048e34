// Recalls, stop orders, and the releases that end leases.
#include <doctest/doctest.h>

#include "policy/decide/stop.h"
#include "policy/share/share.h"
#include "tests/policy/decide/emergency.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::Emergency;
using testing::is_granted;
using testing::is_refused;
using testing::is_unchanged;

constexpr WordKind recall = WordKind::recall;
using Kind = intent::Outcome::Kind;

std::uint64_t weight_of(const Emergency& at, std::string_view person, Duration over = {},
                        std::uint64_t as_of = ~std::uint64_t{0}) {
  const Subject subject{Limit::Subject::person, *at.charter().find_person(person), {}, {}};
  return directed(at.ledger(), subject, at.now, over, as_of).weight(at.charter());
}

TEST_CASE("any one approver or vetoer of the rule recalls a claimed command, nobody else [A6]") {
  for (const char* person : {"castell", "ito", "gupta"}) {
    Emergency at;
    const std::string id = at.claimed();
    const Decision decision = at.say(recall, person, id);
    REQUIRE(is_granted(decision));
    CHECK(std::get<event::Recalled>(decision.events.front()).order);
    CHECK(is_unchanged(at.say(recall, person, id)));
  }
  Emergency at;
  const std::string id = at.claimed();
  CHECK(is_refused(at.say(recall, "nowak", id), "no-recall"));
  CHECK(is_refused(at.say(recall, "okafor", id), "no-recall"));
  CHECK(at.ledger().find(id)->recalls.empty());
}

TEST_CASE("a recall frees nothing: the lease runs on [A6 S2]") {
  Emergency at;
  const std::string id = at.claimed();
  REQUIRE(weight_of(at, "alvarez") == 2);
  REQUIRE(is_granted(at.say(recall, "gupta", id)));
  REQUIRE(is_granted(at.decide_and_record(intent::Stopped{Kind::answered, id, 200})));
  CHECK(weight_of(at, "alvarez") == 2);
}

TEST_CASE("there is something to recall from the claim to the lease's end only [A6]") {
  Emergency at;
  const std::string held = at.held(at.strike("alvarez", {"uav-009"}));
  CHECK(is_refused(at.say(recall, "gupta", held), "not-claimed"));
  const std::string id = at.claimed();
  at.now = at.ledger().leases().front().charged_until() - Duration{1};
  CHECK(is_granted(at.say(recall, "gupta", id)));
  at.pass(Duration{1});
  CHECK(is_refused(at.say(recall, "jonas", id), "lease-over"));
}

TEST_CASE("a command that directs nothing has nothing to stop [A6]") {
  Emergency at;
  const std::string id = at.held(
      at.request("planner-7", "models", "POST", "/v1/messages", R"({"model":"helpful-only-7"})"));
  for (const char* person : {"farouk", "duarte"}) REQUIRE(is_granted(at.approve(person, id)));
  REQUIRE(is_granted(at.claim(id)));
  CHECK(is_refused(at.say(recall, "farouk", id), "directs-nothing"));
}

TEST_CASE("an expired charter still decides recall and release, and no other word [A7]") {
  Emergency at;
  at.now = at.charter().valid_until - Duration{600};
  const std::string id = at.claimed();
  const std::string held = at.held(at.strike("alvarez", {"uav-009"}));
  at.now = at.charter().valid_until;
  CHECK(is_refused(at.say(WordKind::withdrawal, "brandt", held), "charter-expired"));
  CHECK(is_refused(at.say(WordKind::cancellation, "alvarez", held), "charter-expired"));
  CHECK(is_refused(at.freeze("gupta"), "charter-expired"));
  CHECK(is_granted(at.say(recall, "gupta", id)));
  CHECK(is_granted(at.decide_and_record(intent::Stopped{Kind::not_sent, id, 0})));
  CHECK(is_granted(at.release(at.release_of(id))));
}

TEST_CASE("a stop order names the command and each of its systems, and nothing else [A6]") {
  Emergency at;
  const std::string id = at.claimed({"uav-002", "uav-001", "uav-004"});
  const std::vector<StopOrder> orders = stop_orders(at.charter(), *at.ledger().find(id));
  REQUIRE(orders.size() == 1);
  CHECK(at.charter().endpoint(orders[0].endpoint).name == "fleet");
  CHECK(orders[0].method == "POST");
  CHECK(orders[0].path == "/api/v1/tasks/stop");
  CHECK(orders[0].body ==
        R"({"command":")" + id + R"(","systems":["uav-001","uav-002","uav-004"]})");
}

TEST_CASE("a stop order is sent again until it is obeyed, and after each new recall [A6]") {
  Emergency at;
  const std::string id = at.claimed();
  const auto due = [&] { return stop_due(at.charter(), *at.ledger().find(id)); };
  const auto stopped = [&](Kind kind, std::uint32_t status) {
    return at.decide_and_record(intent::Stopped{kind, id, status});
  };
  CHECK_FALSE(due());
  CHECK(is_refused(stopped(Kind::answered, 200), "not-recalled"));
  REQUIRE(is_granted(at.say(recall, "gupta", id)));
  CHECK(due());
  CHECK(is_granted(stopped(Kind::unknown, 0)));
  CHECK(due());
  CHECK(is_granted(stopped(Kind::not_sent, 0)));
  CHECK(is_granted(stopped(Kind::answered, 503)));
  CHECK(due());
  CHECK(is_granted(stopped(Kind::answered, 200)));
  CHECK_FALSE(due());
  CHECK(is_unchanged(stopped(Kind::answered, 200)));
  CHECK(is_refused(stopped(Kind::answered, 204), "already-ended"));
  REQUIRE(is_granted(at.say(recall, "jonas", id)));
  CHECK(due());
  CHECK(is_granted(stopped(Kind::answered, 204)));
  CHECK_FALSE(due());
}

TEST_CASE("a recall without a stop order in the charter is a record [A6]") {
  Emergency at(
      testing::replaced(testing::emergency_charter(), "  stop POST /api/v1/tasks/stop\n", ""));
  const std::string id = at.claimed();
  const Decision decision = at.say(recall, "gupta", id);
  REQUIRE(is_granted(decision));
  CHECK_FALSE(std::get<event::Recalled>(decision.events.front()).order);
  CHECK(is_refused(at.decide_and_record(intent::Stopped{Kind::answered, id, 200}), "not-recalled"));
}

TEST_CASE(
    "the effector's release ends the lease at the entry's time; windows go on counting it "
    "[S2 S4]") {
  Emergency at;
  const std::string id = at.claimed();
  const std::uint64_t before = at.ledger().size();
  at.pass(Duration{60});
  REQUIRE(weight_of(at, "alvarez") == 2);
  ReleaseStatement release = at.release_of(id);
  release.released_at = at.now - Duration{30};
  REQUIRE(is_granted(at.release(release)));
  CHECK(weight_of(at, "alvarez") == 0);
  CHECK(weight_of(at, "alvarez", Duration{3600}) == 2);
  // As of the checkpoint before, it was not released [W2].
  CHECK(weight_of(at, "alvarez", {}, before) == 2);
  at.pass(Duration{3599});
  CHECK(weight_of(at, "alvarez", Duration{3600}) == 2);
  at.pass(Duration{1});
  CHECK(weight_of(at, "alvarez", Duration{3600}) == 0);
}

TEST_CASE("nobody's word but the effector's ends a lease [S2]") {
  Emergency at;
  const std::string id = at.claimed();
  const ReleaseStatement release = at.release_of(id);
  for (const char* key : {"alvarez", "okafor", "gupta", "journal", "planner-7"})
    CHECK(is_refused(at.release(release, key), "key"));
  CHECK(weight_of(at, "alvarez") == 2);
}

TEST_CASE("a release is of the whole lease, of this command, here and now [S2]") {
  Emergency at;
  const std::string id = at.claimed();
  const auto refused = [&](auto change, std::string_view code) {
    ReleaseStatement release = at.release_of(id);
    change(release);
    return is_refused(at.release(release), code);
  };
  CHECK(refused([](ReleaseStatement& one) { one.systems = "uav-001"; }, "partial"));
  CHECK(refused([](ReleaseStatement& one) { one.deployment = "elsewhere"; }, "deployment"));
  CHECK(refused([](ReleaseStatement& one) { one.endpoint = "models"; }, "endpoint"));
  CHECK(refused([](ReleaseStatement& one) { one.endpoint = "nowhere"; }, "unknown-endpoint"));
  CHECK(refused([](ReleaseStatement& one) { one.command = "01NONE"; }, "unknown-command"));
  CHECK(refused([](ReleaseStatement& one) { one.released_at = one.released_at + Duration{61}; },
                "released-at"));
  CHECK(refused([](ReleaseStatement& one) { one.released_at = one.released_at - Duration{61}; },
                "released-at"));
  const std::string held = at.held(at.strike("alvarez", {"uav-009"}));
  CHECK(is_refused(at.release(at.release_of(held)), "no-lease"));
  CHECK(weight_of(at, "alvarez") == 2);
}

TEST_CASE("a release is admitted once, while the lease runs [S2]") {
  Emergency at;
  const std::string one = at.claimed();
  REQUIRE(is_granted(at.release(at.release_of(one))));
  at.pass(Duration{1});
  CHECK(is_unchanged(at.release(at.release_of(one))));
  CHECK(is_refused(at.say(recall, "gupta", one), "lease-over"));
  const std::string two = at.claimed({"uav-003"});
  at.now = at.ledger().leases().back().charged_until();
  CHECK(is_refused(at.release(at.release_of(two)), "lease-over"));
}

TEST_CASE(
    "room that a release gives back lets the next command through, without a window [S1 S2]") {
  Emergency at(testing::replaced(testing::emergency_charter(),
                                 "limit person military 10%, at most 400 over 72h",
                                 "limit person military 10%, at most 400"));
  const std::vector<std::string> eight = {"usv-001", "usv-002"};
  const std::string id = at.claimed(eight);
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"uav-001"})), "share-limit"));
  REQUIRE(is_granted(at.release(at.release_of(id))));
  CHECK(is_granted(at.decide_and_record(at.strike("alvarez", {"uav-001"}))));
}

TEST_CASE("what no recall or release could mean is refused, never a crash [T9]") {
  Emergency at;
  CHECK(is_refused(at.decide_and_record(intent::Stopped{Kind::answered, "nothing", 20}), "status"));
  CHECK(is_refused(at.decide_and_record(intent::Stopped{Kind::unknown, "\x01", 200}),
                   "unknown-command"));
}

}  // namespace
}  // namespace keyturn
