#include <doctest/doctest.h>

#include "policy/share/share.h"
#include "tests/policy/decide/deployment.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::defence;
using testing::Deployment;
using testing::has;
using testing::is_granted;
using testing::is_refused;
using testing::replaced;

constexpr Duration second{1};
const std::vector<std::string> quorum = {"brandt", "farouk", "duarte"};

void approve_all(Deployment& at, const std::string& id) {
  for (const std::string& person : quorum) REQUIRE(is_granted(at.approve(person, id)));
}

const event::Claimed& claimed(const Decision& decision) {
  REQUIRE(is_granted(decision));
  return std::get<event::Claimed>(decision.events.front());
}

TEST_CASE("a claim begins the lease in its own entry, and says whom it charges [S1 S2 S3]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("planner-7", {"uav-001", "uav-002"}));
  approve_all(at, id);
  at.pass(Duration{120});
  const Decision decision = at.claim(id);
  CHECK(claimed(decision).charged == std::vector<std::string>{"alvarez"});
  CHECK(claimed(decision).systems == "uav-[001..002]");
  CHECK(claimed(decision).lease_until == at.now + Duration{1200});
  REQUIRE(at.ledger().leases().size() == 1);
  const Lease& lease = at.ledger().leases().front();
  CHECK(lease.command == id);
  CHECK(lease.from == at.now);
  CHECK(lease.until == at.now + Duration{1200});
  CHECK(lease.agents.has_value());
  CHECK(lease.approvers.size() == 3);
  CHECK(at.ledger().find(id)->state == Command::State::claimed);
  CHECK(at.ledger().unfinished().count(id) == 1);
  CHECK(at.ledger().held().empty());
}

TEST_CASE("T12 a command is claimed once [W9]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve_and_claim(id)));
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", quorum)), "claimed"));
  CHECK(at.ledger().leases().size() == 1);
}

TEST_CASE("T19 of two claims that fit the limit alone and not together, one passes [S6]") {
  Deployment at(
      replaced(defence, "limit institution military 50%", "limit institution military 10%"));
  const std::string first = at.held(at.strike("alvarez", {"usv-001", "usv-002"}));
  REQUIRE(is_granted(at.decide_and_record(intent::Cancel{first, "alvarez"})));
  const std::string one = at.held(at.strike("alvarez", {"usv-001"}));
  const std::string two = at.held(at.strike("alvarez", {"usv-002"}));
  for (const std::string& id : {one, two}) approve_all(at, id);
  at.pass(Duration{120});
  CHECK(is_granted(at.claim(one)));
  CHECK(is_granted(at.claim(two)));  // 8 of 8: the limit itself is allowed
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"uav-001"})), "share-limit"));
}

std::string two_commanders() {
  return replaced(
      replaced(defence, "limit institution military 50%", "limit institution military 10%"),
      "person brandt",
      "person zorn \"Cdr Q. Zorn\" of mod holds fleet-commander\n  key ed25519 "
      "\"@key(zorn)@\"\nperson brandt");
}

TEST_CASE(
    "T19 racing claims of two people at an institution's limit: the second is refused and stays "
    "claimable [S1 S6]") {
  Deployment at(two_commanders());
  const std::string one = at.held(at.strike("alvarez", {"usv-001", "usv-002"}));
  const std::string two = at.held(at.strike("zorn", {"usv-003"}));
  for (const std::string& id : {one, two}) approve_all(at, id);
  at.pass(Duration{120});
  REQUIRE(is_granted(at.claim(one)));
  CHECK(is_refused(at.claim(two), "share-limit"));
  CHECK(at.ledger().find(two)->held_at(at.now));
  CHECK(claimable(at.ledger(), *at.ledger().find(two), at.now).has_value());
  CHECK(has(outstanding(at.ledger(), *at.ledger().find(two), at.now), "share-limit"));
  CHECK(at.ledger().leases().size() == 1);
}

TEST_CASE("a claim that failed a limit passes once there is room, if it has not expired [S1]") {
  // Short leases and a long execute window.
  Deployment at(replaced(two_commanders(),
                         "approve within 30m delay 2m execute within 10m lease 20m",
                         "approve within 30m delay 2m execute within 2h lease 20m"));
  const std::string one = at.held(at.strike("alvarez", {"usv-001", "usv-002"}));
  const std::string two = at.held(at.strike("zorn", {"usv-003"}));
  for (const std::string& id : {one, two}) approve_all(at, id);
  at.pass(Duration{120});
  REQUIRE(is_granted(at.claim(one)));
  CHECK(is_refused(at.claim(two), "share-limit"));
  at.now = at.ledger().leases().front().charged_until() - second;
  CHECK(is_refused(at.claim(two), "share-limit"));
  at.pass(second);
  CHECK(is_granted(at.claim(two)));
}

