#include <doctest/doctest.h>

#include "keyturn/limits.h"
#include "policy/decide/text.h"
#include "tests/policy/decide/deployment.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::codes;
using testing::defence;
using testing::Deployment;
using testing::is_granted;
using testing::is_refused;
using testing::replaced;

constexpr std::string_view chat_body = R"({"model":"helpful-only-3","messages":[]})";

// A second class that the same requests match, with other windows, a veto of its own, and other
// people.
std::string two_classes() {
  return replaced(
      replaced(defence, "pass telemetry",
               "class payload at fleet {\n  match POST /api/v1/tasks body /specification/@type in "
               "[\"ReleasePayload\"]\n  directs body /specification/carrier\n  shape "
               "/specification/@type, /specification/objective, /specification/carrier, "
               "/relations/assignee/*/entityId\n  effect \"Payload of {body "
               "/specification/carrier}\"\n}\npass "
               "telemetry"),
      "rule helpful-only",
      "rule payload {\n  need 1 of institution:parliament and 1 of institution:court\n  veto 2 of "
      "office:judge-advocate\n  approve within 20m delay 5m execute within 15m lease 1h\n}\nrule "
      "helpful-only");
}

TEST_CASE(
    "a gated request of one who may becomes a held command, with the one text there will be [W2]") {
  Deployment at(defence);
  const intent::Propose propose = at.strike("planner-7", {"uav-003", "uav-007", "uav-004"});
  const std::string id = at.held(propose);
  const Command* command = at.ledger().find(id);
  REQUIRE(command != nullptr);
  const CommandText text = CommandText::parse(command->text).value();
  CHECK(text.id == id);
  REQUIRE(text.classes.size() == 1);
  CHECK(text.classes[0].name == "strike");
  CHECK(text.classes[0].rule == at.charter().klass({*at.charter().find_class("strike")}).rule.text);
  CHECK(text.classes[0].effect == "Strike by uav-[003..004] uav-007 on \"grid 31U FQ 123\"");
  CHECK(text.systems == "uav-[003..004] uav-007");
  CHECK(text.weight == 3);
  CHECK(text.initiator == "alvarez");
  CHECK(text.institution == "mod");
  CHECK(text.agent == "planner-7");
  CHECK(text.method == "POST");
  CHECK(text.endpoint == "fleet");
  CHECK(text.target == "/api/v1/tasks");
  CHECK(text.request == propose.request);
  CHECK(text.nonce == propose.nonce);
  CHECK(text.charter == at.charter().digest);
  CHECK(text.charter_version == 1);
  CHECK(text.journal_size == propose.journal_size);
  CHECK(text.journal_root == propose.journal_root);
  CHECK(text.windows == Windows{{1800}, {120}, {600}, {1200}});
  CHECK(text.expires == at.now + Duration{1800 + 120 + 600});  // [Q4]
  CHECK(command->held_at(at.now));
  CHECK(at.ledger().pending_count(at.now) == 1);
}

TEST_CASE("a person who acts in person goes through nobody") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-003"}));
  CHECK(CommandText::parse(at.ledger().find(id)->text).value().agent.empty());
}

TEST_CASE(
    "whoever has the body and the charter makes the same text, all but the share lines [W2]") {
  Deployment at(two_classes());
  const intent::Propose propose = at.request(
      "alvarez", "fleet", "POST", "/api/v1/tasks",
      R"({"specification":{"@type":"ReleasePayload","objective":"x","carrier":"usv-001"},"relations":{"assignee":[{"entityId":"uav-001"}]}})");
  const std::string id = at.held(propose);
  const CommandText shown = CommandText::parse(at.ledger().find(id)->text).value();
  std::vector<Reason> reasons;
  const ProposalParts parts = parts_of(at.charter(), propose, reasons);
  CHECK(reasons.empty());
  const Time proposed =
      shown.expires - (parts.windows.approve + parts.windows.delay + parts.windows.execute);
  const auto again = compose_text(at.charter(), propose, parts.principal, parts.classes,
                                  parts.systems, parts.windows, shown.shares, proposed);
  REQUIRE(again.ok());
  CHECK(again->to_text() == at.ledger().find(id)->text);
}

