#include "gateway/journal/replay.h"

#include <doctest/doctest.h>

#include "tests/gateway/journal/samples.h"
#include "tests/policy/decide/deployment.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::journal_tests;
using keyturn::testing::defence;
using keyturn::testing::Deployment;
using keyturn::testing::test_key;

namespace {

const std::string body =
    R"({"specification":{"@type":"Strike","objective":"grid 31U FQ 123"},)"
    R"("relations":{"assignee":[{"entityId":"uav-003"},{"entityId":"uav-007"}]}})";

BodyRecord record_of(const intent::Propose& propose) {
  BodyRecord record;
  record.nonce = propose.nonce;
  record.method = propose.facts.method;
  record.endpoint = propose.facts.endpoint;
  record.target = propose.facts.target;
  record.headers = propose.facts.headers;
  record.body = body;
  record.principal = propose.principal;
  return record;
}

// A journal on disk that holds the deployment's entries, and bodies beside it.
struct Fixture {
  TemporaryFolder folder;
  SeededEntropy entropy{5};
  Deployment deployment{defence};
  JournalPlace place = place_in(folder);
  std::unique_ptr<Bodies> bodies;

  Fixture() {
    REQUIRE(Bodies::create(place.folder, entropy).ok());
    bodies = Bodies::open(place.folder, Bodies::read_key(place.folder).value(), entropy).value();
  }
  intent::Propose strike() {
    return deployment.request("planner-7", "fleet", "POST", "/api/v1/tasks", body);
  }
  void file(const intent::Propose& propose, const BodyRecord& record) {
    const Bodies::Filed filed{propose.request, &record};
    REQUIRE(bodies->put({&filed, 1}).ok());
  }
  void write(const std::vector<std::string>& entries) {
    const std::string name = journal_origin(deployment.charter().name);
    REQUIRE(Journal::create(place, name, test_key("journal")).ok());
    const auto journal = Journal::open(place, name, test_key("journal"), feed_nothing).value();
    REQUIRE(journal->append(entries).value() == Appended::ok);
  }
  ReplayReport replay(const Bodies* with = nullptr) {
    return replay_journal(place, deployment.shared_charter(), Domain::live, with).value();
  }
};

}  // namespace

TEST_CASE("a journal replays to the ledger that it was written from [T9]") {
  Fixture here;
  const auto propose = here.strike();
  const std::string id = here.deployment.held(propose);
  REQUIRE(keyturn::testing::is_granted(here.deployment.approve_and_claim(id)));
  here.write(here.deployment.entries());
  const ReplayReport report = here.replay();
  CHECK(report.findings.empty());
  CHECK(report.ledger == here.deployment.ledger().digest());
  CHECK(report.stats.entries == here.deployment.entries().size());
  CHECK(report.stats.proposals == 1);
  CHECK(report.stats.claims == 1);
  CHECK(report.stats.words == 3);
  CHECK(report.facts_checked == 0);
  // The ordinary start is the same fold.
  Replayer replayer(here.deployment.shared_charter(), Domain::live);
  const auto journal =
      Journal::open(here.place, journal_origin(here.deployment.charter().name), test_key("journal"),
                    [&](std::string_view entry) { return replayer.next(entry); });
  REQUIRE(journal.ok());
  CHECK(replayer.root() == (*journal)->checkpoint().root);
  CHECK(replayer.ledger().digest() == report.ledger);
}

TEST_CASE("replay says how many proposals' facts were checked against their bodies [T9]") {
  Fixture here;
  for (int i = 0; i < 3; ++i) {
    const auto propose = here.strike();
    here.deployment.held(propose);
    here.deployment.decide_and_record(intent::Cancel{propose.id, "planner-7"});
    if (i != 1) here.file(propose, record_of(propose));
  }
  here.write(here.deployment.entries());
  const ReplayReport report = here.replay(here.bodies.get());
  CHECK(report.findings.empty());
  CHECK(report.stats.proposals == 3);
  CHECK(report.facts_checked == 2);
  CHECK(report.bodies_missing == 1);
}

TEST_CASE("facts that are not those of the body are found, and the entry is named [T9]") {
  Fixture here;
  auto propose = here.strike();
  for (Fact& fact : propose.facts.body)
    if (fact.pointer == "/specification/objective") fact.values[0].string = "an empty field";
  here.deployment.held(propose);
  here.file(propose, record_of(propose));
  here.write(here.deployment.entries());
  CHECK(here.replay().sound());
  const ReplayReport report = here.replay(here.bodies.get());
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].index == 1);
  CHECK(report.facts_checked == 0);
}

TEST_CASE("another request filed under a proposal's digest is found, and the entry is named") {
  Fixture here;
  const auto propose = here.strike();
  here.deployment.held(propose);
  BodyRecord other = record_of(propose);
  other.body += " ";
  here.file(propose, other);
  here.write(here.deployment.entries());
  const ReplayReport report = here.replay(here.bodies.get());
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].index == 1);
}

TEST_CASE("an entry that decide does not give is found, and is named") {
  Fixture here;
  const std::string id = here.deployment.held(here.strike());
  REQUIRE(keyturn::testing::is_granted(here.deployment.approve_and_claim(id)));
  auto entries = here.deployment.entries();
  SUBCASE("the claim before its last approval") {
    std::swap(entries[entries.size() - 1], entries[entries.size() - 2]);
    here.write(entries);
    CHECK(here.replay().findings[0].index == entries.size() - 2);
  }
  SUBCASE("an approval left out") {
    entries.erase(entries.begin() + 2);
    here.write(entries);
    CHECK(here.replay().findings[0].index == entries.size() - 1);
  }
  SUBCASE("the genesis of another charter") {
    Deployment other(keyturn::testing::replaced(defence, "lease 20m", "lease 21m"));
    entries[0] = other.entries()[0];
    here.write(entries);
    CHECK(here.replay().findings[0].index == 0);
  }
}