TEST_CASE("T20 salami: small leases one after the other fill the window's limit [S4]") {
  Deployment at(defence);  // 8 of 80 over 72h
  for (const char* system : {"usv-001", "usv-002"}) {
    REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("alvarez", {system})))));
    at.pass(Duration{2 * 3600});  // long after the lease
  }
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"usv-003"})), "share-limit"));
  const Time end = at.ledger().leases().front().charged_until() + Duration{72 * 3600};
  at.now = end - second;
  CHECK(is_refused(decide(at.ledger(), at.strike("alvarez", {"usv-003"}), at.now), "share-limit"));
  at.now = end;  // the first slice leaves the window; the second is still in it
  CHECK(is_granted(at.approve_and_claim(at.held(at.strike("alvarez", {"usv-003"})))));
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"usv-004"})), "share-limit"));
}

TEST_CASE(
    "T20 a claim meets the window's limit too, though its proposal was before the others' leases") {
  Deployment at(replaced(two_commanders(), "limit institution military 10%",
                         "limit institution military 10% over 72h"));
  const std::string late = at.held(at.strike("zorn", {"usv-003"}));
  approve_all(at, late);
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("alvarez", {"usv-001", "usv-002"})))));
  CHECK(is_refused(at.claim(late), "share-limit"));
}

TEST_CASE("a limit on what one person cosigns counts those the claim counts [S5]") {
  Deployment at(
      replaced(defence, "limit institution military 50%", "limit cosigned military at most 4"));
  const std::string one = at.held(at.strike("alvarez", {"usv-001"}));
  const std::string two = at.held(at.strike("alvarez", {"usv-002"}));
  approve_all(at, one);
  approve_all(at, two);
  REQUIRE(is_granted(at.approve("eriksen", two)));
  REQUIRE(is_granted(at.approve("haddad", two)));
  at.pass(Duration{120});
  REQUIRE(is_granted(at.decide_and_record(at.assigned(one, "strike", quorum))));
  CHECK(is_refused(at.decide_and_record(at.assigned(two, "strike", quorum)), "share-limit"));
}

TEST_CASE("a limit on one provider's agents binds agents, not people [S5]") {
  Deployment at(
      replaced(defence, "limit institution military 50%", "limit agents acme military at most 4"));
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("planner-7", {"usv-001"})))));
  CHECK(is_refused(at.decide_and_record(at.strike("planner-7", {"uav-001"})), "share-limit"));
  CHECK(is_granted(at.decide_and_record(at.strike("alvarez", {"uav-001"}))));
}

TEST_CASE("a limit on span binds the superior's span through his subordinates [S4 S5]") {
  Deployment at(
      replaced(replaced(defence, "limit institution military 50%", "limit span military at most 4"),
               "person brandt",
               "person zorn \"Cdr Q. Zorn\" of mod holds fleet-commander\n  key ed25519 "
               "\"@key(zorn)@\"\nperson brandt"));
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("alvarez", {"usv-001"})))));
  CHECK(is_refused(at.decide_and_record(at.strike("zorn", {"uav-001"})), "share-limit"));
}

TEST_CASE("an approval counts once it was journalled a delay ago, and not a second before [Q4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  approve_all(at, id);
  at.pass(Duration{119});
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", quorum)), "delay"));
  at.pass(second);
  CHECK(is_granted(at.decide_and_record(at.assigned(id, "strike", quorum))));
}

TEST_CASE("`execute within` runs from quorum plus delay, to the second [Q4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  approve_all(at, id);
  at.pass(Duration{120 + 600});
  CHECK(is_granted(decide(at.ledger(), at.assigned(id, "strike", quorum), at.now)));
  at.pass(second);
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", quorum)), "execute-window"));
  CHECK_FALSE(claimable(at.ledger(), *at.ledger().find(id), at.now).has_value());
  CHECK(has(outstanding(at.ledger(), *at.ledger().find(id), at.now), "execute-window"));
}

TEST_CASE("a later quorum has an execute window of its own [Q4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  approve_all(at, id);
  at.pass(Duration{120 + 601});
  REQUIRE(is_granted(at.approve("haddad", id)));
  at.pass(Duration{120});
  // brandt of mod, duarte of the court, haddad of parliament: the quorum was complete two minutes
  // ago.
  CHECK(is_granted(
      decide(at.ledger(), at.assigned(id, "strike", {"brandt", "duarte", "haddad"}), at.now)));
}

TEST_CASE("an approval counts up to its not-after, and not a second longer [Q4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("brandt", id, {.not_after = {150}})));
  REQUIRE(is_granted(at.approve("farouk", id)));
  REQUIRE(is_granted(at.approve("duarte", id)));
  at.pass(Duration{150});
  CHECK(is_granted(decide(at.ledger(), at.assigned(id, "strike", quorum), at.now)));
  at.pass(second);
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", quorum)), "not-available"));
  CHECK_FALSE(claimable(at.ledger(), *at.ledger().find(id), at.now).has_value());
}