TEST_CASE(
    "of several classes the windows are the shortest, delay and lease the longest, systems the "
    "union [C4]") {
  Deployment at(two_classes());
  const std::string id = at.held(at.request(
      "alvarez", "fleet", "POST", "/api/v1/tasks",
      R"({"specification":{"@type":"ReleasePayload","objective":"x","carrier":"usv-001"},"relations":{"assignee":[{"entityId":"uav-001"}]}})"));
  const Command* command = at.ledger().find(id);
  CHECK(command->windows == Windows{{1200}, {300}, {600}, {3600}});
  CHECK(command->systems_text == "uav-001 usv-001");
  const CommandText text = CommandText::parse(command->text).value();
  REQUIRE(text.classes.size() == 2);
  CHECK(text.classes[0].name == "payload");
  CHECK(text.classes[1].name == "strike");
}

TEST_CASE("`by` must hold in each class that matches [C4]") {
  Deployment at(two_classes());
  // `payload` is anybody's; `strike` is not.
  CHECK(is_refused(
      at.decide_and_record(at.request(
          "nowak", "fleet", "POST", "/api/v1/tasks",
          R"({"specification":{"@type":"ReleasePayload","objective":"x","carrier":"usv-001"},"relations":{"assignee":[{"entityId":"uav-001"}]}})")),
      "by"));
}

TEST_CASE("T18 an agent begins only classes that it was given [I3]") {
  Deployment at(two_classes());
  const Decision decision = at.decide_and_record(at.request(
      "planner-7", "fleet", "POST", "/api/v1/tasks",
      R"({"specification":{"@type":"ReleasePayload","objective":"x","carrier":"usv-001"},"relations":{"assignee":[{"entityId":"uav-001"}]}})"));
  CHECK(is_refused(decision, "may"));
}

TEST_CASE("an initiator whom `by` does not select is refused [C4]") {
  Deployment at(defence);
  CHECK(is_refused(at.decide_and_record(at.strike("nowak", {"uav-001"})), "by"));
  CHECK(is_refused(at.decide_and_record(at.strike("okafor", {"uav-001"})), "by"));
}

TEST_CASE("nobody who is not on the roster proposes") {
  Deployment at(defence);
  CHECK(is_refused(at.decide_and_record(at.strike("mallory", {"uav-001"})), "unknown-principal"));
  CHECK(is_refused(at.decide_and_record(at.strike("", {"uav-001"})), "unknown-principal"));
  CHECK(is_refused(at.decide_and_record(at.strike(std::string(5000, '\n'), {"uav-001"})),
                   "unknown-principal"));
}

TEST_CASE("a request that no class and no pass matches is refused [C1]") {
  Deployment at(defence);
  CHECK(is_refused(
      at.decide_and_record(at.request("alvarez", "fleet", "DELETE", "/api/v1/tasks", "")),
      "unmatched"));
}

TEST_CASE("a request that a pass lets through is nothing to hold") {
  Deployment at(defence);
  CHECK(is_refused(
      at.decide_and_record(at.request("alvarez", "fleet", "GET", "/api/v1/entities/7", "")),
      "not-gated"));
}

TEST_CASE(
    "a class that directs refuses to direct nothing, an unknown system, or another endpoint's "
    "[C5]") {
  Deployment at(defence);
  CHECK(at.decide_and_record(at.strike("alvarez", {})).kind == Decision::Kind::refused);
  CHECK(at.decide_and_record(at.strike("alvarez", {"uav-041"})).kind == Decision::Kind::refused);
  CHECK(at.decide_and_record(at.strike("alvarez", {"uav-001", "uav-0041"})).kind ==
        Decision::Kind::refused);
}

TEST_CASE("a member that the shape does not list refuses the request [C6]") {
  Deployment at(defence);
  CHECK(is_refused(
      at.decide_and_record(at.request(
          "alvarez", "fleet", "POST", "/api/v1/tasks",
          R"({"specification":{"@type":"Strike","objective":"x"},"relations":{"assignee":[{"entityId":"uav-001"}]},"alsoAssign":["uav-002"]})")),
      "shape"));
}

