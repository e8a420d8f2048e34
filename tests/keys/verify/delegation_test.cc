// Delegations: one value, one text, and who signed it.
#include "keys/verify/delegation.h"

#include <doctest/doctest.h>

#include "tests/keys/samples.h"

namespace keyturn {
namespace {

using tests::signing_key;
using tests::time_of;

Delegation sample() {
  Delegation out;
  out.deployment = "joint-autonomy";
  out.delegator = "brandt";
  out.delegator_institution = "mod";
  out.delegate = "nowak";
  out.delegate_institution = "mod";
  out.classes = {"escort", "strike"};
  out.until = time_of("2026-11-23T08:00:00Z");
  out.signed_at = time_of("2026-11-22T08:00:00Z");
  out.not_after = time_of("2026-11-22T09:00:00Z");
  return out;
}

constexpr std::string_view text =
    "keyturn/delegation/v1\n"
    "deployment joint-autonomy\n"
    "delegator brandt (mod)\n"
    "delegate nowak (mod)\n"
    "classes escort strike\n"
    "until 2026-11-23T08:00:00Z\n"
    "signed-at 2026-11-22T08:00:00Z\n"
    "not-after 2026-11-22T09:00:00Z\n";

std::string with(std::string_view from, std::string_view to) {
  std::string out(text);
  const std::size_t at = out.find(from);
  REQUIRE(at != std::string::npos);
  return out.replace(at, from.size(), to);
}

TEST_CASE("a delegation has one text, and reads back as itself") {
  CHECK(sample().to_text() == text);
  CHECK(Delegation::parse(text).value() == sample());
  Delegation ending = sample();
  ending.classes.clear();
  CHECK(ending.to_text() == with("classes escort strike", "classes none"));
  CHECK(Delegation::parse(ending.to_text()).value() == ending);
}

TEST_CASE("a delegation in any other form is refused") {
  for (const std::string& bad :
       {with("classes escort strike", "classes strike escort"),  // out of order
        with("classes escort strike", "classes strike strike"),
        with("classes escort strike", "classes none strike"),
        with("classes escort strike", "classes "), with("classes escort strike", "classes  strike"),
        with("classes escort strike", "classes escort strike "), with("(mod)", "mod"),
        with("(mod)\ndelegate", "(mod) \ndelegate"), with("Z\nsigned", "Z \nsigned"),
        with("not-after 2026-11-22T09", "not-after 2026-11-22T07"),  // before it was signed
        with("keyturn/delegation/v1", "keyturn/delegation/v2"), std::string(text) + "\n",
        std::string(text.substr(0, text.size() - 1)), with("brandt", "Brandt")}) {
    CAPTURE(bad);
    CHECK_FALSE(Delegation::parse(bad).ok());
  }
}

TEST_CASE(
    "[T10] a delegation is refused once one byte of its text changes, or in another domain "
    "[T13 E1]") {
  const SigningKey key = signing_key(1);
  const PublicKey keys[] = {key.public_key()};
  const std::string note = key.sign_delegation(sample(), Domain::live);
  REQUIRE(verify_delegation(note, Domain::live, keys).ok());
  CHECK_FALSE(verify_delegation(note, Domain::exercise, keys).ok());
  CHECK(verify_delegation(note, Domain::live, {}).error().code == Code::unauthenticated);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = note;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK_FALSE(verify_delegation(changed, Domain::live, keys).ok());
  }
}

TEST_CASE("a delegation is no word, and a word no delegation, though one key signs both") {
  const SigningKey key = signing_key(1);
  const PublicKey keys[] = {key.public_key()};
  CHECK_FALSE(verify_word(key.sign_delegation(sample(), Domain::live), Domain::live, keys).ok());
  Word word = tests::sample_word(WordKind::approval);
  CHECK_FALSE(verify_delegation(key.sign_word(word, Domain::live), Domain::live, keys).ok());
}

TEST_CASE("a word in another's place names both, and nobody in his own place") {
  Word word = tests::sample_word(WordKind::approval);
  CHECK(word.speaks_for() == "haddad");
  word.delegator = "farouk";
  word.delegator_institution = "parliament";
  const std::string said = word.to_text();
  CHECK(said.find("approver haddad (parliament)\nfor farouk (parliament)\nsigned-at ") !=
        std::string::npos);
  const auto parsed = Word::parse(said);
  REQUIRE(parsed.ok());
  CHECK(parsed->delegator == "farouk");
  CHECK(parsed->speaks_for() == "farouk");
  word.delegator = "haddad";
  CHECK_FALSE(Word::parse(word.to_text()).ok());
  word.delegator.clear();  // an institution without its person is no line that reads
  CHECK_FALSE(Word::parse(word.to_text()).ok());
}

}  // namespace
}  // namespace keyturn
