#include "policy/ledger/entry_codec.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "keyturn/limits.h"
#include "policy/ledger/entry_reader.h"
#include "tests/policy/decide/emergency.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::defence;
using testing::Deployment;
using testing::Emergency;
using testing::is_granted;

// A deployment with an entry of every kind of intent, granted and refused.
void fill(Emergency& at) {
  const std::string one = at.held(at.strike("planner-7", {"uav-001", "uav-002"}));
  const std::string two = at.held(at.strike("alvarez", {"usv-001"}));
  at.decide_and_record(at.strike("nowak", {"uav-001"}));
  at.decide_and_record(at.strike("mal\nlory\xff", {"uav-001"}));
  at.pass(Duration{5});
  REQUIRE(is_granted(at.approve("brandt", one)));
  at.approve("castell", one);
  at.approve("nowak", one);
  for (const char* person : {"farouk", "duarte"}) REQUIRE(is_granted(at.approve(person, one)));
  REQUIRE(is_granted(at.veto("gupta", two)));
  const std::string three = at.held(at.strike("alvarez", {"uav-009"}));
  at.pass(Duration{120});
  at.decide_and_record(at.assigned(two, "strike", {"brandt", "farouk", "duarte"}));
  REQUIRE(
      is_granted(at.decide_and_record(at.assigned(one, "strike", {"brandt", "farouk", "duarte"}))));
  REQUIRE(
      is_granted(at.decide_and_record(intent::Outcome{intent::Outcome::Kind::answered, one, 200})));
  REQUIRE(is_granted(at.decide_and_record(intent::Cancel{three, "alvarez"})));
  REQUIRE(is_granted(at.decide_and_record(intent::Refusals{"planner-7", 3})));
  const std::string four = at.held(at.strike("alvarez", {"uav-010"}));
  REQUIRE(is_granted(at.say(WordKind::withdrawal, "brandt", four)));
  REQUIRE(is_granted(at.say(WordKind::recall, "gupta", one)));
  REQUIRE(
      is_granted(at.decide_and_record(intent::Stopped{intent::Outcome::Kind::not_sent, one, 0})));
  const std::string freeze = at.frozen("gupta");
  at.freeze("jonas");
  for (const char* person : {"farouk", "haddad", "duarte"})
    REQUIRE(is_granted(at.unfreeze(person, freeze)));
  at.lift(freeze, {"farouk", "mal\nlory"});
  REQUIRE(is_granted(at.lift(freeze, {"farouk", "duarte"})));
  REQUIRE(is_granted(at.release(at.release_of(one))));
  REQUIRE(is_granted(at.say(WordKind::cancellation, "alvarez", four)));
}

TEST_CASE("an entry of every kind reads back as it was written, byte for byte [T9]") {
  Emergency at;
  fill(at);
  for (std::size_t i = 0; i < at.entries().size(); ++i) {
    const auto entry = decode_entry(at.entries()[i], i, at.charter(), Domain::live);
    REQUIRE_MESSAGE(entry.ok(), (entry.ok() ? "" : entry.error().message));
    CHECK(entry->index == i);
    CHECK(encode_entry(*entry).value() == at.entries()[i]);
  }
}

TEST_CASE("an entry in another form than the writer's is refused") {
  Emergency at;
  fill(at);
  const auto refused = [&](std::string bytes) {
    return !decode_entry(bytes, 0, at.charter(), Domain::live).ok();
  };
  const std::string entry = at.entries()[1];
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string out = entry;
    const std::size_t place = out.find(from);
    REQUIRE_MESSAGE(place != std::string::npos, from);
    return out.replace(place, from.size(), to);
  };
  CHECK_FALSE(refused(entry));
  CHECK(refused(""));
  CHECK(refused(entry + "\n"));
  CHECK(refused(entry.substr(0, entry.size() - 1)));
  CHECK(refused(with("keyturn/entry/v1", "keyturn/entry/v2")));
  CHECK(refused(with("intent propose", "intent propos")));
  CHECK(refused(with("journal 1 ", "journal 01 ")));
  CHECK(refused(with("journal 1 ", "journal 18446744073709551616 ")));
  CHECK(refused(with("journal 1 ", "journal -1 ")));
  CHECK(refused(with("principal \"planner-7\"", "principal \"planner\\x2d7\"")));
  CHECK(refused(with("principal \"planner-7\"", "principal planner-7")));
  CHECK(refused(with("principal \"planner-7\"", "principal  \"planner-7\"")));
  CHECK(refused(with("body read", "body maybe")));
  CHECK(refused(with("\n--\n", "\n-- \n")));
  CHECK(refused(with("text ", "text 9999999")));
  CHECK(refused(with("event proposed", "event opened")));
  CHECK(refused(with("salt 01", "salt 0G")));
}

TEST_CASE("T24 an entry whose word does not verify is not read: no byte of it may change") {
  Deployment at(defence);
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("brandt", id)));
  const std::string& entry = at.entries().back();
  const std::size_t from = entry.find("word "), to = entry.find("\n--\n");
  for (std::size_t i = from; i < to; i += 7) {
    std::string changed = entry;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(decode_entry(changed, 2, at.charter(), Domain::live).ok());
  }
  const auto exercise = decode_entry(entry, 2, at.charter(), Domain::exercise);
  REQUIRE_FALSE(exercise.ok());  // [E1]
  CHECK(exercise.error().code == Code::corrupt);
}

