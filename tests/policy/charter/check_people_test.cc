#include "tests/policy/charter/checking.h"

namespace keyturn::testing {
namespace {

TEST_CASE("[C11] a name that is used and not declared is an error, with the nearest that is") {
  check_refused(with("of mod holds chief-of-staff", "of §mud holds chief-of-staff"),
                "`mud` is not declared as an institution; did you mean `mod`?");
  check_refused(
      with("holds release-authority under brandt", "holds §relese-authority under brandt"),
      "did you mean `release-authority`?");
  check_refused(with("release-authority under brandt", "release-authority under §brand"),
                "did you mean `brandt`?");
  check_refused(with("sponsored by alvarez provider acme", "sponsored by alvarez provider §acne"),
                "`acne` is not declared as a provider; did you mean `acme`?");
  check_refused(with("may strike, helpful-only", "may §strke, helpful-only"),
                "did you mean `strike`?");
  check_refused(with("pool military/air weight", "pool §militray/air weight"),
                "`militray/air` is not declared as a pool; did you mean `military/air`?");
  check_refused(with("limit institution military", "limit institution §militar"),
                "did you mean `military`?");
  check_refused(with("limit supply acme", "limit supply §acmy"), "did you mean `acme`?");
  check_refused(with("class strike at fleet", "class strike at §fleets"), "did you mean `fleet`?");
  check_refused(with("rule helpful-only {", "rule §helpfull-only {"),
                "did you mean `helpful-only`?");
  check_refused(with("by office:fleet-commander", "by office:§fleet-comander"),
                "did you mean `fleet-commander`?");
  check_refused(
      with("readers institution:parliament|court", "readers institution:parliament|§cort"),
      "did you mean `court`?");
  check_refused(and_also("pool §civil/air\n"), "`civil` is not declared as a pool");
}

TEST_CASE("[C11] a name far from all others is an error without a suggestion") {
  const Marked marked =
      take_mark(with("of mod holds chief-of-staff", "of §zzzzzz holds chief-of-staff"));
  const CharterLoad load = load_charter(marked.text);
  REQUIRE(load.errors.size() == 1);
  CHECK(load.errors[0].message == "`zzzzzz` is not declared as an institution [C11]");
  CHECK(load.errors[0].length == 6);
}

TEST_CASE("a name is declared once, and persons and agents share their names") {
  check_refused(and_also("office §judge-advocate\n"),
                "`judge-advocate` is declared already, in line 13");
  check_refused(and_also("agent §alvarez sponsored by okafor\n"), "`alvarez` is a person already");
  check_refused(and_also("pass §strike at models { match GET /v2/x }\n"),
                "`strike` is a class already");
}

TEST_CASE("[I3] a permission that an agent's sponsor does not have is noticed") {
  check_noticed(with("sponsored by alvarez provider acme may strike",
                     "sponsored by okafor provider acme may §strike"),
                "is not among those whom class `strike` names in `by`");
}

TEST_CASE("[Q3] only persons approve") {
  check_refused(with("1 of institution:parliament|court\n", "1 of person:§planner-7\n"),
                "`planner-7` is an agent; only persons approve [Q3]");
}

TEST_CASE("[Q3] a key of two persons, of a person and an agent, or of the journal is refused") {
  check_refused(with("ed25519 \"@key(ito)@\"", "ed25519 §\"@key(haddad)@\""),
                "this key is that of `haddad` already");
  check_refused(with("  token sha256 \"@token(planner-7)@\"", "  key ed25519 §\"@key(okafor)@\""),
                "this key is that of `okafor` already");
  check_refused(with("ed25519 \"@key(okafor)@\"", "ed25519 §\"@key(journal)@\""),
                "this key is that of the journal already, in line 4");
  check_refused(with("sha256 \"@token(planner-7)@\"", "sha256 §\"@token(nowak)@\""),
                "this token is that of `nowak` already");
}

TEST_CASE("a key that verifiers disagree on is refused, and so is what is no key") {
  // The point of order one, and 31 bytes.
  check_refused(with("\"@key(ito)@\"", "§\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""), "");
  check_refused(with("\"@key(ito)@\"", "§\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\""), "32");
  check_refused(with("\"@key(ito)@\"", "§\"not base64\""), "expected 32 bytes in base64");
  check_refused(with("key ed25519 \"@key(ito)@\"", "key §p256 \"@key(ito)@\""),
                "`p256` is unsupported");
}

TEST_CASE("[T11] a certificate's key names one principal, and its hash is written out in full") {
  const std::string token = "  token sha256 \"@token(planner-7)@\"\n";
  const std::string other = "  token sha256 \"@token(nowak)@\"\n";
  const std::string hash(64, 'a');
  const std::string line = "  certificate sha256 \"" + hash + "\"\n";

  const CharterLoad load = load_charter(charter_text(with(token, token + line)));
  REQUIRE(load.charter != nullptr);
  const auto principal = load.charter->find_certificate(Digest::parse("sha256:" + hash).value());
  REQUIRE(principal);
  CHECK(load.charter->principal_name(*principal) == "planner-7");
  CHECK(load.charter->person(principal->person).name == "alvarez");
  // A token of the same hash is not thereby a credential, nor the other way round.
  CHECK_FALSE(load.charter->find_token(Digest::parse("sha256:" + hash).value()));

  check_refused(with(token, token + "  certificate sha256 §\"" + hash + "\"\n", with(other, line)),
                "this certificate's key is that of `nowak` already");
  check_refused(with(token, line + "  certificate sha256 §\"" + hash + "\"\n"),
                "this certificate's key is that of `planner-7` already");
  for (const std::string& wrong :
       {std::string(64, 'A'), std::string(63, 'a'), std::string("AB:CD")})
    check_refused(with(token, "  certificate sha256 §\"" + wrong + "\"\n"),
                  "as `keyturn keys certificate` prints them");
  check_refused(with(token, "  certificate §md5 \"" + hash + "\"\n"), "expected `sha256`");
  check_refused(with(token, "  certificate sha256 §" + hash + "\n"), "in quotes");
}

TEST_CASE("[P2] a token's hash is 64 lower-case hexadecimal digits") {
  check_refused(with("\"@token(nowak)@\"", "§\"correct horse battery staple\""), "[P2]");
}

TEST_CASE("[I1] offices in a circle are refused, and an office under itself") {
  check_refused(with("office chief-of-staff\n", "office §chief-of-staff under fleet-commander\n"),
                "command runs in a circle: each of `chief-of-staff`, `fleet-commander`");
  check_refused(with("office judge-advocate\n", "office judge-advocate under §judge-advocate\n"),
                "`judge-advocate` is under itself");
}

TEST_CASE("[I1] persons in a circle are refused, in person or through the offices they hold") {
  check_refused(
      with("person brandt  \"Col. U. Brandt\" of mod holds release-authority",
           "person §brandt  \"Col. U. Brandt\" of mod holds release-authority under castell"),
      "each of `brandt`, `castell` is under the others");
  check_refused(
      with("person okafor  \"Adm. C. Okafor\" of mod holds chief-of-staff",
           "person §okafor  \"Adm. C. Okafor\" of mod holds chief-of-staff under alvarez"),
      "each of `okafor`, `alvarez` is under the others");
  check_refused(with("\"Lt P. Nowak\" of mod", "\"Lt P. Nowak\" of mod under §nowak"),
                "`nowak` is under himself");
}

TEST_CASE("[I1] a person who holds two offices, one under the other, is in no circle") {
  const auto charter = check_accepted(
      with("of mod holds chief-of-staff", "of mod holds chief-of-staff, fleet-commander"));
  CHECK(charter != nullptr);
}

}  // namespace
}  // namespace keyturn::testing
