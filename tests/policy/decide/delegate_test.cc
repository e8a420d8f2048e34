#include <doctest/doctest.h>

#include "policy/people/closure.h"
#include "tests/policy/decide/deployment.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::defence;
using testing::Deployment;
using testing::Hand;
using testing::has;
using testing::is_granted;
using testing::is_refused;
using testing::is_unchanged;
using testing::replaced;
using testing::Say;

constexpr std::string_view strike_rule = "rule strike {";

// Officials may let colleagues of their institution sign for them; nowak, in need of a boss of his
// own, is under okafor.
std::string delegating() {
  std::string text = replaced(defence, strike_rule,
                              "delegation of office:release-authority|judge-advocate to "
                              "institution:mod|parliament|court for 3d\nrule strike {");
  return replaced(text, "person nowak   \"Lt P. Nowak\" of mod\n",
                  "person nowak   \"Lt P. Nowak\" of mod under okafor\n");
}

PersonId person(const Deployment& at, std::string_view name) {
  return at.charter().find_person(name).value();
}

std::vector<std::string> charged(const Decision& decision) {
  REQUIRE(is_granted(decision));
  return std::get<event::Claimed>(decision.events.front()).charged;
}

TEST_CASE("a delegate's approval is his delegator's, and the command goes out on it [I2 I4]") {
  Deployment at(delegating());
  REQUIRE(is_granted(at.delegate("brandt", "nowak")));
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("nowak", id, {.delegator = "brandt"})));
  const RecordedWord& word = at.ledger().find(id)->approvals.at(0);
  CHECK(word.person == person(at, "brandt"));
  CHECK(word.hand() == person(at, "nowak"));
  CHECK(word.key == testing::test_key("nowak").public_key());
  REQUIRE(is_granted(at.approve("farouk", id)));
  REQUIRE(is_granted(at.approve("duarte", id)));
  at.pass(Duration{120});
  CHECK(is_granted(at.claim(id)));
  // Both have approved this weight: the hand as well as he for whom it signed.
  CHECK(at.ledger().leases_approved_by(person(at, "nowak")).size() == 1);
  CHECK(at.ledger().leases_approved_by(person(at, "brandt")).size() == 1);
}

TEST_CASE("nobody signs for another who has not delegated just this, or no longer [I4]") {
  Deployment at(delegating());
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(is_refused(at.approve("nowak", id, {.delegator = "brandt"}), "not-delegated"));
  REQUIRE(is_granted(at.delegate("brandt", "nowak", {"strike"}, {.until = Duration{300}})));
  CHECK(is_refused(at.approve("castell", id, {.delegator = "brandt"}), "not-delegated"));
  CHECK(is_refused(at.approve("nowak", id, {.delegator = "farouk"}), "not-delegated"));
  at.pass(Duration{300});
  CHECK(is_refused(at.approve("nowak", id, {.delegator = "brandt"}), "not-delegated"));
}

TEST_CASE("an approval in another's place ends with its delegation, also before the claim [Q4]") {
  Deployment at(delegating());
  REQUIRE(is_granted(at.delegate("brandt", "nowak")));
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("nowak", id, {.delegator = "brandt"})));
  REQUIRE(is_granted(at.approve("farouk", id)));
  REQUIRE(is_granted(at.approve("duarte", id)));
  at.pass(Duration{120});
  const auto claim = claimable(at.ledger(), *at.ledger().find(id), at.now);
  REQUIRE(claim.has_value());
  REQUIRE(is_granted(at.delegate("brandt", "nowak", {})));  // he ends it
  CHECK(is_refused(at.decide_and_record(intent::Claim{id, claim->assignments}), "not-available"));
  CHECK_FALSE(claimable(at.ledger(), *at.ledger().find(id), at.now).has_value());
}

TEST_CASE("what ended a delegation is not undone by a copy of the older one T12") {
  Deployment at(delegating());
  const intent::Delegate first{at.delegation("brandt", "nowak", {"strike"})};
  REQUIRE(is_granted(at.decide_and_record(first)));
  CHECK(is_unchanged(at.decide_and_record(first)));
  at.pass(Duration{1});
  REQUIRE(is_granted(at.delegate("brandt", "nowak", {})));
  CHECK(is_refused(at.decide_and_record(first), "superseded"));
  CHECK(is_refused(at.delegate("farouk", "haddad", {}), "nothing-to-end"));
}