TEST_CASE("a command expires at approve plus delay plus execute, to the second [Q4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  at.pass(Duration{1800});
  approve_all(at, id);
  at.pass(Duration{120 + 599});
  CHECK(is_granted(decide(at.ledger(), at.assigned(id, "strike", quorum), at.now)));
  at.pass(second);
  CHECK(at.now == at.ledger().find(id)->expires);
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", quorum)), "expired"));
  CHECK(is_refused(at.veto("gupta", id), "expired"));
}

TEST_CASE("T16 a claim counts only approvals that are there [Q2]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("brandt", id)));
  REQUIRE(is_granted(at.approve("farouk", id)));
  at.pass(Duration{120});
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", quorum)), "not-available"));
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", {"brandt", "farouk", "farouk"})),
                   "same-person"));
  CHECK(
      is_refused(at.decide_and_record(at.assigned(id, "strike", {"brandt", "farouk"})), "branch"));
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", {"brandt", "farouk", "mallory"})),
                   "unknown-person"));
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", quorum, 7)), "branch"));
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", quorum, 4294967295U)), "branch"));
}

TEST_CASE("a claim has one assignment for each class of its command and no other [C4 Q2]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  approve_all(at, id);
  at.pass(Duration{120});
  intent::Claim good = at.assigned(id, "strike", quorum);
  intent::Claim none{id, {}};
  intent::Claim other = at.assigned(id, "helpful-only", quorum);
  intent::Claim twice = good;
  twice.assignments.push_back(good.assignments.front());
  for (const intent::Claim& claim : {none, other, twice})
    CHECK(is_refused(at.decide_and_record(claim), "assignment"));
  CHECK(is_refused(at.decide_and_record(intent::Claim{"nothing", good.assignments}),
                   "unknown-command"));
  CHECK(is_granted(at.decide_and_record(good)));
}

TEST_CASE("an expired charter lets nothing go [A7]") {
  Deployment at(
      replaced(defence, "valid 2026-01-01 .. 2036-01-01", "valid 2026-01-01 .. 2026-06-02"));
  at.now = at.charter().valid_until - Duration{121};
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  approve_all(at, id);
  at.pass(Duration{120});
  CHECK(is_granted(decide(at.ledger(), at.assigned(id, "strike", quorum), at.now)));
  at.pass(second);
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", quorum)), "charter-expired"));
  CHECK_FALSE(claimable(at.ledger(), *at.ledger().find(id), at.now).has_value());
}

TEST_CASE("what directs nothing is claimed without a lease") {
  Deployment at(defence);
  const std::string id = at.held(at.request("nowak", "models", "POST", "/v1/messages",
                                            R"({"model":"helpful-only-3","messages":[]})"));
  REQUIRE(is_granted(at.approve("haddad", id)));
  REQUIRE(is_granted(at.approve("eriksen", id)));
  const Decision decision = at.claim(id);  // no delay: in the same second
  CHECK(claimed(decision).lease_until == at.now);
  CHECK(claimed(decision).systems.empty());
  CHECK(at.ledger().leases().empty());
}

TEST_CASE("claimable says when, until when, and with whom [Q4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("brandt", id)));
  at.pass(Duration{100});
  REQUIRE(is_granted(at.approve("farouk", id)));
  CHECK_FALSE(claimable(at.ledger(), *at.ledger().find(id), at.now).has_value());
  CHECK_FALSE(outstanding(at.ledger(), *at.ledger().find(id), at.now).empty());
  at.pass(Duration{100});
  REQUIRE(is_granted(at.approve("duarte", id, {.not_after = {500}})));
  const Time quorum_at = at.now;
  at.pass(Duration{10});
  const auto window = claimable(at.ledger(), *at.ledger().find(id), at.now);
  REQUIRE(window.has_value());
  CHECK(window->from == quorum_at + Duration{120});
  CHECK(window->until == quorum_at + Duration{500});
  CHECK(has(outstanding(at.ledger(), *at.ledger().find(id), at.now), "delay"));
  const intent::Claim claim{id, window->assignments};
  CHECK(is_refused(decide(at.ledger(), claim, window->from - second), "delay"));
  CHECK(is_granted(decide(at.ledger(), claim, window->from)));
  CHECK(is_granted(decide(at.ledger(), claim, window->until)));
  CHECK_FALSE(is_granted(decide(at.ledger(), claim, window->until + second)));
}

TEST_CASE("outstanding names terms and never persons [P1]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("brandt", id)));
  for (const Reason& reason : outstanding(at.ledger(), *at.ledger().find(id), at.now))
    for (const Person& person : at.charter().persons)
      CHECK(reason.text.find(person.name) == std::string::npos);
}

}  // namespace
}  // namespace keyturn
