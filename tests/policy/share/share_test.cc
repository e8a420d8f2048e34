#include "policy/share/share.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/policy/decide/deployment.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::defence;
using testing::Deployment;
using testing::is_granted;
using testing::replaced;

constexpr Duration second{1};

std::string every_limit() {
  return replaced(defence, "limit person military 10%, at most 400 over 72h",
                  "limit person military 10%, at most 400 over 72h\nlimit span military 40%\n"
                  "limit agents acme military at most 6\nlimit cosigned military 30%");
}

std::uint64_t held(const Deployment& at, Limit::Subject kind, std::string_view name,
                   Duration over = {}) {
  const Charter& charter = at.charter();
  Subject subject;
  subject.kind = kind;
  if (const auto person = charter.find_person(name)) subject.person = *person;
  for (std::uint32_t i = 0; i < charter.institutions.size(); ++i)
    if (charter.institutions[i].name == name) subject.institution = {i};
  for (std::uint32_t i = 0; i < charter.providers.size(); ++i)
    if (charter.providers[i].name == name) subject.provider = ProviderId{i};
  return directed(at.ledger(), subject, at.now, over, at.ledger().size()).weight(charter);
}

std::vector<std::string> lines(const Deployment& at, const intent::Propose& propose) {
  const Command* command = at.ledger().find(propose.id);
  REQUIRE(command != nullptr);
  return CommandText::parse(command->text).value().shares;
}

TEST_CASE("a share counts each distinct system once, however many leases name it [S4]") {
  Deployment at(defence);
  const std::string one = at.held(at.strike("alvarez", {"uav-001", "uav-002"}));
  const std::string two = at.held(at.strike("planner-7", {"uav-002", "uav-003"}));
  REQUIRE(is_granted(at.approve_and_claim(one)));
  CHECK(held(at, Limit::Subject::person, "alvarez") == 2);
  REQUIRE(is_granted(at.approve_and_claim(two)));
  CHECK(at.ledger().leases().size() == 2);
  CHECK(held(at, Limit::Subject::person, "alvarez") == 3);
}

TEST_CASE("T18 what an agent directs is its sponsor's share [S3]") {
  Deployment at(defence);
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("planner-7", {"uav-001"})))));
  CHECK(held(at, Limit::Subject::person, "alvarez") == 1);
  CHECK(held(at, Limit::Subject::agents, "acme") == 1);
  CHECK(held(at, Limit::Subject::agents, "borealis") == 0);
}

TEST_CASE("a person's own command counts for nobody's agents") {
  Deployment at(defence);
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("alvarez", {"uav-001"})))));
  CHECK(held(at, Limit::Subject::agents, "acme") == 0);
}

TEST_CASE("span adds human subordinates, a person's own share does not [S4]") {
  Deployment at(defence);
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("alvarez", {"uav-001"})))));
  CHECK(held(at, Limit::Subject::span, "okafor") == 1);
  CHECK(held(at, Limit::Subject::span, "alvarez") == 1);
  CHECK(held(at, Limit::Subject::person, "okafor") == 0);
  CHECK(held(at, Limit::Subject::span, "brandt") == 0);
  CHECK(held(at, Limit::Subject::institution, "mod") == 1);
  CHECK(held(at, Limit::Subject::institution, "court") == 0);
}

TEST_CASE("whoever was counted at the claim has cosigned, whoever else approved has not [S5]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  for (const char* person : {"brandt", "farouk", "duarte", "haddad"})
    REQUIRE(is_granted(at.approve(person, id)));
  at.pass(Duration{120});
  REQUIRE(
      is_granted(at.decide_and_record(at.assigned(id, "strike", {"brandt", "farouk", "duarte"}))));
  for (const char* person : {"brandt", "farouk", "duarte"})
    CHECK(held(at, Limit::Subject::cosigned, person) == 1);
  CHECK(held(at, Limit::Subject::cosigned, "haddad") == 0);
}