TEST_CASE("a delegation is one hop: what was delegated to somebody he cannot delegate [I4]") {
  Deployment at(delegating());
  REQUIRE(is_granted(at.delegate("brandt", "nowak")));
  CHECK(is_refused(at.delegate("nowak", "alvarez"), "nothing-to-delegate"));
  // Nor does a delegation reach through: nowak may sign for brandt, castell not through nowak.
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(is_refused(at.approve("castell", id, {.delegator = "nowak"}), "not-delegated"));
}

TEST_CASE("a delegation stays within what the charter allows") {
  Deployment at(delegating());
  CHECK(is_refused(at.delegate("farouk", "eriksen"), "not-delegable"));  // another institution
  CHECK(is_refused(at.delegate("castell", "brandt"), "not-delegable"));  // his own superior
  CHECK(is_refused(at.delegate("brandt", "brandt"), "not-delegable"));
  CHECK(is_refused(at.delegate("brandt", "nowak", {"helpful-only"}), "nothing-to-delegate"));
  CHECK(is_refused(at.delegate("brandt", "nowak", {"no-such-class"}), "unknown-class"));
  CHECK(is_refused(at.delegate("brandt", "nowak", {"strike"}, {.until = Duration{3 * 86400 + 1}}),
                   "until"));
  CHECK(is_granted(at.delegate("brandt", "nowak", {"strike"}, {.until = Duration{3 * 86400}})));
  // A charter that has no word of it allows none.
  Deployment without(defence);
  CHECK(is_refused(without.delegate("brandt", "nowak"), "not-delegable"));
}

TEST_CASE("T13 T21 a delegation is its delegator's own, for here and now [W11]") {
  Deployment at(delegating());
  CHECK(is_refused(at.delegate("brandt", "nowak", {"strike"}, {.deployment = "elsewhere"}),
                   "deployment"));
  const intent::Delegate forged{at.delegation("brandt", "nowak", {"strike"}, {.key = "nowak"})};
  CHECK(is_refused(decide(at.ledger(), forged, at.now), "key"));
  CHECK(is_refused(at.delegate("brandt", "nowak", {"strike"}, {.institution = "court"}),
                   "institution"));
  CHECK(is_refused(at.delegate("brandt", "nowak", {"strike"},
                               {.signed_at = Duration{61}, .not_after = Duration{600}}),
                   "signed-at"));
  CHECK(is_refused(at.delegate("brandt", "nowak", {"strike"},
                               {.signed_at = Duration{-700}, .not_after = Duration{-1}}),
                   "not-after"));
  CHECK(is_refused(at.delegate("brandt", "nowak", {"strike"},
                               {.until = Duration{-1}, .signed_at = Duration{-10}}),
                   "until"));
}

TEST_CASE("T16 one hand is one approval, in whosever place [I4 Q3]") {
  Deployment at(delegating());
  REQUIRE(is_granted(at.delegate("farouk", "haddad")));
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("haddad", id)));
  CHECK(is_refused(at.approve("haddad", id, {.delegator = "farouk"}), "same-hand"));
  const std::string other = at.held(at.strike("alvarez", {"uav-002"}));
  REQUIRE(is_granted(at.approve("haddad", other, {.delegator = "farouk"})));
  CHECK(is_refused(at.approve("haddad", other), "same-hand"));
  CHECK(is_unchanged(at.approve("farouk", other)));  // it is there already, by his delegate
}

TEST_CASE("T14 a delegate's veto is his delegator's, once") {
  Deployment at(delegating());
  REQUIRE(is_granted(at.delegate("gupta", "eriksen")));
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  const Decision veto = at.veto("eriksen", id, {.delegator = "gupta"});
  REQUIRE(is_granted(veto));
  CHECK(std::get<event::Vetoed>(veto.events.front()).person == "gupta");
  CHECK(std::get<event::Vetoed>(veto.events.front()).stopped);
}

TEST_CASE("T17 a delegate counts nowhere where his delegator, or he himself, could not [I4 I5]") {
  Deployment at(delegating());
  // castell is under brandt: beside an approval that nowak gave for brandt he adds nothing.
  REQUIRE(is_granted(at.delegate("brandt", "nowak")));
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("nowak", id, {.delegator = "brandt"})));
  const Decision beside = at.approve("castell", id);
  REQUIRE(is_granted(beside));
  CHECK(has(std::get<event::Approved>(beside.events.front()).notes, "subordinate"));
  REQUIRE(is_granted(at.approve("farouk", id)));
  at.pass(Duration{120});
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", {"brandt", "castell", "farouk"})),
                   "subordinate"));

  // Whoever obeys the initiator signs for nobody.
  std::string under = replaced(delegating(), "person nowak   \"Lt P. Nowak\" of mod under okafor\n",
                               "person nowak   \"Lt P. Nowak\" of mod under alvarez\n");
  Deployment obeying(under);
  REQUIRE(is_granted(obeying.delegate("brandt", "nowak")));
  const std::string his = obeying.held(obeying.strike("alvarez", {"uav-001"}));
  CHECK(is_refused(obeying.approve("nowak", his, {.delegator = "brandt"}), "initiator"));
}

