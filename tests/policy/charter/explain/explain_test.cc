// A charter in sentences: that what matters is said, in the same words each time.
#include "policy/charter/explain/explain.h"

#include "policy/charter/diagnostics.h"
#include "policy/charter/format/format.h"
#include "tests/policy/charter/checking.h"

namespace keyturn::testing {
namespace {

// Without line ends, so that where a line was wrapped does not matter.
std::string explained(std::string_view text) {
  const CharterLoad load = load_charter(text);
  REQUIRE_MESSAGE(load.charter != nullptr, rendered(load, std::string(text)));
  std::string out = explain_charter(*load.charter), flat;
  for (const char c : out) {
    if (c == ' ' && flat.ends_with(' ')) continue;
    flat += c == '\n' ? ' ' : c;
    if (flat.ends_with("  ")) flat.pop_back();
  }
  return flat;
}

void check_says(const std::string& text, std::string_view sentence) {
  CHECK_MESSAGE(text.find(sentence) != std::string::npos, std::string(sentence), "\nin\n", text);
}

TEST_CASE("a charter says in sentences who must agree, in what time, and who can stop it") {
  const std::string text = explained(charter_text(defence));
  check_says(text,
             "strike, at the endpoint fleet: POST /api/v1/tasks where its body's "
             "/specification/@type is \"ReleasePayload\" or \"Strike\".");
  check_says(text, "Only holders of fleet-commander may begin it; of agents, only planner-7.");
  check_says(
      text,
      "To let it go, 2 holders of release-authority and 1 person of parliament or court must "
      "approve, together of at least 3 institutions.");
  check_says(text, "1 holder of judge-advocate can stop it until it is sent.");
  check_says(text, "Approvals are taken for 30 minutes.");
  check_says(text, "nothing happens for 2 minutes.");
  check_says(text, "for 20 minutes. It is there to prevent: flawed command structure.");
}

TEST_CASE("a charter says its limits as weights, and what one person can never do [I7 S5]") {
  const std::string text = explained(charter_text(defence));
  check_says(
      text,
      "Nobody, with the agents that he sponsors, directs more than 10% of the weight of "
      "military, nor more than weight 400, counting everything of the last 72 hours. That is "
      "8 of the 80 of military.");
  check_says(text, "That is 10 of the 40 of military/air and 10 of the 40 of military/sea.");
  check_says(text,
             "Nobody, with everybody under his command, can let a request of class strike go: it "
             "takes at least 3 approvers");
  check_says(text, "brandt commands castell.");
  check_says(text, "planner-7 is an agent of acme's making, for which alvarez is responsible");
  check_says(text, "read by persons of parliament or court");
}

TEST_CASE("the sentences are those of what a charter says, not of how it is laid out") {
  std::string text = charter_text(defence);
  const std::string formatted = format_charter(text).text;
  REQUIRE(formatted != text);
  const auto without_digest = [](std::string said) {
    const std::size_t at = said.find("sha256:");
    REQUIRE(at != std::string::npos);
    return said.erase(at, std::string_view("sha256:").size() + 64);
  };
  CHECK(without_digest(explained(text)) == without_digest(explained(formatted)));
}

TEST_CASE("a misspelt word of a clause is answered with the nearest that was expected") {
  const auto check_suggested = [](std::string_view from, std::string_view to,
                                  std::string_view nearest) {
    std::string text = charter_text(defence);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    const CharterLoad load = load_charter(text);
    CHECK(load.charter == nullptr);
    const std::string said = rendered(load, text);
    CHECK_MESSAGE(said.find("did you mean `" + std::string(nearest) + "`?") != std::string::npos,
                  said);
  };
  check_suggested("approve within", "aprove within", "approve");
  check_suggested("approve within", "approve wihtin", "within");
  check_suggested("match POST", "match PSOT", "POST");
  check_suggested("match POST", "mach POST", "match");
  check_suggested("need 2 of office:", "need 2 of ofice:", "office:");
  check_suggested("limit institution", "limit institutoin", "institution");
  check_suggested("pool military/air weight", "pool militray/air weight", "military/air");
  check_suggested("readers", "raeders", "readers");
  check_suggested("holds release-authority", "hold release-authority", "holds");
}

TEST_CASE("no name is suggested that is more than two edits away, nor an example as a word") {
  std::string text = charter_text(defence);
  const std::string from = "approve within 30m";
  text.replace(text.find(from), from.size(), "approve within 3Om");  // the letter O
  const CharterLoad load = load_charter(text);
  const std::string said = rendered(load, text);
  CHECK(said.find("did you mean") == std::string::npos);
  CHECK(suggestion("militia/naval", {"military/naval"}).empty());
  CHECK(suggestion("milit/naval", {"military/naval"}).empty());
  CHECK(suggestion("ship", {"shape"}).empty());
  CHECK(suggestion("ab", {"ac", "ad"}) == "; did you mean `ac`?");
}

}  // namespace
}  // namespace keyturn::testing
