#include <doctest/doctest.h>

#include <set>

#include "gateway/authority/agenda.h"
#include "gateway/authority/names.h"
#include "gateway/authority/refusal_counts.h"
#include "keyturn/limits.h"

using namespace keyturn;

TEST_CASE("an agenda has one moment a name, the last that was set") {
  Agenda<int> agenda;
  agenda.set("a", 5);
  agenda.set("b", 3);
  agenda.set("a", 4);
  CHECK(agenda.size() == 2);
  CHECK_FALSE(agenda.due(2).has_value());
  CHECK(agenda.due(4) == "b");
  CHECK(agenda.due(4) == "a");
  CHECK_FALSE(agenda.due(100).has_value());
  agenda.set("c", 1);
  agenda.erase("c");
  agenda.erase("c");
  CHECK_FALSE(agenda.due(100).has_value());
  CHECK(agenda.size() == 0);
}

TEST_CASE("ten refusals a minute get an entry, the rest a number that is never lost [T7]") {
  RefusalCounts counts;
  const Time start{1000};
  for (std::uint64_t i = 0; i < refusals_journalled_per_minute_max; ++i) {
    CHECK(counts.gets_entry("a", start));
  }
  CHECK_FALSE(counts.gets_entry("a", start));
  CHECK_FALSE(counts.gets_entry("a", start + Duration{59}));
  CHECK(counts.gets_entry("b", start));
  CHECK(counts.gets_entry("", start));
  CHECK(counts.drain(start + Duration{59}, false, 10).empty());

  SUBCASE("one that was not answered is taken back") {
    counts.take_back("a", false);
    const auto due = counts.drain(start + Duration{60}, false, 10);
    REQUIRE(due.size() == 1);
    CHECK(due[0].count == 1);
  }
  SUBCASE("an entry that was not written leaves its place") {
    counts.take_back("a", true);
    CHECK(counts.gets_entry("a", start));
    CHECK_FALSE(counts.gets_entry("a", start));
  }
  SUBCASE("beyond the minute, a count that is not drained yet counts on") {
    CHECK_FALSE(counts.gets_entry("a", start + Duration{61}));
    const auto due = counts.drain(start + Duration{61}, false, 10);
    REQUIRE(due.size() == 1);
    CHECK(due[0].count == 3);
    CHECK(counts.gets_entry("a", start + Duration{61}));
  }
  SUBCASE("given back, it is due a minute later, with what came meanwhile") {
    const auto due = counts.drain(start + Duration{60}, false, 10);
    REQUIRE(due.size() == 1);
    counts.give_back(due[0], start + Duration{60});
    CHECK_FALSE(counts.gets_entry("a", start + Duration{60}));
    CHECK(counts.drain(start + Duration{61}, false, 10).empty());
    CHECK(counts.drain(start + Duration{120}, false, 10).at(0).count == 3);
  }
  SUBCASE("as many at once as one append takes") {
    for (int i = 0; i < 12; ++i) {
      const std::string name = "p" + std::to_string(i);
      for (int n = 0; n < 11; ++n) (void)counts.gets_entry(name, start);
    }
    CHECK(counts.drain(start, true, 5).size() == 5);
    CHECK(counts.drain(start, true, 100).size() == 8);
    CHECK(counts.drain(start, true, 100).empty());
  }
}

TEST_CASE("two requests are the same if all is the same but the nonce [W9]") {
  BodyRecord one;
  one.principal = "planner-7";
  one.method = "POST";
  one.endpoint = "fleet";
  one.target = "/api/v1/tasks";
  one.headers = {{"content-type", "application/json"}, {"idempotency-key", "1"}};
  one.body = "{}";
  BodyRecord other = one;
  other.nonce.fill(9);
  CHECK(sameness_of(one) == sameness_of(other));
  const auto differs = [&one](auto change) {
    BodyRecord changed = one;
    change(changed);
    return sameness_of(changed) != sameness_of(one);
  };
  CHECK(differs([](BodyRecord& r) { r.principal = "alvarez"; }));
  CHECK(differs([](BodyRecord& r) { r.method = "PUT"; }));
  CHECK(differs([](BodyRecord& r) { r.endpoint = "models"; }));
  CHECK(differs([](BodyRecord& r) { r.target += "?x=1"; }));
  CHECK(differs([](BodyRecord& r) { r.headers[1].second = "2"; }));
  CHECK(differs([](BodyRecord& r) { r.headers.pop_back(); }));
  CHECK(differs([](BodyRecord& r) { r.body += " "; }));
  // Bytes that move from one field to the next.
  CHECK(differs([](BodyRecord& r) { r.headers[1] = {"idempotency-key1", ""}; }));
}

TEST_CASE("a command's id is 26 characters that sort by time and never repeat") {
  SeededEntropy entropy(3);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = new_command_id(Time{1780300800}, entropy);
    CHECK(id.size() == 26);
    CHECK(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string::npos);
    CHECK(seen.insert(id).second);
  }
  CHECK(new_command_id(Time{1780300801}, entropy) > *seen.rbegin());
}

TEST_CASE("a wait ticket is its key's alone") {
  const std::string id = "01JD8Z00000000000000000000";
  const SecretBytes key(std::string(32, 'a')), other(std::string(32, 'b'));
  CHECK(wait_ticket(key, id) == wait_ticket(key, id));
  CHECK(wait_ticket(key, id) != wait_ticket(other, id));
  CHECK(wait_ticket(key, id).substr(26, 1) == "-");
  CHECK(wait_ticket(key, id).size() == 26 + 1 + 32);
}
