// What the checker says of freezes, effectors' keys and stop orders.
#include "tests/policy/charter/checking.h"

namespace keyturn {
namespace {

using testing::and_also;
using testing::check_refused;
using testing::with;

constexpr std::string_view lifting =
    " { need 1 of institution:parliament and 1 of institution:court }\n";

std::string freeze(std::string_view head) {
  return and_also(std::string(head) + std::string(lifting));
}

std::string lifted_by(std::string_view body) {
  return and_also("freeze military/** by office:judge-advocate for 24h { " + std::string(body) +
                  " }\n");
}

void check_loads(const std::string& pattern) {
  const std::string text = testing::charter_text(pattern);
  const CharterLoad load = load_charter(text);
  CHECK_MESSAGE(load.charter != nullptr, testing::rendered(load, text));
}

TEST_CASE("a freeze block is read: what, by whom, for how long, and who lifts it [A4]") {
  const CharterLoad load = load_charter(testing::charter_text(
      freeze("freeze military/** by office:judge-advocate, institution:court for 24h")));
  REQUIRE(load.charter != nullptr);
  REQUIRE(load.charter->freezes.size() == 1);
  const FreezeBlock& block = load.charter->freezes.front();
  CHECK(block.text == "military/**");
  CHECK(block.pools.size() == 3);
  CHECK(block.by.size() == 2);
  CHECK(block.longest == Duration{86400});
  CHECK(block.unfreeze.rule.branches.size() == 1);
  CHECK(load.charter->freeze_block(*load.charter->find_pool("military/sea")) == &block);
  CHECK(load.charter->freeze_block(*load.charter->find_class("strike")) == nullptr);
  check_loads(freeze("freeze class strike by person:gupta for 1s"));
  check_loads(freeze("freeze military/air by person:gupta for 1h") +
              "freeze military/sea by person:gupta for 1h" + std::string(lifting));
}

TEST_CASE("a freeze lasts a day at most, and some time [A4]") {
  check_refused(freeze("freeze military/** by person:gupta for §25h"), "at most 1d");
  check_refused(freeze("freeze military/** by person:gupta for §0s"), "no time at all");
}

TEST_CASE("nothing stands in two freeze blocks [A4]") {
  const std::string second = "freeze §military/air by person:gupta for 1h" + std::string(lifting);
  check_refused(freeze("freeze military/** by person:gupta for 1h") + second,
                "two `freeze` blocks");
  check_refused(freeze("freeze class strike by person:gupta for 1h") +
                    "freeze class §strike by person:jonas for 1h" + std::string(lifting),
                "two `freeze` blocks");
}

TEST_CASE("whoever freezes and what is frozen is declared [C11]") {
  check_refused(freeze("freeze §militray/** by person:gupta for 1h"), "did you mean");
  check_refused(freeze("freeze class §strikes by person:gupta for 1h"), "did you mean");
  check_refused(freeze("freeze military by person:§gupt for 1h"), "did you mean");
  check_refused(freeze("freeze military by person:§planner-7 for 1h"), "only persons approve");
}

TEST_CASE("somebody with a key may freeze [A4]") {
  check_refused(and_also("office harbour-master\nfreeze military by §office:harbour-master for 1h" +
                         std::string(lifting)),
                "nobody with a key could freeze");
}

TEST_CASE("lifting needs no more people than the smallest quorum that it blocks [A4]") {
  check_refused(
      lifted_by(
          "need §2 of institution:parliament and 1 of institution:court and 1 of institution:mod"),
      "lifting this takes 4 people");
  check_loads(lifted_by("need 2 of institution:parliament and 1 of institution:court"));
  check_refused(and_also("freeze class helpful-only by person:gupta for 1h { need §2 of "
                         "institution:parliament and 1 of institution:court }\n"),
                "lifting this takes 3 people");
  // Of alternatives, the smallest is what one needs.
  check_loads(
      lifted_by("need (1 of institution:parliament and 1 of institution:court) or "
                "4 of institution:mod|court"));
}

TEST_CASE("no one person lifts a freeze, with all who obey him [I7]") {
  check_refused(lifted_by("need §1 of institution:court"), "nobody decides alone");
  check_refused(lifted_by("need §2 of person:brandt|castell"), "commands enough people");
}

TEST_CASE("lifting can be met, and rests on nobody unsaid [Q8]") {
  check_refused(lifted_by("need §1 of office:judge-advocate and 1 of person:farouk"),
                "say `rests on farouk`");
  check_loads(lifted_by("need 1 of office:judge-advocate and 1 of person:farouk rests on farouk"));
  check_refused(
      lifted_by("need 1 of institution:parliament and 1 of institution:court rests on §ito"),
      "does not rest on `ito`");
  check_refused(lifted_by("need §3 of office:judge-advocate"), "nobody could ever lift this");
}

TEST_CASE("a freeze without the words of one is refused where it stands") {
  check_refused(and_also("freeze military §for 1h" + std::string(lifting)), "who may freeze it");
  check_refused(and_also("freeze military by person:gupta §{ }\n"), "how long");
  check_refused(and_also("freeze §military by person:gupta for 1h { across 2 institutions }\n"),
                "who lifts it?");
  check_refused(and_also("freeze military by person:gupta for 1h { need 1 of institution:court "
                         "§veto 1 of institution:mod }\n"),
                "expected `need`");
}

TEST_CASE("an effector's key is nobody else's, and has something to release [S2 Q3]") {
  const std::string fleet = "endpoint fleet  \"http://127.0.0.1:9301\" headers content-type";
  check_loads(with(fleet, fleet + "\n  key ed25519 \"@key(effector)@\""));
  check_refused(with(fleet, fleet + "\n  key ed25519 §\"@key(alvarez)@\""),
                "one key, one principal");
  check_refused(with(fleet, fleet + "\n  key ed25519 §\"@key(journal)@\""),
                "one key, one principal");
  const std::string models = "headers content-type, anthropic-version";
  check_refused(with(models, models + "\n  key ed25519 §\"@key(effector)@\""),
                "no lease for this key");
}

std::string stop(std::string_view clause) {
  return with("  by office:fleet-commander\n",
              "  by office:fleet-commander\n  " + std::string(clause) + "\n");
}

TEST_CASE("a stop order goes where no class and no pass could match [A6]") {
  check_loads(stop("stop POST /api/v1/tasks/stop"));
  check_refused(stop("stop POST §/api/v1/tasks"), "class `strike` could match the stop order");
  check_loads(stop("stop PUT /api/v1/tasks"));
  check_refused(
      stop("stop POST §/halt") + "pass halt at fleet { match POST /** directs nothing }\n",
      "pass `halt` could match the stop order");
  // The same origin by another name is the same place.
  check_refused(stop("stop POST §/halt") +
                    "endpoint again \"http://127.0.0.1:9301\" host \"again.example\"\n"
                    "pass halt at again { match POST /halt }\n",
                "pass `halt` could match the stop order");
}

TEST_CASE(
    "a stop order is a method that does something, and one path; where something is directed") {
  check_refused(stop("stop §GET /api/v1/tasks/stop"), "POST, PUT or PATCH");
  check_refused(stop("stop POST §/api/v1/*/stop"), "goes to one path");
  check_refused(stop("stop POST §/keyturn/stop"), "the gateway's own");
  check_refused(with("  directs nothing\n", "  directs nothing\n  stop POST §/halt\n"),
                "directs nothing, so there is nothing to stop");
}

}  // namespace
}  // namespace keyturn
