// Freezes, unfreezes and releases: strict to the byte, and signed by nobody but their signer.
#include "keys/verify/freeze.h"

#include <doctest/doctest.h>

#include <vector>

#include "keys/signing_key.h"
#include "keys/verify/release.h"
#include "keyturn/limits.h"
#include "tests/keys/samples.h"

namespace keyturn {
namespace {

using tests::time_of;

FreezeStatement sample_freeze() {
  FreezeStatement out;
  out.deployment = "joint-autonomy";
  out.person = "gupta";
  out.institution = "court";
  out.signed_at = time_of("2026-11-21T22:58:04Z");
  out.not_after = time_of("2026-11-21T23:08:04Z");
  out.name = "military/air";
  out.until = time_of("2026-11-22T22:58:04Z");
  out.reason = "the \"radar\" lies";
  return out;
}

UnfreezeStatement sample_unfreeze() {
  return {"joint-autonomy",
          "haddad",
          "parliament",
          time_of("2026-11-21T23:00:00Z"),
          time_of("2026-11-22T01:00:00Z"),
          sample_freeze().to_text()};
}

ReleaseStatement sample_release() {
  return {"joint-autonomy", "fleet", "01JD8ZQ4X3", "uav-[003..004] uav-007",
          time_of("2026-11-21T23:10:00Z")};
}

SigningKey key_of(std::uint8_t seed) {
  return SigningKey::from_seed(SecretBytes(ByteArray<32>{seed})).value();
}

// INVARIANT of every statement: no byte of its text can be left out, doubled or changed and leave a
// text of the same value.
template <class Statement>
void check_strict(const Statement& statement) {
  const std::string text = statement.to_text();
  const auto parsed = Statement::parse(text);
  REQUIRE_MESSAGE(parsed.ok(), (parsed.ok() ? "" : parsed.error().message));
  CHECK(*parsed == statement);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    for (const std::string& other :
         {changed, text.substr(0, i) + text.substr(i + 1), text.substr(0, i) + " " + text.substr(i),
          text.substr(0, i) + "\n" + text.substr(i), text.substr(0, i)}) {
      const auto read = Statement::parse(other);
      if (read.ok()) {
        CHECK(read->to_text() == other);
        CHECK_FALSE(*read == statement);
      }
    }
  }
  CHECK_FALSE(Statement::parse(text + "\n").ok());
  CHECK_FALSE(Statement::parse(text + "more 1\n").ok());
}

TEST_CASE("freezes, unfreezes and releases read back byte for byte, and in one form only [W11]") {
  check_strict(sample_freeze());
  FreezeStatement of_class = sample_freeze();
  of_class.subject = FreezeStatement::Subject::klass;
  of_class.name = "strike";
  check_strict(of_class);
  check_strict(sample_unfreeze());
  check_strict(sample_release());
}

TEST_CASE("the texts are those of docs/formats.md") {
  CHECK(sample_freeze().to_text() ==
        "keyturn/freeze/v1\n"
        "deployment joint-autonomy\n"
        "official gupta (court)\n"
        "signed-at 2026-11-21T22:58:04Z\n"
        "not-after 2026-11-21T23:08:04Z\n"
        "freeze pool military/air\n"
        "until 2026-11-22T22:58:04Z\n"
        "reason \"the \\\"radar\\\" lies\"\n");
  CHECK(sample_unfreeze().to_text() ==
        "keyturn/unfreeze/v1\n"
        "deployment joint-autonomy\n"
        "approver haddad (parliament)\n"
        "signed-at 2026-11-21T23:00:00Z\n"
        "not-after 2026-11-22T01:00:00Z\n"
        "--\n" +
            sample_freeze().to_text());
  CHECK(sample_release().to_text() ==
        "keyturn/release/v1\n"
        "deployment joint-autonomy\n"
        "endpoint fleet\n"
        "command 01JD8ZQ4X3\n"
        "systems uav-[003..004] uav-007\n"
        "released-at 2026-11-21T23:10:00Z\n");
}

TEST_CASE("what the grammar does not admit makes a text that no parser admits") {
  const auto refused = [](auto statement, auto change) {
    change(statement);
    return !decltype(statement)::parse(statement.to_text()).ok();
  };
  using F = FreezeStatement;
  CHECK(refused(sample_freeze(), [](F& one) { one.reason = ""; }));
  CHECK(refused(sample_freeze(), [](F& one) { one.reason = " "; }));
  CHECK(refused(sample_freeze(), [](F& one) { one.reason = "a\nb"; }));
  CHECK(refused(sample_freeze(),
                [](F& one) { one.reason = std::string(reason_bytes_max + 1, 'x'); }));
  CHECK_FALSE(
      refused(sample_freeze(), [](F& one) { one.reason = std::string(reason_bytes_max, 'x'); }));
  CHECK(refused(sample_freeze(), [](F& one) { one.name = "military//air"; }));
  CHECK(refused(sample_freeze(), [](F& one) { one.name = "military/"; }));
  CHECK(refused(sample_freeze(), [](F& one) { one.name = "military/**"; }));
  CHECK(refused(sample_freeze(), [](F& one) { one.subject = F::Subject::klass; }));
  CHECK(refused(sample_freeze(), [](F& one) { one.until = one.signed_at - Duration{1}; }));
  CHECK(refused(sample_freeze(), [](F& one) { one.not_after = one.signed_at - Duration{1}; }));
  CHECK(refused(sample_freeze(), [](F& one) { one.person = "gupta (court) x"; }));
  CHECK(refused(sample_unfreeze(), [](UnfreezeStatement& one) { one.freeze.pop_back(); }));
  CHECK(refused(sample_unfreeze(), [](UnfreezeStatement& one) { one.freeze += "x"; }));
  CHECK(refused(sample_release(), [](ReleaseStatement& one) { one.systems = ""; }));
  CHECK(refused(sample_release(), [](ReleaseStatement& one) { one.systems = "none"; }));
  CHECK(refused(sample_release(), [](ReleaseStatement& one) { one.command = "../x"; }));
}

TEST_CASE(
    "T13 a statement verifies under its signer's key, kind and domain, and no other [W11 E1]") {
  const SigningKey key = key_of(1), other = key_of(2);
  const PublicKey keys[] = {key.public_key()}, others[] = {other.public_key()};
  const std::string freeze = key.sign_statement(sample_freeze(), Domain::live);
  const auto verified = VerifiedFreeze::verify(freeze, Domain::live, keys);
  REQUIRE(verified.ok());
  CHECK(verified->statement() == sample_freeze());
  CHECK(verified->key() == key.public_key());
  CHECK(verified->note() == freeze);
  CHECK_FALSE(VerifiedFreeze::verify(freeze, Domain::live, others).ok());
  CHECK_FALSE(VerifiedFreeze::verify(freeze, Domain::exercise, keys).ok());
  CHECK_FALSE(VerifiedUnfreeze::verify(freeze, Domain::live, keys).ok());
  CHECK(VerifiedUnfreeze::verify(key.sign_statement(sample_unfreeze(), Domain::live), Domain::live,
                                 keys)
            .ok());
  const std::string release = key.sign_statement(sample_release(), Domain::live);
  CHECK(unverified_signer(release).value() == "fleet");
  CHECK(VerifiedRelease::verify(release, Domain::live, keys).ok());
  // A signature that is another kind's is none of this one's, whatever text it stands under.
  std::string mixed = release;
  mixed.replace(0, mixed.find("\n\n"), freeze.substr(0, freeze.find("\n\n")));
  CHECK_FALSE(VerifiedFreeze::verify(mixed, Domain::live, keys).ok());
  for (std::size_t i = 0; i < release.size(); i += 3) {
    std::string changed = release;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(VerifiedRelease::verify(changed, Domain::live, keys).ok());
  }
}

TEST_CASE("each kind of word names itself, its signer's part, and its reason [Q5 A6]") {
  for (const WordKind kind : word_kinds) {
    const Word word = tests::sample_word(kind);
    const std::string text = word.to_text();
    const auto parsed = Word::parse(text);
    REQUIRE_MESSAGE(parsed.ok(), word_kind_name(kind));
    CHECK(parsed->kind == kind);
    CHECK(parsed->to_text() == text);
    const bool cancels = kind == WordKind::cancellation;
    CHECK((text.find("\ninitiator haddad (parliament)\nsigned-at") != std::string::npos) ==
          cancels);
    CHECK((text.find("\nreason ") != std::string::npos) == (kind != WordKind::approval));
    for (const WordKind other : word_kinds) {
      if (other == kind) continue;
      const SigningKey key = key_of(1);
      const PublicKey keys[] = {key.public_key()};
      std::string note = key.sign_word(word, Domain::live);
      Word as_other = word;
      as_other.kind = other;
      note.replace(0, text.size(), as_other.to_text());
      CHECK_FALSE(verify_word(note, Domain::live, keys).ok());
    }
  }
}

}  // namespace
}  // namespace keyturn