TEST_CASE(
    "T17 a superior of all the hands that signed holds the quorum, whoever's place they "
    "signed in [I5]") {
  // The three persons obey nobody; but each lets somebody sign who obeys okafor.
  std::string text = replaced(delegating(), "person haddad  \"S. Haddad MP\" of parliament\n",
                              "person haddad  \"S. Haddad MP\" of parliament under okafor\n");
  text = replaced(text, "person eriksen \"Judge A. Eriksen\" of court\n",
                  "person eriksen \"Judge A. Eriksen\" of court under okafor\n");
  text = replaced(text, "need 1 of institution:parliament and 1 of institution:court",
                  "need 2 of office:release-authority across 2 institutions");
  Deployment at(text);
  REQUIRE(is_granted(at.delegate("brandt", "nowak")));
  REQUIRE(is_granted(at.delegate("farouk", "haddad")));
  REQUIRE(is_granted(at.delegate("duarte", "eriksen")));
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("nowak", id, {.delegator = "brandt"})));
  REQUIRE(is_granted(at.approve("haddad", id, {.delegator = "farouk"})));
  REQUIRE(is_granted(at.approve("eriksen", id, {.delegator = "duarte"})));
  at.pass(Duration{120});
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", {"brandt", "farouk", "duarte"})),
                   "puppet"));
  // One of them by his own hand, and it is a quorum of three institutions' own.
  Deployment own(text);
  REQUIRE(is_granted(own.delegate("brandt", "nowak")));
  const std::string good = own.held(own.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(own.approve("nowak", good, {.delegator = "brandt"})));
  REQUIRE(is_granted(own.approve("farouk", good)));
  REQUIRE(is_granted(own.approve("duarte", good)));
  own.pass(Duration{120});
  CHECK(is_granted(own.claim(good)));
}

TEST_CASE("T17 a delegation that ended is still an edge for the time that it named [I8]") {
  Deployment at(delegating());
  REQUIRE(is_granted(at.delegate("brandt", "nowak")));
  at.pass(Duration{1});
  REQUIRE(is_granted(at.delegate("brandt", "nowak", {})));
  const auto closure = at.ledger().closure_between(at.now, at.now);
  CHECK(closure->in_closure(person(at, "nowak"), person(at, "brandt")));
  const Time later = at.now + Duration{3600};
  CHECK_FALSE(at.ledger()
                  .closure_between(later, later)
                  ->in_closure(person(at, "nowak"), person(at, "brandt")));
}

TEST_CASE(
    "T18 what a delegate directs is charged to his delegator too, also where the delegation "
    "came later [S3]") {
  std::string text = replaced(delegating(), "  by office:fleet-commander\n",
                              "  by office:fleet-commander, person:nowak\n");
  Deployment at(text);
  REQUIRE(is_granted(at.delegate("brandt", "nowak")));
  const auto quorum = [&](const std::string& id) {
    for (const char* name : {"castell", "farouk", "duarte"})
      REQUIRE(is_granted(at.approve(name, id)));
    at.pass(Duration{120});
    return at.claim(id);
  };
  // castell obeys brandt, whose delegate initiates; that does not put him under nowak.
  CHECK(charged(quorum(at.held(at.strike("nowak", {"uav-001"})))) ==
        std::vector<std::string>{"brandt", "nowak"});
  CHECK(at.ledger().leases_of_person(person(at, "brandt")).size() == 1);

  CHECK(at.ledger().leases_of_person(person(at, "jonas")).empty());
  const std::string his = at.held(at.strike("alvarez", {"uav-002"}));
  CHECK(charged(quorum(his)) == std::vector<std::string>{"alvarez"});
  REQUIRE(is_granted(at.delegate("castell", "alvarez")));
  CHECK(at.ledger().leases_of_person(person(at, "castell")).size() == 1);
  CHECK(at.ledger().leases().back().charged.size() == 2);
}

TEST_CASE("a delegation is in the ledger's text, and a replay gives the same") {
  Deployment at(delegating());
  REQUIRE(is_granted(at.delegate("brandt", "nowak")));
  const std::string text = at.ledger().serialise();
  CHECK(text.find("brandt -> nowak") != std::string::npos);
  CHECK(text.find("  classes strike\n") != std::string::npos);
}

}  // namespace
}  // namespace keyturn