TEST_CASE("an expired charter, and one not yet valid, holds nothing [A7]") {
  Deployment at(defence);
  const intent::Propose propose = at.strike("alvarez", {"uav-001"});
  at.now = at.charter().valid_until - Duration{1};
  CHECK(is_granted(decide(at.ledger(), propose, at.now)));
  CHECK(is_refused(decide(at.ledger(), propose, at.charter().valid_until), "charter-expired"));
  Deployment early(replaced(defence, "valid 2026-01-01", "valid 2026-06-02"));
  CHECK(is_refused(early.decide_and_record(early.strike("alvarez", {"uav-001"})),
                   "charter-not-yet-valid"));
  early.now = early.charter().valid_from;
  CHECK(is_granted(early.decide_and_record(early.strike("alvarez", {"uav-001"}))));
}

TEST_CASE("an id is 26 characters of Crockford base32, and new") {
  Deployment at(defence);
  const intent::Propose first = at.strike("alvarez", {"uav-001"});
  at.held(first);
  CHECK(is_refused(at.decide_and_record(first), "id"));
  for (const std::string& id :
       {std::string(), std::string(25, '0'), std::string(27, '0'), std::string(26, 'U'),
        std::string(26, 'a'), std::string(25, '0') + "\n", std::string(26, '\0')}) {
    intent::Propose propose = at.strike("alvarez", {"uav-001"});
    propose.id = id;
    CHECK(is_refused(at.decide_and_record(propose), "id"));
  }
}

TEST_CASE("an id is used once, also after its command is over") {
  Deployment at(defence);
  const intent::Propose first = at.strike("alvarez", {"uav-001"});
  at.held(first);
  REQUIRE(is_granted(at.decide_and_record(intent::Cancel{first.id, "alvarez"})));
  CHECK(is_refused(at.decide_and_record(first), "id"));
  at.pass(Duration{30 * 24 * 3600});
  CHECK(is_refused(at.decide_and_record(first), "id"));
}

TEST_CASE("a proposal without a nonce is refused [W3]") {
  Deployment at(defence);
  intent::Propose propose = at.strike("alvarez", {"uav-001"});
  propose.nonce = {};
  CHECK(is_refused(at.decide_and_record(propose), "nonce"));
}

TEST_CASE("a proposal names a checkpoint of this journal: not size 0, nor one still to come [W2]") {
  Deployment at(defence);
  intent::Propose propose = at.strike("alvarez", {"uav-001"});
  propose.journal_size = at.ledger().size() + 1;
  CHECK(is_refused(decide(at.ledger(), propose, at.now), "journal-size"));
  propose.journal_size = 0;
  CHECK(is_refused(decide(at.ledger(), propose, at.now), "journal-size"));
  propose.journal_size = at.ledger().size();
  CHECK(is_granted(decide(at.ledger(), propose, at.now)));
}

TEST_CASE("a text over 4 KiB is refused, never shortened [C8]") {
  Deployment at(defence);
  const Decision decision =
      at.decide_and_record(at.strike("alvarez", {"uav-001"}, std::string(150, 'x')));
  CHECK(is_granted(decision));
  // Each value within its bound, all of them over what the text may have.
  std::string effect(300, 'e');
  for (int i = 0; i < 20; ++i) effect += " {body /specification/objective}";
  const std::string wide =
      replaced(defence, "Strike by {systems} on {body /specification/objective}", effect);
  Deployment long_text(wide);
  CHECK(is_granted(long_text.decide_and_record(long_text.strike("alvarez", {"uav-001"}, "x"))));
  CHECK(is_refused(
      long_text.decide_and_record(long_text.strike("alvarez", {"uav-001"}, std::string(190, 'x'))),
      "text-too-large"));
}

TEST_CASE("a value over its bound refuses the request [C8]") {
  Deployment at(defence);
  const Decision decision =
      at.decide_and_record(at.strike("alvarez", {"uav-001"}, std::string(201, 'x')));
  CHECK(decision.kind == Decision::Kind::refused);
}

