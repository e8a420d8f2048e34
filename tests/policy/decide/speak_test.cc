#include <doctest/doctest.h>

#include "tests/policy/decide/deployment.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::defence;
using testing::Deployment;
using testing::is_granted;
using testing::is_refused;
using testing::is_unchanged;
using testing::replaced;
using testing::Say;

const std::vector<Reason>& notes(const Decision& decision) {
  REQUIRE(is_granted(decision));
  return std::get<event::Approved>(decision.events.front()).notes;
}
bool stopped(const Decision& decision) {
  REQUIRE(is_granted(decision));
  return std::get<event::Vetoed>(decision.events.front()).stopped;
}

TEST_CASE("an approval of a held command is recorded, with its key and its end [Q3 Q4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(notes(at.approve("brandt", id)).empty());
  const Command* command = at.ledger().find(id);
  REQUIRE(command->approvals.size() == 1);
  CHECK(command->approvals[0].person == at.charter().find_person("brandt").value());
  CHECK(command->approvals[0].key == testing::test_key("brandt").public_key());
  CHECK(command->approvals[0].at == at.now);
  CHECK(command->approvals[0].not_after == at.now + Duration{12 * 3600});
  CHECK(command->approvals[0].index == at.ledger().size() - 1);
}

TEST_CASE("a word on a command that is not there, or is over, is refused") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  std::string other = at.ledger().find(id)->text;
  other.replace(other.find(id), id.size(), "0100000000000000000000ZZZZ");
  CHECK(is_refused(at.approve("brandt", id, {.text = other}), "unknown-command"));
  REQUIRE(is_granted(at.decide_and_record(intent::Cancel{id, "alvarez"})));
  CHECK(is_refused(at.approve("brandt", id), "cancelled"));
  CHECK(is_refused(at.veto("gupta", id), "cancelled"));
}

TEST_CASE("T11 a word on any other text than the held one's is refused, to the last byte [W2]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  std::string text = at.ledger().find(id)->text;
  text.replace(text.find("grid 31U"), 8, "grid 32U");
  CHECK(is_refused(at.approve("brandt", id, {.text = text}), "different-text"));
  CHECK(is_refused(at.veto("gupta", id, {.text = text}), "different-text"));
  CHECK(at.ledger().find(id)->approvals.empty());
}

TEST_CASE("T13 a word for another deployment, or of another institution, is refused") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(is_refused(at.approve("brandt", id, {.deployment = "other"}), "deployment"));
  CHECK(is_refused(at.approve("brandt", id, {.institution = "court"}), "institution"));
}

TEST_CASE("T21 a key that the roster does not give its signer does not speak [Q4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  const intent::Speak speak{at.word(WordKind::approval, "brandt", id, {.key = "mallory"})};
  CHECK(is_refused(decide(at.ledger(), speak, at.now), "key"));
  const intent::Speak other{at.word(WordKind::approval, "brandt", id, {.key = "farouk"})};
  CHECK(is_refused(decide(at.ledger(), other, at.now), "key"));
  const intent::Speak nobody{
      at.word(WordKind::approval, "mallory", id, {.institution = "mod", .key = "mallory"})};
  CHECK(is_refused(decide(at.ledger(), nobody, at.now), "unknown-person"));
}

TEST_CASE("a word may be signed up to 60 seconds ahead of the entry [W11]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(is_refused(at.approve("brandt", id, {.signed_at = {61}}), "signed-at"));
  CHECK(is_granted(at.approve("brandt", id, {.signed_at = {60}})));
}

TEST_CASE("a word does not outlive its not-after [W11]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(
      is_refused(at.approve("brandt", id, {.signed_at = {-600}, .not_after = {-1}}), "not-after"));
  CHECK(is_granted(at.approve("brandt", id, {.not_after = {0}})));
}

TEST_CASE("approvals are taken until `approve within` ends, and not a second longer [Q4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  at.pass(Duration{1800});
  CHECK(is_granted(at.approve("brandt", id)));
  at.pass(Duration{1});
  CHECK(is_refused(at.approve("farouk", id), "approve-window"));
  CHECK(is_granted(at.veto("gupta", id)));
}

TEST_CASE("T16 T18 an approval of the initiator, or of one under his command, is refused [Q7 I4]") {
  Deployment at(replaced(
      replaced(defence, "holds fleet-commander", "holds fleet-commander, release-authority"),
      "person brandt",
      "person zorn \"Cdr Q. Zorn\" of mod holds release-authority under alvarez\n  key "
      "ed25519 \"@key(zorn)@\"\nperson brandt"));
  const std::string id = at.held(at.strike("planner-7", {"uav-001"}));
  CHECK(at.approve("alvarez", id).kind == Decision::Kind::refused);
  CHECK(at.approve("zorn", id).kind == Decision::Kind::refused);
  CHECK(at.ledger().find(id)->approvals.empty());
  CHECK(is_granted(at.approve("brandt", id)));
}

