#include "policy/charter/load.h"

#include <doctest/doctest.h>

#include "tests/support/charters.h"

namespace keyturn {
namespace {

std::string all_errors(const CharterLoad& load, std::string_view text) {
  std::string out;
  for (const Diagnostic& error : load.errors) out += render_diagnostic(error, "charter", text);
  return out;
}

TEST_CASE("the defence charter of the tests loads, and its tables say what its text says") {
  const std::string text = testing::charter_text(testing::defence);
  const CharterLoad load = load_charter(text);
  REQUIRE_MESSAGE(load.charter != nullptr, all_errors(load, text));
  const Charter& charter = *load.charter;
  CHECK(charter.name == "joint-autonomy");
  CHECK(charter.digest == sha256(text));
  CHECK(charter.valid_from.to_string() == "2026-01-01T00:00:00Z");
  CHECK(charter.journal_key == testing::test_key("journal").public_key());
  REQUIRE(charter.pools.size() == 3);
  CHECK(charter.pools[0].weight == 80);
  CHECK(charter.pools[1].weight == 40);
  CHECK(charter.systems.size() == 50);
  CHECK(charter.system(*charter.find_system("uav-040")).weight == 1);
  CHECK_FALSE(charter.find_system("uav-041"));
  const Class& strike = charter.klass(*charter.find_class("strike"));
  CHECK(strike.rule.text ==
        "2 of office:release-authority and 1 of institution:parliament|court across 3 "
        "institutions; veto 1 of office:judge-advocate");
  REQUIRE(strike.rule.branches.size() == 1);
  CHECK(strike.rule.branches[0].slots == std::vector<std::uint32_t>{0, 0, 1});
  CHECK(strike.rule.selectors[0].people.size() == 4);
  REQUIRE(charter.limits.size() == 4);
  CHECK(charter.limits[0].text == "person military 10%, at most 400 over 72h");
  CHECK(charter.limits[0].allowed(80) == 8);
  CHECK(charter.limits[1].text == "person military/air 25%");
  CHECK(charter.longest_memory.seconds == 72 * 3600 + 20 * 60);
  const auto planner = charter.find_token(sha256(testing::test_token("planner-7")));
  REQUIRE(planner);
  CHECK(charter.principal_name(*planner) == "planner-7");
  CHECK(charter.person(planner->person).name == "alvarez");
}

}  // namespace
}  // namespace keyturn
