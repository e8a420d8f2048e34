#include "policy/ledger/ledger.h"

#include <doctest/doctest.h>

#include "tests/policy/decide/deployment.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::defence;
using testing::Deployment;
using testing::is_granted;

Entry entry_of(const Deployment& at, Intent intent, Event event) {
  Entry out;
  out.index = at.ledger().size();
  out.at = at.now;
  out.intent = std::move(intent);
  out.events.push_back(std::move(event));
  return out;
}

TEST_CASE("an entry that does not fit leaves the ledger as it was") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  Ledger& ledger = at.ledger_to_misuse();
  const std::string before = ledger.serialise();
  std::vector<Entry> misfits = {
      entry_of(at, intent::Genesis{at.charter().digest, 1}, event::Opened{}),
      entry_of(at, intent::Cancel{id, "alvarez"}, event::Counted{}),
      entry_of(at, intent::Cancel{id, "alvarez"}, event::Cancelled{"other"}),
      entry_of(at, intent::Cancel{"other", "alvarez"}, event::Cancelled{"other"}),
      entry_of(at, intent::Refusals{"alvarez", 1}, event::Refused{}),
      entry_of(at, at.strike("alvarez", {"uav-001"}), event::Proposed{"x", "not a text"}),
      entry_of(at, at.assigned(id, "strike", {"mallory"}),
               event::Claimed{id, {"alvarez"}, "uav-001", at.now}),
      entry_of(at, at.assigned(id, "strike", {"brandt"}),
               event::Claimed{id, {"alvarez"}, "uav-002", at.now}),
      entry_of(at, intent::Outcome{intent::Outcome::Kind::unknown, id, 0}, event::Ended{id}),
  };
  Entry early = entry_of(at, intent::Refusals{"alvarez", 1}, event::Counted{});
  early.at = at.now - Duration{1};
  Entry elsewhere = entry_of(at, intent::Refusals{"alvarez", 1}, event::Counted{});
  ++elsewhere.index;
  Entry two = entry_of(at, intent::Refusals{"alvarez", 1}, event::Counted{});
  two.events.push_back(event::Counted{});
  for (const Entry& entry : {early, elsewhere, two}) misfits.push_back(entry);
  for (const Entry& entry : misfits) {
    const auto applied = ledger.apply(entry);
    REQUIRE_FALSE(applied.ok());
    CHECK(applied.error().code == Code::corrupt);
    CHECK(ledger.serialise() == before);
  }
}

TEST_CASE("that a command expired follows from the time alone, whatever entries say [T3]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  const Command* command = at.ledger().find(id);
  CHECK(command->held_at(command->expires - Duration{1}));
  CHECK_FALSE(command->held_at(command->expires));
  CHECK(at.ledger().pending_count(command->expires - Duration{1}) == 1);
  CHECK(at.ledger().pending_count(command->expires) == 0);
  CHECK(at.ledger().pending_of(command->principal.person, command->expires).empty());
  const std::string before = at.ledger().serialise();
  at.now = command->expires;
  REQUIRE(is_granted(at.decide_and_record(intent::Refusals{"alvarez", 1})));
  CHECK(at.ledger().held().empty());
  CHECK(at.ledger().find(id)->state == Command::State::held);  // expired is not a state
}

TEST_CASE("the ledger's text holds every word, claim and lease, by name [T10]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("planner-7", {"uav-001", "uav-002"}));
  REQUIRE(is_granted(at.approve_and_claim(id)));
  const std::string text = at.ledger().serialise();
  for (const char* line :
       {"keyturn/ledger/v1\n", "opened yes\n", "  principal planner-7\n",
        "  counted brandt duarte farouk\n", "  charged alvarez\n", "  institution mod\n",
        "  agents acme\n", "  approvers brandt duarte farouk\n", "  systems uav-[001..002]\n"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line);
  CHECK(text.find("command " + id + " claimed entry 1\n") != std::string::npos);
}

TEST_CASE("every entry that changes what may be decided changes the ledger's digest [T8]") {
  Deployment at(defence);
  std::vector<Digest> seen = {at.ledger().digest()};
  const auto changed = [&] {
    seen.push_back(at.ledger().digest());
    return seen.back() != seen[seen.size() - 2];
  };
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  CHECK(changed());
  for (const char* person : {"brandt", "farouk", "duarte"}) {
    REQUIRE(is_granted(at.approve(person, id)));
    CHECK(changed());
  }
  at.pass(Duration{120});
  REQUIRE(is_granted(at.claim(id)));
  CHECK(changed());
  REQUIRE(is_granted(at.decide_and_record(intent::Outcome{intent::Outcome::Kind::unknown, id, 0})));
  CHECK(changed());
}

TEST_CASE("the digest does not depend on the order in which a charter declares") {
  // The same people and systems, declared the other way round, behind one digest line.
  const std::string other = testing::replaced(
      testing::replaced(
          defence,
          "person haddad  \"S. Haddad MP\" of parliament\n  key ed25519 \"@key(haddad)@\"\n", ""),
      "person farouk  ",
      "person haddad  \"S. Haddad MP\" of parliament\n  key ed25519 \"@key(haddad)@\"\nperson "
      "farouk  ");
  const auto body = [](const std::string& pattern) {
    Deployment at(pattern);
    const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
    for (const char* person : {"brandt", "haddad", "duarte"})
      REQUIRE(is_granted(at.approve(person, id)));
    std::string text = at.ledger().serialise();
    // Two charters' texts have two digests, and so have the command texts that name them.
    for (const char* key : {"charter sha256:", "text sha256:"}) {
      const std::size_t place = text.find(key);
      REQUIRE(place != std::string::npos);
      text.erase(place, std::string_view(key).size() + 64);
    }
    return text;
  };
  CHECK(body(std::string(defence)) == body(other));
}

}  // namespace
}  // namespace keyturn
