#include "policy/ledger/replay.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "tests/policy/decide/deployment.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::defence;
using testing::Deployment;
using testing::is_granted;

// One life of everything: held, vetoed, cancelled, claimed, answered, refused, counted.
void live(Deployment& at) {
  const std::string one = at.held(at.strike("planner-7", {"uav-001", "uav-002"}));
  const std::string two = at.held(at.strike("alvarez", {"usv-001"}));
  at.decide_and_record(at.strike("nowak", {"uav-001"}));
  REQUIRE(is_granted(at.veto("gupta", two)));
  REQUIRE(is_granted(at.approve_and_claim(one)));
  REQUIRE(
      is_granted(at.decide_and_record(intent::Outcome{intent::Outcome::Kind::answered, one, 200})));
  REQUIRE(is_granted(at.decide_and_record(intent::Refusals{"planner-7", 3})));
}

// The index of the first entry that a replay refuses, and its error; or entries.size().
struct Refusal {
  std::size_t entry = 0;
  std::string why;
};
Refusal replay(const Deployment& at, const std::vector<std::string>& entries,
               Domain domain = Domain::live) {
  Replayer replayer(at.shared_charter(), domain);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto next = replayer.next(entries[i]);
    if (!next.ok()) return {i, next.error().message};
  }
  return {entries.size(), {}};
}

TEST_CASE("a replay gives the ledger that lived, and counts what it saw [T9 T10]") {
  Deployment at(defence);
  live(at);
  Replayer replayer(at.shared_charter(), Domain::live);
  for (const std::string& entry : at.entries()) {
    const auto next = replayer.next(entry);
    REQUIRE_MESSAGE(next.ok(), (next.ok() ? "" : next.error().message));
    CHECK(encode_entry(replayer.last()).value() == entry);
  }
  CHECK(replayer.ledger().serialise() == at.ledger().serialise());
  CHECK(replayer.ledger().digest() == at.ledger().digest());
  CHECK(replayer.size() == at.entries().size());
  CHECK(replayer.stats().entries == at.entries().size());
  CHECK(replayer.stats().proposals == 2);
  CHECK(replayer.stats().words == 4);
  CHECK(replayer.stats().claims == 1);
  CHECK(replayer.stats().refusals == 1);
  const auto ledger = std::move(replayer).take_ledger();
  CHECK(ledger->size() == at.ledger().size());
}

TEST_CASE(
    "T24 a byte changed in an entry's intent or events is found there, or at the next root [T9 "
    "W2]") {
  Deployment at(defence);
  live(at);
  for (std::size_t i = 0; i < at.entries().size(); ++i) {
    const std::string& entry = at.entries()[i];
    // Time and salt are bound by the tree alone, as far as [T1] lets them.
    const std::size_t from = entry.find("\nintent ") + 1;
    for (std::size_t byte = from; byte < entry.size(); byte += 3) {
      std::vector<std::string> changed = at.entries();
      changed[i][byte] = static_cast<char>(changed[i][byte] ^ 1);
      const Refusal refusal = replay(at, changed);
      // Facts that no decision rests on are bound by whoever holds the body, and by the tree: the
      // next proposal names another root. The last entries have only the signed checkpoint behind
      // them.
      if (refusal.entry == changed.size()) continue;
      if (refusal.entry > i) {
        CHECK(refusal.why.find("[W2]") != std::string::npos);
        continue;
      }
      REQUIRE_MESSAGE(refusal.entry == i, refusal.why);
      CHECK(refusal.why.find("entry " + std::to_string(i)) != std::string::npos);
    }
  }
}

// Where nothing later depends on the byte, the fold itself differs: nothing changes unseen.
TEST_CASE("T24 no byte of an intent or event changes without an error or another tree [T9]") {
  Deployment at(defence);
  live(at);
  Replayer honest(at.shared_charter(), Domain::live);
  for (const std::string& entry : at.entries()) REQUIRE(honest.next(entry).ok());
  for (std::size_t i = 0; i < at.entries().size(); ++i) {
    for (std::size_t byte = 0; byte < at.entries()[i].size(); byte += 17) {
      Replayer replayer(at.shared_charter(), Domain::live);
      bool refused = false;
      for (std::size_t j = 0; j < at.entries().size() && !refused; ++j) {
        std::string entry = at.entries()[j];
        if (j == i) entry[byte] = static_cast<char>(entry[byte] ^ 0x20);
        refused = !replayer.next(entry).ok();
      }
      CHECK((refused || replayer.root() != honest.root()));
    }
  }
}

TEST_CASE("an entry left out, doubled or moved is refused where it is missed [T9 W2]") {
  Deployment at(defence);
  live(at);
  for (std::size_t i = 0; i + 1 < at.entries().size(); ++i) {
    std::vector<std::string> without = at.entries();
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    // The refused proposal changes nothing, but later proposals name roots; the last ones are
    // loose.
    const Refusal refusal = replay(at, without);
    if (i == 0) CHECK(refusal.entry == 0);
    if (i == 1) CHECK(refusal.entry == 1);
  }
  std::vector<std::string> doubled = at.entries();
  doubled.insert(doubled.begin() + 2, doubled[1]);
  CHECK(replay(at, doubled).entry == 2);
}