TEST_CASE("T13 a word of somebody whom the charter does not know is not read") {
  Deployment at(defence);
  Deployment other(testing::replaced(
      defence, "person ito     \"K. Ito MP\" of parliament\n  key ed25519 \"@key(ito)@\"\n", ""));
  const std::string id = at.held(at.strike("alvarez", {"uav-001"}));
  REQUIRE(is_granted(at.approve("ito", id)));
  const auto entry = decode_entry(at.entries().back(), 2, other.charter(), Domain::live);
  REQUIRE_FALSE(entry.ok());
  CHECK(entry.error().message.find("entry 2, line") == 0);
}

TEST_CASE("an entry over 65,535 bytes is not made, and not read") {
  Entry entry;
  entry.intent = intent::Refusals{std::string(entry_bytes_max - 200, 'x'), 1};
  entry.events.push_back(event::Counted{});
  const std::string fits = encode_entry(entry).value();
  entry.intent = intent::Refusals{
      std::string(entry_bytes_max - 200 + (entry_bytes_max - fits.size()), 'x'), 1};
  CHECK(encode_entry(entry).value().size() == entry_bytes_max);
  entry.intent = intent::Refusals{
      std::string(entry_bytes_max - 200 + (entry_bytes_max - fits.size()) + 1, 'x'), 1};
  const auto refused = encode_entry(entry);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::too_large);
  const auto charter = testing::load(defence);
  CHECK_FALSE(decode_entry(std::string(entry_bytes_max + 1, 'x'), 0, *charter, Domain::live).ok());
}

TEST_CASE("facts of every kind of value survive") {
  const auto charter = testing::load(defence);
  Entry entry;
  intent::Propose propose;
  propose.facts.headers = {{"content-type", "a\tb"}, {"x", "\"quoted\" \\ \x7f \xc3\xa4 \xc3"}};
  Fact fact;
  fact.pointer = "/a/*/b";
  using Kind = Value::Kind;
  for (const Kind kind :
       {Kind::boolean, Kind::null, Kind::number, Kind::array, Kind::object, Kind::too_long}) {
    Value value;
    value.kind = kind;
    fact.values.push_back(value);
  }
  for (const std::int64_t integer :
       {std::int64_t{0}, std::int64_t{-1}, -(std::int64_t{1} << 53), std::int64_t{1} << 53}) {
    Value value;
    value.kind = Kind::integer;
    value.integer = integer;
    fact.values.push_back(value);
  }
  for (const char* string : {"", "null", "1", "\n", "\xf0\x9f\x9a\x80", "\xed\xa0\x80"}) {
    Value value;
    value.kind = Kind::string;
    value.string = string;
    fact.values.push_back(value);
  }
  propose.facts.body = {fact, Fact{"/absent", {}}};
  propose.facts.out_of_shape = {{"strike", "/x"}};
  entry.intent = propose;
  entry.events.push_back(event::Refused{{{"code", "text"}}});
  const std::string bytes = encode_entry(entry).value();
  const auto again = decode_entry(bytes, 0, *charter, Domain::live);
  REQUIRE_MESSAGE(again.ok(), (again.ok() ? "" : again.error().message));
  CHECK(std::get<intent::Propose>(again->intent).facts == propose.facts);
}

TEST_CASE("any bytes have exactly one quoted string, on one line") {
  CHECK(rc::check("quote and read back", [](const std::string& bytes) {
    const std::string quoted = quote_bytes(bytes);
    RC_ASSERT(quoted.find('\n') == std::string::npos);
    const std::string line = quoted + "\n";
    EntryReader reader(line, 0);
    RC_ASSERT(reader.quoted().value() == bytes);
    RC_ASSERT(reader.expect("\n").ok());
    RC_ASSERT(reader.at_end());
  }));
  CHECK(quote_bytes("a\"b\\c\n\x7f") == "\"a\\\"b\\\\c\\x0a\\x7f\"");
  CHECK(quote_bytes("\xc3\xa4") == "\"\xc3\xa4\"");
  CHECK(quote_bytes("\xc3") == "\"\\xc3\"");
  CHECK(quote_bytes("\xe0\x80\x80\xf8") == "\"\\xe0\\x80\\x80\\xf8\"");
}

TEST_CASE("hostile bytes are refused as an entry, whatever they are") {
  const auto charter = testing::load(defence);
  CHECK(rc::check("garbage behind a good start", [&](const std::string& garbage) {
    const std::string start =
        "keyturn/entry/v1\nat 2026-06-01T08:00:00Z\nsalt 00000000000000000000000000000000\n";
    for (const char* kind :
         {"", "intent speak\nword ", "intent claim\nid ", "intent propose\nid \""})
      RC_ASSERT(!decode_entry(start + kind + garbage, 0, *charter, Domain::live).ok());
  }));
}

}  // namespace
}  // namespace keyturn
