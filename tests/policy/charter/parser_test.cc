#include "tests/policy/charter/checking.h"

namespace keyturn::testing {
namespace {

TEST_CASE("a charter holds no tab, carriage return, control character or hidden UTF-8") {
  check_refused(with("  directs nothing", "§\tdirects nothing"), "a tab");
  check_refused(with("office judge-advocate\n", "office judge-advocate§\r\n"), "line feed alone");
  check_refused(and_also("# §\x01\n"), "control character");
  check_refused(and_also("# §\xff\n"), "neither ASCII nor a visible UTF-8 character");
  check_refused(and_also("# §\xc0\xaf\n"), "neither ASCII");
  check_refused(and_also("# §\xed\xa0\x80\n"), "neither ASCII");
  check_refused(with("\"Adm. C. Okafor\"", "\"Adm. C. §\u202eOkafor\""), "neither ASCII");
  check_refused(with("keyturn 1", "§\ufeffkeyturn 1"), "neither ASCII");
  check_accepted(with("\"Adm. C. Okafor\"", "\"Adm. Ç. Okafor, 海軍\""));
}

TEST_CASE("strings close on their line, and know two escapes") {
  check_refused(with("\"Adm. C. Okafor\"", "§\"Adm. C. Okafor"), "without its closing `\"`");
  check_refused(with("\"Adm. C. Okafor\"", "\"Adm. §\\nC. Okafor\""), "are escapes in a string");
  const auto charter =
      check_accepted(with("\"Adm. C. Okafor\"", "\"Adm. \\\"C\\\" \\\\ Okafor # no comment\""));
  CHECK(charter->persons[0].title == "Adm. \"C\" \\ Okafor # no comment");
  check_refused(with("\"Adm. C. Okafor\"", "§\"" + std::string(1025, 'x') + "\""),
                "string_bytes_max");
}

TEST_CASE(
    "comments end a token anywhere outside strings, and indented lines belong to what is above") {
  check_accepted(
      with("person nowak   \"Lt P. Nowak\" of mod\n",
           "person nowak# a comment\n\n   # another\n   \"Lt P. Nowak\" # and\n of mod\n"));
}

TEST_CASE("every declaration's error is reported in one run, in the order of the text") {
  const std::string text =
      charter_text(with("branch executive", "branch",
                        with("under chief-of-staff", "under", with("over 72h", "over"))));
  const CharterLoad load = load_charter(text);
  CHECK(load.charter == nullptr);
  REQUIRE(load.errors.size() >= 3);
  for (std::size_t i = 1; i < load.errors.size(); ++i)
    CHECK(load.errors[i - 1].line <= load.errors[i].line);
  CHECK(load.errors[0].line == 6);
  CHECK(contains(
      load.errors[0].message,
      "expected the branch of government (lower-case letters, digits and `-`, at most 64), "
      "found the end of the declaration"));
}

TEST_CASE("a missing brace costs one block, not the rest of the charter") {
  const std::string text = charter_text(with("no guardrails\"\n}", "no guardrails\"\n"));
  const CharterLoad load = load_charter(text);
  REQUIRE(load.errors.size() == 3);  // the brace, and the class's name at its agent and its rule
  CHECK(contains(load.errors[1].message, "found the end of the declaration"));
}

TEST_CASE("what a declaration expects is said where it is missing") {
  check_refused(with("office judge-advocate\n", "office §Judge\n"), "expected the office's name");
  check_refused(with("office judge-advocate\n", "§offce judge-advocate\n"),
                "expected a declaration (`institution`, `person`, `class`, …), found `offce`; did "
                "you mean `office`?");
  check_refused(with("office judge-advocate\n", "office judge-advocate §extra\n"),
                "expected the end of the declaration, found `extra`");
  check_refused(with("\"Lt P. Nowak\" of mod", "\"Lt P. Nowak\" §in mod"), "expected `of`");
  check_refused(with("\"Lt P. Nowak\" of mod",
                     "\"Lt P. Nowak\" of mod holds judge-advocate §holds judge-advocate"),
                "each of the first two once");
  check_refused(with("match GET /api/v1/entities/:id", "match §get /api/v1/entities/:id"),
                "expected a method");
  check_refused(with("match GET /api/v1/entities/:id", "match GET §api/v1"), "expected a path");
  check_refused(with("match GET /api/v1/entities/:id", "match GET /api/§/v1"),
                "expected a segment");
  check_refused(with("match GET /api/v1/entities/:id", "match GET /api/§../v1"),
                "expected a segment");
  check_refused(with("match GET /api/v1/entities/:id", "match GET /:id/§:id"),
                "names two segments");
  check_refused(with("prefix \"helpful-only-\"", "§matches \"helpful-only-\""), "expected a test");
  check_refused(with("prefix \"helpful-only-\"", "prefix §\"\""), "write `present`");
  check_refused(with("prefix \"helpful-only-\"", "§from 9 to 1"), "runs upwards");
  check_refused(with("body /model prefix", "body §/model/* prefix"), "no `*` or `**` here");
  check_refused(with("body /model prefix", "body §/model~2 prefix"), "`~` is written `~0`");
  check_refused(with("\"chat-small-3\"]", "§\"chat-large-3\"]"), "stands here twice");
  check_refused(with("limit institution military 50%", "limit institution military §50"),
                "expected a percentage");
  check_refused(with("limit institution military 50%", "limit institution military §100.01%"),
                "more than 100%");
  check_refused(with("limit institution military 50%", "limit institution military §1.001%"),
                "two decimals");
  check_refused(with("at most 400 over 72h", "at most 400 over §72"), "expected a time");
  check_refused(with("approve within 30m", "approve within §0s"), "no time at all");
  check_refused(with("approve within 30m", "approve within §4000d"),
                "charter_duration_seconds_max");
  check_refused(with("valid 2026-01-01 .. 2036-01-01", "valid §2026-02-30 .. 2036-01-01"),
                "the first day");
  check_refused(with("valid 2026-01-01 .. 2036-01-01", "valid §2026-01-01 .. 2026-01-01"), "[A7]");
  check_refused(with("need 2 of office:release-authority", "need §0 of office:release-authority"),
                "at least 1");
  check_refused(with("need 2 of office:release-authority", "need 2 of §role:release-authority"),
                "expected `office:`, `institution:` or `person:`");
  check_refused(with("\"http://127.0.0.1:9301\"", "§\"http://127.0.0.1:9301/api\""),
                "without a path");
  check_refused(with("\"http://127.0.0.1:9301\"", "§\"http://127.0.0.1\""), "expected an origin");
  check_refused(with("\"joint-autonomy\"", "§\"Joint Autonomy\""), "expected a deployment's name");
}

TEST_CASE("[T6] the first line names the semantics, and an unknown one is refused") {
  check_refused(with("keyturn 1\n", "keyturn §2\n"), "this program knows `keyturn 1`");
  check_refused("§office x\n", "no `keyturn 1`");
  check_refused(with("office judge-advocate\n", "office judge-advocate\n§keyturn 1\n"),
                "a second time");
}

TEST_CASE("a charter without its header says what is missing, all of it") {
  const CharterLoad load = load_charter("");
  REQUIRE(load.errors.size() == 4);
  CHECK(contains(load.errors[1].message, "no `charter"));
  CHECK(contains(load.errors[2].message, "no `valid"));
  CHECK(contains(load.errors[3].message, "[T11]"));
}

TEST_CASE("what is not enforced yet is refused as unsupported, never ignored") {
  check_refused(with("\"http://127.0.0.1:9301\" headers",
                     "\"http://127.0.0.1:9301\" §warrants required headers"),
                "`warrants` is unsupported");
  check_refused(
      with("  approve within 1h execute within 10m", "  §grant 500 requests, 2000000 tokens, 8h"),
      "`grant` is unsupported");
  for (const std::string word :
       {"break-glass", "oblige", "notify", "acknowledge", "review", "countersigner"})
    check_refused(and_also("§" + word + " strike\n"), "`" + word + "` is unsupported");
}

TEST_CASE("[C12] an endpoint's origin is http or https, with a port and nothing behind it") {
  const CharterLoad load = load_charter(
      charter_text(with("\"http://127.0.0.1:9302\"", "\"https://models.internal:8443\"")));
  REQUIRE(load.charter != nullptr);
  CHECK(load.charter->endpoint(*load.charter->find_endpoint("models")).origin ==
        "https://models.internal:8443");
  for (const char* wrong :
       {"https://models.internal", "https://", "https://:443", "https://a:8443/v1",
        "HTTPS://a:8443", "ftp://a:1", "https://http://a:1", "https://user@a:1"})
    check_refused(with("\"http://127.0.0.1:9302\"", std::string("§\"") + wrong + "\""),
                  "expected an origin as in");
}

TEST_CASE("parentheses nest only so far") {
  std::string need = "need ";
  for (int i = 0; i < 16; ++i) need += "(";
  need += "§(1 of institution:court)";
  for (int i = 0; i < 16; ++i) need += ")";
  check_refused(with("need 1 of institution:parliament and 1 of institution:court", need),
                "charter_nesting_max");
}

TEST_CASE("a body may be told by numbers, and their order in the charter does not matter") {
  const auto charter =
      check_accepted(and_also("pass priced at models { match POST /v2/x body /n in [3, -2, \"x\", "
                              "1] body /m from -5 to 9007199254740992 "
                              "query page present header accept prefix \"text/\" }\n"));
  const std::vector<Condition>& conditions = charter->passes[2].matchers[0].conditions;
  REQUIRE(conditions.size() == 4);
  CHECK(conditions[0].integers == std::vector<std::int64_t>{-2, 1, 3});
  CHECK(conditions[0].strings == std::vector<std::string>{"x"});
  CHECK(conditions[1].low == -5);
  CHECK(conditions[1].high == 9007199254740992);
  check_refused(and_also("pass p at models { match POST /v2/x body /n is §9007199254740993 }\n"),
                "within 2^53");
  check_refused(and_also("pass p at models { match POST /v2/x query n is §3 }\n"),
                "a value in quotes");
  check_refused(and_also("pass p at models { match POST /v2/x query n §from 1 to 3 }\n"),
                "only values of the body");
}

TEST_CASE("an error is shown with its line and a caret under what is meant") {
  const Diagnostic error{2, 8, 4, "what is wrong", false};
  CHECK(render_diagnostic(error, "a.charter", "keyturn 1\noffice é-zz x\n") ==
        "a.charter:2:8: error: what is wrong\n  office é-zz x\n         ^~~\n");
  const Diagnostic notice{1, 1, 1, "true", true};
  CHECK(render_diagnostic(notice, "a", "\tx\x1b[2J") == "a:1:1: notice: true\n  ?x?[2J\n  ^\n");
  const Diagnostic behind{1, 3, 1, "more expected", false};
  CHECK(render_diagnostic(behind, "a", "ab") == "a:1:3: error: more expected\n  ab\n    ^\n");
}

TEST_CASE("a long line is shown around the mark") {
  const std::string text = std::string(1000, 'a') + "X" + std::string(1000, 'b');
  const std::string shown = render_diagnostic(Diagnostic{1, 1001, 1, "m", false}, "f", text);
  CHECK(shown.size() < 400);
  const std::size_t caret = shown.rfind('^') - (shown.rfind('\n', shown.rfind('^')) + 1);
  const std::size_t line = shown.find('\n') + 1;
  CHECK(shown[line + caret] == 'X');
}

TEST_CASE("at most charter_errors_max errors are given, and the last says how many there are") {
  std::string text = charter_text(defence);
  for (int i = 0; i < 150; ++i) text += "nonsense" + std::to_string(i) + "\n";
  const CharterLoad load = load_charter(text);
  REQUIRE(load.errors.size() == 100);
  CHECK(contains(load.errors[99].message, "and 51 more"));
}

TEST_CASE("no cut or changed byte of a charter crashes the loader, and what loads has its digest") {
  const std::string text = charter_text(defence);
  for (std::size_t i = 0; i < text.size(); i += 7) {
    load_charter(std::string_view(text).substr(0, i));
    std::string changed = text;
    changed[i] = "{}()[],|\"\\/%*:\n#\x80 "[i / 7 % 19];
    const CharterLoad load = load_charter(changed);
    CHECK((load.charter == nullptr) == !load.errors.empty());
    if (load.charter) CHECK(load.charter->digest == sha256(changed));
  }
}

}  // namespace
}  // namespace keyturn::testing