TEST_CASE("a proposal fits the person's own limits together with what he has pending [S1]") {
  Deployment at(defence);
  at.held(at.strike("alvarez", {"usv-001"}));
  at.held(at.strike("alvarez", {"usv-002"}));  // 8 of 8
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"uav-001"})), "share-limit"));
  CHECK(is_refused(at.decide_and_record(at.strike("planner-7", {"uav-001"})), "share-limit"));
  // The same systems again are no more.
  CHECK(is_granted(at.decide_and_record(at.strike("alvarez", {"usv-001", "usv-002"}))));
}

TEST_CASE("what is pending no longer counts once it is over [S1]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"usv-001", "usv-002"}));
  REQUIRE(is_granted(at.decide_and_record(intent::Cancel{id, "alvarez"})));
  CHECK(is_granted(at.decide_and_record(at.strike("alvarez", {"usv-003", "usv-004"}))));
  at.now = at.ledger().find(id)->expires;
  const intent::Propose next = at.strike("alvarez", {"usv-005", "usv-006"});
  CHECK(is_refused(decide(at.ledger(), next, at.now - Duration{1}), "share-limit"));
  CHECK(is_granted(at.decide_and_record(next)));
}

TEST_CASE("live leases count with a proposal [S1]") {
  Deployment at(defence);
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("alvarez", {"usv-001", "usv-002"})))));
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"uav-001"})), "share-limit"));
}

TEST_CASE("a command larger than a limit is refused at once") {
  Deployment at(defence);
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"usv-001", "usv-002", "usv-003"})),
                   "share-limit"));
}

// Two commanders of one institution that may direct 8 in all.
std::string shared_room() {
  return replaced(
      replaced(defence, "limit institution military 50%", "limit institution military 10%"),
      "person brandt",
      "person zorn \"Cdr Q. Zorn\" of mod holds fleet-commander\n  key ed25519 "
      "\"@key(zorn)@\"\nperson brandt");
}

TEST_CASE("who proposes much takes nobody else's room: a proposal reserves nothing [S1]") {
  Deployment at(shared_room());
  at.held(at.strike("alvarez", {"usv-001", "usv-002"}));  // all of the institution's, unapproved
  const std::string id = at.held(at.strike("zorn", {"usv-003", "usv-004"}));
  CHECK(is_granted(at.approve_and_claim(id)));
}

TEST_CASE("a limit of others that leases fill already excludes a proposal [S1]") {
  Deployment at(shared_room());
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("zorn", {"usv-003", "usv-004"})))));
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"uav-001"})), "share-limit"));
}

TEST_CASE("T36 one initiator holds a bounded number of commands, his agents' included") {
  Deployment at(defence);
  for (std::uint64_t i = 0; i < pending_per_initiator_max; ++i)
    at.held(at.strike(i % 2 == 0 ? "alvarez" : "planner-7", {"uav-001"}));
  CHECK(is_refused(at.decide_and_record(at.strike("alvarez", {"uav-001"})), "pending"));
  CHECK(is_refused(at.decide_and_record(at.strike("planner-7", {"uav-001"})), "pending"));
  // Others are not kept out by it.
  CHECK(is_granted(at.decide_and_record(
      at.request("nowak", "models", "POST", "/v1/messages", std::string(chat_body)))));
}

TEST_CASE("a class that directs nothing has no systems, no shares and no lease") {
  Deployment at(defence);
  const std::string id =
      at.held(at.request("nowak", "models", "POST", "/v1/messages", std::string(chat_body)));
  const CommandText text = CommandText::parse(at.ledger().find(id)->text).value();
  CHECK(text.systems.empty());
  CHECK(text.weight == 0);
  CHECK(text.shares.empty());
  CHECK(text.windows.lease == Duration{});
}

TEST_CASE("a refusal carries every reason that was found") {
  Deployment at(defence);
  intent::Propose propose = at.strike("nowak", {"uav-099"});
  propose.nonce = {};
  const std::vector<std::string> found = codes(at.decide_and_record(propose).reasons());
  CHECK(found.size() >= 3);
  CHECK(found.front() == "nonce");
}

}  // namespace
}  // namespace keyturn
