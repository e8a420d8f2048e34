// Genesis, cancel, outcome, refusals, and what every intent has in common.
#include <doctest/doctest.h>

#include "keyturn/limits.h"
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

intent::Genesis genesis_of(const Charter& charter) {
  return {charter.digest, static_cast<std::uint64_t>(charter.text.size())};
}

TEST_CASE("T21 the first entry names the charter, and no other entry does [T11]") {
  Deployment at(defence, false);
  intent::Genesis other = genesis_of(at.charter());
  other.charter.bytes[0] ^= 1;
  CHECK(is_refused(decide(at.ledger(), other, at.now), "other-charter"));
  intent::Genesis shorter = genesis_of(at.charter());
  --shorter.charter_bytes;
  CHECK(is_refused(decide(at.ledger(), shorter, at.now), "other-charter"));
  CHECK(is_granted(at.decide_and_record(genesis_of(at.charter()))));
  CHECK(is_refused(at.decide_and_record(genesis_of(at.charter())), "not-first"));
}

TEST_CASE("nothing is decided before the genesis, nor after a refused one [T11]") {
  Deployment at(defence, false);
  const intent::Propose propose = at.strike("alvarez", {"uav-001"});
  CHECK(is_refused(decide(at.ledger(), propose, at.now), "not-opened"));
  intent::Genesis other = genesis_of(at.charter());
  other.charter.bytes[0] ^= 1;
  at.decide_and_record(other);
  CHECK(is_refused(at.decide_and_record(genesis_of(at.charter())), "not-first"));
  CHECK(is_refused(at.decide_and_record(propose), "not-opened"));
}

TEST_CASE("T15 nothing is decided at a time before the last entry's [T1]") {
  Deployment at(defence);
  at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(is_refused(decide(at.ledger(), at.strike("alvarez", {"uav-001"}), at.now - Duration{1}),
                   "time"));
}

TEST_CASE("the initiator and the agent that sent it cancel a command, nobody else [A6]") {
  Deployment at(replaced(defence, "pool military\n",
                         "agent planner-8 sponsored by alvarez may strike\n  token sha256 "
                         "\"@token(planner-8)@\"\npool military\n"));
  const std::string id = at.held(at.strike("planner-7", {"uav-001"}));
  CHECK(is_refused(at.decide_and_record(intent::Cancel{id, "planner-8"}), "not-initiator"));
  CHECK(is_refused(at.decide_and_record(intent::Cancel{id, "okafor"}), "not-initiator"));
  CHECK(is_refused(at.decide_and_record(intent::Cancel{id, "mallory"}), "unknown-principal"));
  CHECK(is_refused(at.decide_and_record(intent::Cancel{"nothing", "alvarez"}), "unknown-command"));
  CHECK(is_granted(at.decide_and_record(intent::Cancel{id, "planner-7"})));
  CHECK(is_unchanged(at.decide_and_record(intent::Cancel{id, "alvarez"})));
  CHECK(at.ledger().find(id)->state == Command::State::cancelled);
  const std::string other = at.held(at.strike("planner-7", {"uav-001"}));
  CHECK(is_granted(at.decide_and_record(intent::Cancel{other, "alvarez"})));
}

TEST_CASE("an agent does not cancel what its sponsor began in person [A6]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(is_refused(at.decide_and_record(intent::Cancel{id, "planner-7"}), "not-initiator"));
}

TEST_CASE("a claimed or expired command is not cancelled [A6]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  const std::string late = at.held(at.strike("alvarez", {"uav-002"}));
  REQUIRE(is_granted(at.approve_and_claim(id)));
  CHECK(is_refused(at.decide_and_record(intent::Cancel{id, "alvarez"}), "claimed"));
  at.now = at.ledger().find(late)->expires;
  CHECK(is_refused(at.decide_and_record(intent::Cancel{late, "alvarez"}), "expired"));
}

TEST_CASE("a cancelled command is not claimed") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  for (const char* person : {"brandt", "farouk", "duarte"})
    REQUIRE(is_granted(at.approve(person, id)));
  at.pass(Duration{120});
  REQUIRE(is_granted(at.decide_and_record(intent::Cancel{id, "alvarez"})));
  CHECK(is_refused(at.decide_and_record(at.assigned(id, "strike", {"brandt", "farouk", "duarte"})),
                   "cancelled"));
}

TEST_CASE("an outcome is recorded after the claim, once, and stands [W9]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  const intent::Outcome answered{intent::Outcome::Kind::answered, id, 200};
  CHECK(is_refused(at.decide_and_record(answered), "not-claimed"));
  REQUIRE(is_granted(at.approve_and_claim(id)));
  CHECK(is_granted(at.decide_and_record(answered)));
  CHECK(is_unchanged(at.decide_and_record(answered)));
  CHECK(is_refused(at.decide_and_record(intent::Outcome{intent::Outcome::Kind::unknown, id, 0}),
                   "already-ended"));
  CHECK(is_refused(at.decide_and_record(intent::Outcome{intent::Outcome::Kind::answered, id, 201}),
                   "already-ended"));
  CHECK(at.ledger().find(id)->outcome->status == 200);
  CHECK(at.ledger().unfinished().empty());
}

TEST_CASE("an outcome of nothing, or with a status it cannot have, is refused") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve_and_claim(id)));
  using Kind = intent::Outcome::Kind;
  CHECK(is_refused(at.decide_and_record(intent::Outcome{Kind::answered, "nothing", 200}),
                   "unknown-command"));
  for (const std::uint32_t status : {0U, 99U, 1000U, 4294967295U})
    CHECK(is_refused(at.decide_and_record(intent::Outcome{Kind::answered, id, status}), "status"));
  CHECK(is_refused(at.decide_and_record(intent::Outcome{Kind::unknown, id, 200}), "status"));
  CHECK(is_refused(at.decide_and_record(intent::Outcome{Kind::not_sent, id, 200}), "status"));
}

TEST_CASE("an outcome is recorded under an expired charter too: it permits nothing [A7]") {
  Deployment at(
      replaced(defence, "valid 2026-01-01 .. 2036-01-01", "valid 2026-01-01 .. 2026-06-02"));
  at.now = at.charter().valid_until - Duration{130};
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve_and_claim(id)));
  at.now = at.charter().valid_until;
  CHECK(
      is_granted(at.decide_and_record(intent::Outcome{intent::Outcome::Kind::answered, id, 200})));
}

TEST_CASE("refusals beyond those written are a number [T7]") {
  Deployment at(defence);
  CHECK(is_granted(at.decide_and_record(intent::Refusals{"planner-7", 12})));
  CHECK(is_refused(at.decide_and_record(intent::Refusals{"planner-7", 0}), "count"));
  CHECK(is_refused(at.decide_and_record(intent::Refusals{"mallory", 1}), "unknown-principal"));
}

TEST_CASE("a refusal has at most reasons_max reasons, each one printable line") {
  Deployment at(defence);
  intent::Propose propose = at.strike("alvarez", {"uav-001"});
  propose.principal = "a\nb\x1b[31m";
  propose.id = "\"`\x80";
  const Decision decision = at.decide_and_record(propose);
  REQUIRE(decision.kind == Decision::Kind::refused);
  CHECK(decision.reasons().size() <= reasons_max);
  for (const Reason& reason : decision.reasons())
    for (const char c : reason.text) CHECK((c >= 0x20 && c <= 0x7e));
}

}  // namespace
}  // namespace keyturn
