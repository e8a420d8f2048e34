#include "tests/policy/charter/checking.h"

namespace keyturn::testing {
namespace {

constexpr std::string_view strike_need =
    "need 2 of office:release-authority and 1 of institution:parliament|court\n  across 3 "
    "institutions";
constexpr std::string_view helpful_need =
    "need 1 of institution:parliament and 1 of institution:court";

std::string strike(std::string_view need) { return with(strike_need, need); }
std::string helpful(std::string_view need) { return with(helpful_need, need); }

TEST_CASE("T23 every class has one rule, and every rule a class") {
  check_refused(and_also("class §other at models { match POST /v2/x directs nothing }\n"),
                "class `other` has no rule");
  check_refused(
      and_also("rule §strike { need 2 of institution:court approve within 1m execute within "
               "1m lease 1m }\n"),
      "class `strike` has a rule already");
  check_refused(
      and_also("rule §other { need 2 of institution:court approve within 1m execute within 1m }\n"),
      "`other` is not declared as a class");
}

TEST_CASE("[Q1] `and` and `or` mix only with parentheses") {
  check_refused(
      helpful(
          "need 1 of institution:parliament and 1 of institution:court §or 2 of institution:court"),
      "mix only with parentheses [Q1]");
  const auto charter =
      check_accepted(helpful("need (1 of institution:parliament and 1 of institution:court) or 2 "
                             "of institution:court|parliament"));
  const Rule& rule = charter->klass(*charter->find_class("helpful-only")).rule;
  CHECK(rule.text ==
        "(1 of institution:parliament and 1 of institution:court) or 2 of "
        "institution:court|parliament");
  REQUIRE(rule.branches.size() == 2);
  CHECK(rule.branches[0].slots == std::vector<std::uint32_t>{0, 1});
  CHECK(rule.branches[1].slots == std::vector<std::uint32_t>{2, 2});
}

TEST_CASE("[Q1] a rule has at most 64 branches of at most 16 slots") {
  const std::string two = "(2 of institution:court or 2 of institution:parliament)";
  std::string need = "need " + two;
  for (int i = 0; i < 6; ++i) need += " and " + two;
  check_refused(helpful(std::string(need).replace(5, 0, "§")), "rule_branches_max");
  check_refused(helpful("need §17 of institution:court"), "rule_slots_max");
}

TEST_CASE("what is not the default stands in a rule's text") {
  const auto charter =
      check_accepted(strike("need 2 of office:release-authority and 1 of "
                            "institution:parliament|court\n  across 2 branches\n"
                            "  across 3 institutions at most 1 per institution not under 2"));
  CHECK(charter->klass(*charter->find_class("strike")).rule.text ==
        "2 of office:release-authority and 1 of institution:parliament|court across 3 institutions "
        "across 2 branches at most 1 per institution not under 2; veto 1 of office:judge-advocate");
}

TEST_CASE("[Q4] a rule with a veto has a delay") {
  check_refused(with("veto 1 of office:judge-advocate", "veto 1 of §office:judge-advocate",
                     with(" delay 2m", "")),
                "a rule with a `veto` has a `delay`");
}

TEST_CASE("[I6] superior beside subordinate only where nothing is directed") {
  check_refused(with("prevents", "§allow superior prevents"),
                "`allow superior` is for classes that direct nothing");
  check_refused(with("prevents", "§not under 0 prevents"),
                "`not under 0` is for classes that direct nothing");
  const auto charter =
      check_accepted(helpful(std::string(helpful_need) + " allow superior not under 0"));
  const Rule& rule = charter->klass(*charter->find_class("helpful-only")).rule;
  CHECK(rule.superior_beside_subordinate);
  CHECK(rule.not_under == 0);
}

TEST_CASE("[Q8] a rule that nobody can meet is refused") {
  check_refused(helpful("need §4 of institution:parliament"),
                "no initiator could ever get this approved");
  check_refused(strike("need §2 of office:release-authority and 1 of institution:court\n  across 4 "
                       "institutions"),
                "[Q8]");
  check_refused(
      strike("need §2 of office:release-authority and 1 of institution:court\n  not under 3"),
      "[Q8]");
}

TEST_CASE("[Q8] who has no key cannot approve") {
  check_refused(helpful("need §3 of institution:parliament"), "every way to meet this needs");
  check_refused(with("\"K. Ito MP\" of parliament\n  key ed25519 \"@key(ito)@\"\n",
                     "\"K. Ito MP\" of parliament\n", helpful("need §3 of institution:parliament")),
                "no initiator could ever get this approved");
}

TEST_CASE("[Q8] a class that only approvers may initiate, who then may not approve, is refused") {
  check_refused(with("  directs nothing\n", "  by person:haddad\n  directs nothing\n",
                     helpful("need §1 of person:haddad and 1 of institution:court")),
                "no initiator could ever get this approved");
  check_refused(with("by office:fleet-commander", "by office:empty",
                     and_also("office empty\n", with("rule strike", "rule §strike"))),
                "nobody may initiate class `strike`");
}

TEST_CASE("[Q8] a quorum that rests on one person says so, and only then") {
  const std::string one = "need §1 of person:haddad and 1 of institution:court";
  check_refused(helpful(one), "every way to meet this needs `haddad`: say `rests on haddad`");
  check_accepted(helpful("need 1 of person:haddad and 1 of institution:court rests on haddad"));
  check_refused(helpful("need 1 of person:haddad and 1 of institution:court rests on haddad, §ito"),
                "the quorum does not rest on `ito`");
}

TEST_CASE("[Q8] an alternative relieves a quorum of the one person") {
  check_accepted(
      helpful("need (1 of person:haddad and 1 of institution:court) or 2 of institution:court"));
}

TEST_CASE("[Q8] `across` can make a quorum rest on one person") {
  // Of the holders only farouk is of neither mod nor court.
  check_refused(strike("need §3 of office:release-authority\n  across 3 institutions"),
                "every way to meet this needs `farouk`");
}

TEST_CASE("[Q8] a veto that too few could give is refused") {
  check_refused(with("veto 1 of office:judge-advocate", "veto 3 of §office:judge-advocate"),
                "a veto of 3, and 2 with a key could give it");
}

TEST_CASE("[I7] a rule that one person's closure meets is refused, with the person and the set") {
  // brandt commands castell; two of mod are then nobody's check on him.
  check_refused(with("\"Lt P. Nowak\" of mod", "\"Lt P. Nowak\" of mod under brandt",
                     helpful("need §2 of institution:mod")),
                "commands enough people to meet this alone: ");
  check_refused(with("\"Judge A. Eriksen\" of court", "\"Judge A. Eriksen\" of court under haddad",
                     helpful("need §1 of institution:parliament and 1 of institution:court")),
                "`haddad` commands enough people to meet this alone: `haddad`, `eriksen`");
  check_refused(helpful("need §1 of institution:parliament"), "would need `farouk` alone");
}

TEST_CASE("[I7] the person named is the lowest who has reach, through offices too") {
  const std::string charter =
      with("holds release-authority under brandt", "holds release-authority under brandt, alvarez");
  check_refused(with("\"Judge L. Duarte\" of court holds release-authority",
                     "\"Judge L. Duarte\" of court holds release-authority under alvarez",
                     with(strike_need, "need §2 of office:release-authority", charter)),
                "`alvarez` commands enough people to meet this alone: `castell`, `duarte`");
}

TEST_CASE("[I7] `across` and `at most` take reach away") {
  const std::string under = with("\"Lt P. Nowak\" of mod", "\"Lt P. Nowak\" of mod under brandt");
  check_refused(with(helpful_need, "need §2 of institution:mod|court", under), "commands enough");
  check_accepted(
      with(helpful_need, "need 2 of institution:mod|court across 2 institutions", under));
  check_accepted(
      with(helpful_need, "need 2 of institution:mod|court at most 1 per institution", under));
  check_accepted(with(helpful_need, "need 2 of institution:mod|court across 2 branches", under));
}

constexpr std::string_view trustees =
    "office charter-trustee\n"
    "person t1 \"T\" of mod holds charter-trustee\n  key ed25519 \"@key(t1)@\"\n"
    "person t2 \"T\" of parliament holds charter-trustee\n  key ed25519 \"@key(t2)@\"\n"
    "person t3 \"T\" of court holds charter-trustee\n  key ed25519 \"@key(t3)@\"\n"
    "person t4 \"T\" of court holds charter-trustee\n  key ed25519 \"@key(t4)@\"\n";

TEST_CASE("[I7] amendments and rosters are bound alike") {
  const std::string people = and_also(trustees);
  check_accepted(
      and_also("amend {\n  need 2 of office:charter-trustee across 2 institutions\n"
               "  weakening need 3 of office:charter-trustee across 2 institutions delay 7d\n}\n"
               "roster mod by 2 of office:charter-trustee delay 24h\n",
               people));
  check_refused(and_also("amend {\n  need §1 of office:charter-trustee\n"
                         "  weakening need 3 of office:charter-trustee delay 7d\n}\n",
                         people),
                "an amendment would need `t1` alone: nobody decides alone [I7]");
  check_refused(and_also("amend {\n  need 2 of office:charter-trustee\n"
                         "  weakening need §2 of institution:mod|court delay 7d\n}\n",
                         people),
                "`okafor` commands enough people to meet this alone");
  check_refused(and_also("roster mod by §2 of institution:mod delay 24h\n", people),
                "commands enough");
  check_refused(and_also("roster mod by §5 of office:charter-trustee delay 24h\n", people), "[Q8]");
}

TEST_CASE("[S5] a maker's share is bounded when the charter is checked") {
  check_accepted(with("limit supply acme military 60%", "limit supply acme military 50%"));
  check_refused(with("limit supply acme military 60%", "limit supply acme military §49.99%"),
                "`acme` supplies 40 of the 80 of `military`");
}

TEST_CASE("[S5] a limit that admits no system is noticed, and `each` of nothing refused") {
  check_noticed(with("limit person each military/** 25%", "limit person each military/** §2.49%"),
                "in `military/air` this allows a weight of 0, and the lightest system weighs 1");
  check_noticed(
      with("limit person each military/** 25%", "limit person each military/** §7.5%, at most 9"),
      "in `military/sea` this allows a weight of 3, and the lightest system weighs 4");
  check_refused(and_also("limit person each §military/air/** 25%\n"),
                "no pool is below `military/air`");
}

TEST_CASE("limits of every subject keep their words") {
  const auto charter = check_accepted(
      and_also("limit span military at most 60\nlimit cosigned each military/** 12.5% over 24h\n"
               "limit agents acme military/air 0.25%, at most 3\n"));
  REQUIRE(charter->limits.size() == 8);
  CHECK(charter->limits[4].text == "span military at most 60");
  CHECK(charter->limits[5].text == "cosigned military/air 12.5% over 24h");
  CHECK(charter->limits[6].text == "cosigned military/sea 12.5% over 24h");
  CHECK(charter->limits[7].text == "agents acme military/air 0.25%, at most 3");
  CHECK(charter->limits[7].allowed(40) == 0);
  CHECK(charter->limits[7].allowed(400) == 1);
  CHECK(charter->limits[7].allowed(4000) == 3);
  CHECK(charter->limits[7].allowed(1000000000000000) == 3);
}

}  // namespace
}  // namespace keyturn::testing