TEST_CASE("a lease is charged from its claim to five seconds past its end [S2]") {
  Deployment at(defence);
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("alvarez", {"uav-001"})))));
  const Lease& lease = at.ledger().leases().front();
  CHECK(lease.from == at.now);
  CHECK(lease.until == at.now + Duration{20 * 60});
  CHECK(held(at, Limit::Subject::person, "alvarez") == 1);
  at.now = lease.until + Duration{4};
  CHECK(held(at, Limit::Subject::person, "alvarez") == 1);
  at.pass(second);
  CHECK(held(at, Limit::Subject::person, "alvarez") == 0);
}

TEST_CASE("T20 over a window, a lease counts until exactly the window after its end [S4]") {
  Deployment at(defence);
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("alvarez", {"uav-001"})))));
  const Time end = at.ledger().leases().front().charged_until();
  const Duration window{72 * 3600};
  at.now = end + window - second;
  CHECK(held(at, Limit::Subject::person, "alvarez", window) == 1);
  CHECK(held(at, Limit::Subject::person, "alvarez") == 0);
  at.pass(second);
  CHECK(held(at, Limit::Subject::person, "alvarez", window) == 0);
}

TEST_CASE("a lease counts whatever the outcome was [S2 S4]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve_and_claim(id)));
  REQUIRE(
      is_granted(at.decide_and_record(intent::Outcome{intent::Outcome::Kind::not_sent, id, 0})));
  CHECK(held(at, Limit::Subject::person, "alvarez") == 1);
}

TEST_CASE("the text's share lines are as of the checkpoint that it names [W2 W11]") {
  Deployment at(defence);
  intent::Propose before = at.strike("alvarez", {"uav-009"});
  REQUIRE(is_granted(at.approve_and_claim(at.held(at.strike("alvarez", {"uav-001", "uav-002"})))));
  intent::Propose after = at.strike("alvarez", {"uav-009"});
  at.held(before);
  at.held(after);
  CHECK(lines(at, before).front() == "alvarez military 0 -> 1 of 8 (80) over 3d");
  CHECK(lines(at, after).front() == "alvarez military 2 -> 3 of 8 (80) over 3d");
}

TEST_CASE("every limit that a command touches has a line, in the charter's words [W11 S5]") {
  Deployment at(every_limit());
  const intent::Propose propose = at.strike("planner-7", {"uav-001", "usv-001"});
  at.held(propose);
  const std::vector<std::string> shares = lines(at, propose);
  const auto there = [&](const char* line) {
    return std::find(shares.begin(), shares.end(), line) != shares.end();
  };
  CHECK(there("alvarez military 0 -> 5 of 8 (80) over 3d"));
  CHECK(there("span alvarez military 0 -> 5 of 32 (80)"));
  CHECK(there("span okafor military 0 -> 5 of 32 (80)"));
  CHECK(there("agents acme military 0 -> 5 of 6 (80)"));
  CHECK(there("alvarez military/air 0 -> 1 of 10 (40)"));
  CHECK(there("alvarez military/sea 0 -> 4 of 10 (40)"));
  CHECK(there("institution mod military 0 -> 5 of 40 (80)"));
}

TEST_CASE("span is reported where no limit says it [S4]") {
  Deployment at(defence);
  const intent::Propose propose = at.strike("alvarez", {"usv-001"});
  at.held(propose);
  CHECK(lines(at, propose).back() == "span alvarez military 0 -> 4 (80)");
}

TEST_CASE("a limit on a pool that a command does not touch has no line and no say") {
  Deployment at(defence);
  const intent::Propose propose = at.strike("alvarez", {"usv-001"});
  at.held(propose);
  for (const std::string& line : lines(at, propose))
    CHECK(line.find("military/air") == std::string::npos);
}

TEST_CASE("a reason on a limit names no approver [P1]") {
  const Limit limit = [] {
    Limit out;
    out.subject = Limit::Subject::cosigned;
    out.text = "cosigned military 30%";
    return out;
  }();
  ShareLine line;
  line.limit = &limit;
  line.subject = "haddad";
  line.pool = "military";
  line.before = 20;
  line.after = 25;
  line.allowed = 24;
  const Reason reason = share_reason(line);
  CHECK(reason.code == "share-limit");
  CHECK(reason.text.find("haddad") == std::string::npos);
  CHECK(reason.text.find("20") != std::string::npos);
  CHECK(reason.text.find("25") != std::string::npos);
}

}  // namespace
}  // namespace keyturn
