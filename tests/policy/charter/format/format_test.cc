// The formatter: what it makes of a text, and that a charter says the same afterwards.
#include "policy/charter/format/format.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "policy/charter/lexer.h"
#include "tests/policy/charter/checking.h"

namespace keyturn::testing {
namespace {

constexpr std::string_view header =
    "keyturn 1\n"
    "charter \"joint-autonomy\" version 1\n"
    "valid 2026-01-01 .. 2036-01-01\n"
    "journal key ed25519 \"@key(journal)@\"\n";

std::string formatted(std::string_view text) {
  const CharterFormat out = format_charter(text);
  std::string errors;
  for (const Diagnostic& error : out.errors) errors += render_diagnostic(error, "test", text);
  REQUIRE_MESSAGE(out.errors.empty(), errors);
  return out.text;
}

// `body` behind a header, formatted; without the header again.
std::string formatted_body(std::string_view body) {
  const std::string before = charter_text(header);
  const std::string out = formatted(before + "\n" + std::string(body));
  REQUIRE(out.starts_with(before + "\n"));
  return out.substr(before.size() + 1);
}

std::vector<std::string> tokens_of(std::string_view text) {
  Diagnostics diagnostics;
  std::vector<std::string> out;
  for (const Token& token : lex_charter(text, diagnostics))
    out.push_back((token.place.column == 1 ? "|" : "") + std::string(token.text));
  CHECK_FALSE(diagnostics.has_errors());
  return out;
}

std::string without_column_marks(const std::vector<std::string>& tokens) {
  std::string out;
  for (const std::string& token : tokens) out += token.substr(token.starts_with('|') ? 1 : 0) + " ";
  return out;
}

void check_kept(const std::string& text) {
  const std::string once = formatted(text);
  CHECK(formatted(once) == once);
  CHECK(without_column_marks(tokens_of(once)) == without_column_marks(tokens_of(text)));
  const CharterLoad before = load_charter(text), after = load_charter(once);
  REQUIRE(before.charter.get() != nullptr);
  REQUIRE_MESSAGE(after.charter != nullptr, rendered(after, once));
  CHECK(before.charter->classes.size() == after.charter->classes.size());
  for (std::size_t i = 0; i < before.charter->classes.size(); ++i) {
    CHECK(before.charter->classes[i].rule.text == after.charter->classes[i].rule.text);
    CHECK(before.charter->classes[i].rule.windows == after.charter->classes[i].rule.windows);
  }
  CHECK(before.charter->systems.size() == after.charter->systems.size());
  CHECK(before.notices.size() == after.notices.size());
}

TEST_CASE("a block is indented by two, a list goes on by two more, and `}` stands alone") {
  CHECK(formatted_body("class strike at fleet{match POST /api/v1/tasks\n"
                       "body /kind is \"Strike\" by office:a,\n office:b\n"
                       "       directs nothing }\n") ==
        "class strike at fleet {\n"
        "  match POST /api/v1/tasks\n"
        "  body /kind is \"Strike\" by office:a,\n"
        "    office:b\n"
        "  directs nothing\n"
        "}\n");
  CHECK(formatted_body("pass a at b {match GET  /x   directs nothing}") ==
        "pass a at b { match GET /x directs nothing }\n");
  CHECK(formatted_body("class a at b\n   {\n\n\n match GET /x directs nothing\n\n }\n") ==
        "class a at b {\n  match GET /x directs nothing\n}\n");
}

TEST_CASE("punctuation has one set of spaces, and strings keep theirs") {
  CHECK(formatted_body("pass a at b { match GET ,HEAD /x body /y in[ \"1 \" ,\"2\",3 ] }") ==
        "pass a at b { match GET, HEAD /x body /y in [\"1 \", \"2\", 3] }\n");
  CHECK(
      formatted_body("roster m by ( 1 of office:a  or 2 of office:b )and 1 of office:c delay 1h") ==
      "roster m by (1 of office:a or 2 of office:b) and 1 of office:c delay 1h\n");
}

TEST_CASE("comments stay where they are, at the indentation of what they stand with") {
  CHECK(formatted_body("# first\n"
                       "person a \"A\" of m # a\n"
                       "# of a\n"
                       "   holds x   # kept   \n"
                       "   # still of a\n"
                       "# of b\n"
                       "person b \"B\" of m\n"
                       "   # last\n") ==
        "# first\n"
        "person a \"A\" of m  # a\n"
        "  # of a\n"
        "  holds x  # kept\n"
        "  # still of a\n"
        "# of b\n"
        "person b \"B\" of m\n"
        "  # last\n");
}

TEST_CASE("blank lines group, and two are no more than one") {
  CHECK(formatted_body("\n\n\npool a\n\n\n\npool a/b\npool a/c\n\n\n") ==
        "pool a\n\npool a/b\npool a/c\n");
}

TEST_CASE("neighbouring declarations of one kind stand in columns, up to a blank line") {
  CHECK(formatted_body("system uav-[001..080] pool m/air weight 1 provider acme at fleet\n"
                       "system ugv-relay pool m/land weight 10 at fleet\n"
                       "\n"
                       "system x pool m weight 1 at fleet\n") ==
        "system uav-[001..080] pool m/air  weight 1 provider acme at fleet\n"
        "system ugv-relay      pool m/land weight 10              at fleet\n"
        "\n"
        "system x pool m weight 1 at fleet\n");
  CHECK(formatted_body("agent a sponsored by okafor may strike, escort\n"
                       "agent planner sponsored by ito may escort\n") ==
        "agent a       sponsored by okafor may strike, escort\n"
        "agent planner sponsored by ito    may escort\n");
}

TEST_CASE("a draft is formatted whose names are undeclared; a text that cannot be read is not") {
  CHECK(formatted_body("pool  military/air") == "pool military/air\n");
  for (const std::string_view broken :
       {"pool \"open\n", "class a at b {\n match GET /x\n", "frobnicate x\n", "\tpool a\n"}) {
    const CharterFormat out = format_charter(charter_text(header) + std::string(broken));
    CHECK(out.text.empty());
    CHECK_FALSE(out.errors.empty());
  }
}

TEST_CASE("formatting twice is formatting once, and the charter says the same") {
  check_kept(charter_text(defence));
  const std::filesystem::path root(KEYTURN_SOURCE_ROOT);
  for (const auto& file : std::filesystem::directory_iterator(root / "config" / "charters")) {
    if (file.path().extension() != ".charter") continue;
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    check_kept(text.str());
  }
}

// A text of the same tokens with other spaces, other line ends where none matters, and comments.
std::string shaken(const std::string& text, std::mt19937& chance) {
  Diagnostics diagnostics;
  const std::vector<Token> tokens = lex_charter(text, diagnostics);
  const auto one_of = [&](unsigned count) { return static_cast<unsigned>(chance() % count); };
  std::string out;
  for (std::size_t i = 0; tokens[i].kind != Token::Kind::end; ++i) {
    const bool starts = tokens[i].place.column == 1;
    if (i > 0 && starts) {
      out += one_of(4) == 0 ? "  # at the end\n" : "\n";
      if (one_of(6) == 0) out += "\n\n";
      if (one_of(6) == 0) out += "# between\n";
    } else if (i > 0) {
      const unsigned kind = one_of(12);
      if (kind == 0) out += "\n  ";
      if (kind == 1) out += " # within\n \n ";
      if (kind >= 2) out += std::string(1 + one_of(3), ' ');
    }
    out += tokens[i].text;
  }
  return out;
}

TEST_CASE(
    "whatever its spaces, line ends and comments, a charter is formatted into the same charter") {
  std::mt19937 chance(20260101);
  const std::string text = charter_text(defence);
  for (int i = 0; i < 60; ++i) check_kept(shaken(text, chance));
}

TEST_CASE("one long name does not push its neighbours away") {
  const std::string name(60, 'a');
  CHECK(formatted_body("office a under b\noffice " + name + " under b\n") ==
        "office a under b\noffice " + name + " under b\n");
}

}  // namespace
}  // namespace keyturn::testing