TEST_CASE("an approval that fits no term is refused with the reason [Q7]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  const Decision decision = at.approve("nowak", id);
  CHECK(decision.kind == Decision::Kind::refused);
  CHECK_FALSE(decision.reasons().empty());
}

TEST_CASE("an approval that adds nothing now is recorded, and answered with why [Q7]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(notes(at.approve("brandt", id)).empty());
  CHECK_FALSE(notes(at.approve("castell", id)).empty());  // under brandt
  CHECK(at.ledger().find(id)->approvals.size() == 2);
}

std::string two_keys() {
  return replaced(defence, "key ed25519 \"@key(brandt)@\"",
                  "key ed25519 \"@key(brandt)@\"\n  key ed25519 \"@key(spare)@\"");
}

TEST_CASE("T16 two keys of one person are one approval [Q3]") {
  Deployment at(two_keys());
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("brandt", id)));
  CHECK(is_unchanged(at.approve("brandt", id)));
  CHECK(is_unchanged(at.approve("brandt", id, {.key = "spare"})));
  CHECK(at.ledger().find(id)->approvals.size() == 1);
}

TEST_CASE("a new approval takes the place of one that has ended, and its time with it [Q4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("brandt", id, {.not_after = {60}})));
  REQUIRE(is_granted(at.approve("farouk", id)));
  at.pass(Duration{60});
  CHECK(is_unchanged(at.approve("brandt", id)));
  at.pass(Duration{1});
  CHECK(is_granted(at.approve("brandt", id)));
  const Command* command = at.ledger().find(id);
  REQUIRE(command->approvals.size() == 2);
  CHECK(command->approvals.back().person == at.charter().find_person("brandt").value());
  CHECK(command->approvals.back().at == at.now);
}

TEST_CASE("T14 one veto of the office that has it stops a command for good [Q5]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  for (const char* person : {"brandt", "farouk", "duarte"})
    REQUIRE(is_granted(at.approve(person, id)));
  at.pass(Duration{120});
  const auto window = claimable(at.ledger(), *at.ledger().find(id), at.now);
  REQUIRE(window.has_value());
  CHECK(stopped(at.veto("gupta", id)));
  CHECK(is_refused(at.decide_and_record(intent::Claim{id, window->assignments}), "vetoed"));
  CHECK(is_refused(at.approve("haddad", id), "vetoed"));
  CHECK_FALSE(claimable(at.ledger(), *at.ledger().find(id), at.now).has_value());
}

TEST_CASE("a veto is taken up to the claim, and not after it [Q5]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve_and_claim(id)));
  CHECK(is_refused(at.veto("gupta", id), "claimed"));
}

TEST_CASE("who has no veto in any matched rule has none [Q5]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(is_refused(at.veto("brandt", id), "no-veto"));
  CHECK(is_refused(at.veto("alvarez", id), "no-veto"));
}

std::string two_vetoes() {
  return replaced(two_keys(), "veto 1 of office:judge-advocate", "veto 2 of office:judge-advocate");
}

TEST_CASE("T14 vetoes count by persons, and do not lapse before the claim [Q5 Q3]") {
  Deployment at(two_vetoes());
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK_FALSE(stopped(at.veto("gupta", id, {.not_after = {10}})));
  CHECK(is_unchanged(at.veto("gupta", id)));
  CHECK(at.ledger().find(id)->held_at(at.now));
  at.pass(Duration{60});
  CHECK(stopped(at.veto("jonas", id)));
  CHECK(at.ledger().find(id)->state == Command::State::vetoed);
}

TEST_CASE("a veto short of its number does not hinder a claim") {
  Deployment at(two_vetoes());
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK_FALSE(stopped(at.veto("gupta", id)));
  CHECK(is_granted(at.approve_and_claim(id)));
}

TEST_CASE("one person's approval and veto both stand, and the veto counts [Q5]") {
  Deployment at(replaced(defence, "veto 1 of office:judge-advocate",
                         "veto 1 of office:judge-advocate|release-authority"));
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("brandt", id)));
  CHECK(stopped(at.veto("brandt", id)));
}

TEST_CASE("an expired charter takes no words [A7]") {
  Deployment at(
      replaced(defence, "valid 2026-01-01 .. 2036-01-01", "valid 2026-01-01 .. 2026-06-02"));
  at.now = at.charter().valid_until - Duration{10};
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  at.pass(Duration{9});
  CHECK(is_granted(at.approve("brandt", id)));
  at.pass(Duration{1});
  CHECK(is_refused(at.approve("farouk", id), "charter-expired"));
}

}  // namespace
}  // namespace keyturn
