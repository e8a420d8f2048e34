// Words that take a held command back: withdrawals and signed cancellations.
#include <doctest/doctest.h>

#include "tests/policy/decide/emergency.h"

namespace keyturn {
namespace {

using testing::Emergency;
using testing::has;
using testing::is_granted;
using testing::is_refused;
using testing::is_unchanged;

constexpr WordKind withdrawal = WordKind::withdrawal, cancellation = WordKind::cancellation;

struct Held : Emergency {
  std::string id = held(strike("planner-7", {"uav-001", "uav-002"}));
  void all_approve() {
    for (const char* person : {"brandt", "farouk", "duarte"})
      REQUIRE(is_granted(approve(person, id)));
  }
};

TEST_CASE("a withdrawal takes an approval back, and says that one was there [Q5]") {
  Held at;
  at.all_approve();
  const Decision decision = at.say(withdrawal, "brandt", at.id);
  REQUIRE(is_granted(decision));
  CHECK(std::get<event::Withdrawn>(decision.events.front()).approved);
  const Command& command = *at.ledger().find(at.id);
  CHECK(command.approvals.size() == 2);
  REQUIRE(command.withdrawals.size() == 1);
  at.pass(command.windows.delay);
  CHECK(
      is_refused(at.decide_and_record(at.assigned(at.id, "strike", {"brandt", "farouk", "duarte"})),
                 "not-available"));
  CHECK_FALSE(claimable(at.ledger(), command, at.now).has_value());
  CHECK(has(outstanding(at.ledger(), command, at.now), "quorum"));
}

TEST_CASE(
    "T14 a withdrawal is final: an approval kept from before, or signed anew, is refused [Q5]") {
  Held at;
  const VerifiedWord kept = at.word(WordKind::approval, "brandt", at.id);
  at.all_approve();
  REQUIRE(is_granted(at.say(withdrawal, "brandt", at.id)));
  CHECK(is_refused(at.decide_and_record(intent::Speak{kept}), "withdrawn"));
  at.pass(Duration{60});
  CHECK(is_refused(at.approve("brandt", at.id), "withdrawn"));
  CHECK(is_unchanged(at.say(withdrawal, "brandt", at.id)));
  // For this command only.
  const std::string other = at.held(at.strike("planner-7", {"uav-003"}));
  CHECK(is_granted(at.approve("brandt", other)));
}

TEST_CASE("whoever could approve withdraws before he does, and nobody else does [Q5]") {
  Held at;
  const Decision early = at.say(withdrawal, "duarte", at.id);
  REQUIRE(is_granted(early));
  CHECK_FALSE(std::get<event::Withdrawn>(early.events.front()).approved);
  CHECK(is_refused(at.approve("duarte", at.id), "withdrawn"));
  CHECK(is_refused(at.say(withdrawal, "nowak", at.id), "slot"));
  CHECK(is_refused(at.say(withdrawal, "alvarez", at.id), "initiator"));
}

TEST_CASE(
    "a quorum that a withdrawal lost and another approval met again has its delay anew [Q4]") {
  Held at;
  at.all_approve();
  const Duration delay = at.ledger().find(at.id)->windows.delay;
  at.pass(Duration{delay.seconds - 1});
  REQUIRE(is_granted(at.say(withdrawal, "farouk", at.id)));
  REQUIRE(is_granted(at.approve("haddad", at.id)));
  at.pass(Duration{1});
  // brandt and duarte of the release authorities, haddad of parliament.
  CHECK(
      is_refused(at.decide_and_record(at.assigned(at.id, "strike", {"brandt", "duarte", "haddad"})),
                 "not-available"));
  const auto window = claimable(at.ledger(), *at.ledger().find(at.id), at.now);
  REQUIRE(window.has_value());
  CHECK(window->from == at.now + Duration{delay.seconds - 1});
  at.now = window->from;
  CHECK(is_granted(at.claim(at.id)));
}

TEST_CASE("a withdrawal takes back what was signed in one's name, and by one's hand [Q5 I4]") {
  Emergency at(testing::replaced(testing::emergency_charter(), "rule strike {",
                                 "delegation of office:release-authority to institution:mod for "
                                 "3d\nrule strike {"));
  REQUIRE(is_granted(at.delegate("brandt", "nowak")));
  const auto approved = [&](const std::string& id) {
    return at.ledger().find(id)->approvals.size();
  };
  testing::Say for_brandt;
  for_brandt.delegator = "brandt";
  // The delegate, in the delegator's place: final for the delegator.
  const std::string one = at.held(at.strike("planner-7", {"uav-001"}));
  REQUIRE(is_granted(at.approve("nowak", one, for_brandt)));
  REQUIRE(is_granted(at.say(withdrawal, "nowak", one, for_brandt)));
  CHECK(approved(one) == 0);
  CHECK(is_refused(at.approve("brandt", one), "withdrawn"));
  // The delegator: final for the delegate in his place.
  const std::string two = at.held(at.strike("planner-7", {"uav-002"}));
  REQUIRE(is_granted(at.approve("nowak", two, for_brandt)));
  REQUIRE(is_granted(at.say(withdrawal, "brandt", two)));
  CHECK(approved(two) == 0);
  CHECK(is_refused(at.approve("nowak", two, for_brandt), "withdrawn"));
  // The delegate for himself: whatever his hand signed, and not what the delegator signs.
  const std::string three = at.held(at.strike("planner-7", {"uav-003"}));
  REQUIRE(is_granted(at.approve("nowak", three, for_brandt)));
  REQUIRE(is_granted(at.say(withdrawal, "nowak", three)));
  CHECK(approved(three) == 0);
  CHECK(is_refused(at.approve("nowak", three, for_brandt), "withdrawn"));
  CHECK(is_granted(at.approve("brandt", three)));
}

TEST_CASE("a withdrawal counts up to the claim, and not after it [Q5]") {
  Emergency at;
  const std::string id = at.claimed();
  CHECK(is_refused(at.say(withdrawal, "brandt", id), "claimed"));
  CHECK(at.ledger().find(id)->counted.size() == 3);
}

TEST_CASE("T13 the initiator's own key cancels what his agent asked for, and no other key [A6]") {
  Held at;
  CHECK(is_refused(at.say(cancellation, "brandt", at.id), "not-initiator"));
  CHECK(is_refused(at.say(cancellation, "okafor", at.id), "not-initiator"));
  REQUIRE(is_granted(at.say(cancellation, "alvarez", at.id)));
  CHECK(at.ledger().find(at.id)->state == Command::State::cancelled);
  CHECK(at.ledger().held().empty());
  CHECK(is_unchanged(at.say(cancellation, "alvarez", at.id)));
  CHECK(is_refused(at.approve("brandt", at.id), "cancelled"));
}

TEST_CASE("nobody cancels what was claimed: that is a recall's business [A6]") {
  Emergency at;
  const std::string id = at.claimed();
  CHECK(is_refused(at.say(cancellation, "alvarez", id), "claimed"));
}

TEST_CASE("T13 a word on another text ends nothing [W2]") {
  Held at;
  const std::string other = at.held(at.strike("alvarez", {"uav-003"}));
  std::string text = at.ledger().find(other)->text;
  text.replace(text.find(other), other.size(), at.id);
  testing::Say say;
  say.text = text;
  CHECK(is_refused(at.say(withdrawal, "brandt", at.id, say), "different-text"));
  CHECK(is_refused(at.say(cancellation, "alvarez", at.id, say), "different-text"));
  CHECK(at.ledger().find(at.id)->state == Command::State::held);
}

}  // namespace
}  // namespace keyturn