TEST_CASE("T15 an entry dated before the one before it is refused [T1]") {
  Deployment at(defence);
  live(at);
  std::vector<std::string> entries = at.entries();
  const std::string later = "at " + at.now.to_string();
  const std::size_t last = entries.size() - 1;
  entries[last].replace(entries[last].find(later), later.size(),
                        "at " + (at.now - Duration{1}).to_string());
  const Refusal refusal = replay(at, entries);
  CHECK(refusal.entry == last);
  CHECK(refusal.why.find("[T1]") != std::string::npos);
}

TEST_CASE(
    "T25 a proposal that names another journal's root is refused: the same deployment restored "
    "twice [W2]") {
  Deployment at(defence);
  intent::Propose propose = at.strike("alvarez", {"uav-001"});
  propose.journal_root.bytes[5] ^= 1;
  at.held(propose);
  const Refusal refusal = replay(at, at.entries());
  CHECK(refusal.entry == 1);
  CHECK(refusal.why.find("[W2]") != std::string::npos);
}

TEST_CASE("a decision that decide does not give is refused, and the error says both [T9]") {
  Deployment at(defence);
  const intent::Propose propose = at.strike("nowak", {"uav-001"});
  Entry forged;
  forged.index = 1;
  forged.at = at.now;
  forged.intent = propose;
  forged.events.push_back(event::Refused{{{"by", "because"}}});
  std::vector<std::string> entries = at.entries();
  entries.push_back(encode_entry(forged).value());
  const Refusal refusal = replay(at, entries);
  CHECK(refusal.entry == 1);
  CHECK(refusal.why.find("because") != std::string::npos);
  CHECK(refusal.why.find("[T9]") != std::string::npos);
}

TEST_CASE("T19 a claim that only its writer's fold allows is refused [T9 S6]") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  Entry forged;
  forged.index = at.ledger().size();
  forged.at = at.now;
  forged.intent = at.assigned(id, "strike", {"brandt", "farouk", "duarte"});
  event::Claimed claimed;
  claimed.id = id;
  claimed.charged = {"alvarez"};
  claimed.systems = "uav-001";
  claimed.lease_until = at.now + Duration{1200};
  forged.events.push_back(claimed);
  std::vector<std::string> entries = at.entries();
  entries.push_back(encode_entry(forged).value());
  CHECK(replay(at, entries).entry == 2);
}

TEST_CASE("after an error a replay takes no further entry") {
  Deployment at(defence);
  live(at);
  Replayer replayer(at.shared_charter(), Domain::live);
  CHECK_FALSE(replayer.next("garbage").ok());
  CHECK_FALSE(replayer.next(at.entries()[0]).ok());
  CHECK(replayer.size() == 0);
}

TEST_CASE("E1 a live journal is not an exercise's [E1]") {
  Deployment at(defence);
  live(at);
  const Refusal refusal = replay(at, at.entries(), Domain::exercise);
  CHECK(refusal.entry < at.entries().size());
}

// Anything at all may be asked; what lived and what is replayed are one ledger.
TEST_CASE("decide, apply and serialise live, and a replay, give the same ledger [T9 T10]") {
  CHECK(rc::check("random lives", [] {
    Deployment at(defence);
    std::vector<std::string> ids;
    const std::vector<std::string> people = {"alvarez", "brandt", "castell", "farouk", "duarte",
                                             "haddad",  "gupta",  "eriksen", "nowak"};
    const int steps = *rc::gen::inRange(0, 40);
    for (int step = 0; step < steps; ++step) {
      const std::string id = ids.empty() ? "nothing" : *rc::gen::elementOf(ids);
      const std::string person = *rc::gen::elementOf(people);
      const int system = *rc::gen::inRange(1, 12);
      const std::string name = (system < 10 ? "uav-00" : "uav-0") + std::to_string(system);
      switch (*rc::gen::inRange(0, 8)) {
        case 0:
        case 1: {
          const intent::Propose propose = at.strike(
              *rc::gen::elementOf(std::vector<std::string>{"alvarez", "planner-7", "nowak"}),
              {name, "uav-020"});
          if (is_granted(at.decide_and_record(propose))) ids.push_back(propose.id);
          break;
        }
        case 2:
        case 3:
          if (!ids.empty()) at.approve(person, id);
          break;
        case 4:
          if (!ids.empty()) at.veto(person, id);
          break;
        case 5:
          at.pass(Duration{*rc::gen::inRange(0, 700)});
          break;
        case 6: {
          const Command* command = at.ledger().find(id);
          const auto window =
              command == nullptr ? std::nullopt : claimable(at.ledger(), *command, at.now);
          if (window) {
            const bool granted =
                is_granted(at.decide_and_record(intent::Claim{id, window->assignments}));
            // What claimable() promises, only a limit may refuse.
            RC_ASSERT(!granted || window->from <= at.now);
          }
          break;
        }
        case 7:
          at.decide_and_record(intent::Cancel{id, person});
          break;
      }
      std::uint64_t pending = 0;
      for (const std::string& one : ids) pending += at.ledger().find(one)->held_at(at.now) ? 1 : 0;
      RC_ASSERT(at.ledger().pending_count(at.now) == pending);
      RC_ASSERT(
          at.ledger().pending_of(at.charter().find_person("alvarez").value(), at.now).size() ==
          pending);
    }
    Replayer replayer(at.shared_charter(), Domain::live);
    for (const std::string& entry : at.entries()) RC_ASSERT(replayer.next(entry).ok());
    RC_ASSERT(replayer.ledger().serialise() == at.ledger().serialise());
  }));
}

}  // namespace
}  // namespace keyturn
