#include "policy/people/closure.h"
#include "tests/policy/charter/checking.h"

namespace keyturn::testing {
namespace {

TEST_CASE(
    "a charter of 1,000 persons and 100,000 systems loads, each pool and all below it one range") {
  std::string text(
      "keyturn 1\ncharter \"large\" version 3\nvalid 2026-01-01 .. 2036-01-01\n"
      "journal key ed25519 \"@key(journal)@\"\n");
  for (int i = 0; i < 20; ++i)
    text += "institution i" + std::to_string(i) + " \"I\" branch b" + std::to_string(i % 3) + "\n";
  text += "office head\noffice officer under head\noffice free\n";
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "p" + std::to_string(i);
    text += "person " + name + " \"P\" of i" + std::to_string(i % 20) + " holds " +
            (i < 3        ? "head"
             : i % 3 == 0 ? "officer"
                          : "free") +
            "\n  key ed25519 \"@key(" + name + ")@\"\n";
  }
  // As bytes, `m-x` would stand between `m` and `m/a`.
  text += "pool m-x\npool m/b\npool m\npool m/a/c\npool m/a\nendpoint e \"http://127.0.0.1:1\"\n";
  text +=
      "system a-[00000..49999] pool m/a/c weight 2 at e\nsystem b-[00000..39999] pool m/b weight 1 "
      "at e\n"
      "system c-[0000..9999] pool m-x weight 5 at e\n";
  text +=
      "class strike at e { match POST /x directs body /a/* shape /a/* }\n"
      "rule strike { need 2 of office:free and 2 of institution:i1|i2 across 3 institutions at "
      "most 2 "
      "per institution approve within 1h execute within 1h lease 20m }\n";
  const auto charter = check_accepted(text);
  REQUIRE(charter);
  REQUIRE(charter->pools.size() == 5);
  const auto pool = [&](std::size_t i) { return charter->pools[i]; };
  CHECK(pool(0).name == "m");
  CHECK(pool(1).name == "m/a");
  CHECK(pool(2).name == "m/a/c");
  CHECK(pool(3).name == "m/b");
  CHECK(pool(4).name == "m-x");
  CHECK(pool(0).weight == 140000);
  CHECK(pool(1).weight == 100000);
  CHECK(pool(4).weight == 50000);
  CHECK_FALSE(pool(0).parent);
  CHECK(pool(2).parent == PoolId{1});
  CHECK(pool(3).parent == PoolId{0});
  CHECK_FALSE(pool(4).parent);
  CHECK(pool(0).last.value == 90000);
  CHECK(charter->systems.size() == 100000);
  for (const std::string_view name : {"a-00000", "b-39999", "c-0000"})
    CHECK(charter->system(*charter->find_system(name)).name == name);
  CHECK(charter->closure->subordinates(*charter->find_person("p0")).size() == 1 + 333);
}

}  // namespace
}  // namespace keyturn::testing
