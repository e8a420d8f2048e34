// Signatures on words and logins: who signed, which kind, which domain.
#include <doctest/doctest.h>
#include <sodium.h>

#include <functional>

#include "keys/verify/statement.h"
#include "tests/keys/samples.h"

namespace keyturn {
namespace {

using tests::sample_login;
using tests::sample_word;
using tests::signing_key;

const Time now = tests::time_of("2026-11-21T22:58:30Z");

Result<VerifiedWord> verify(std::string_view note, Domain domain = Domain::live) {
  const PublicKey keys[] = {signing_key(1).public_key(), signing_key(2).public_key()};
  return verify_word(note, domain, keys);
}

Result<Login> login(std::string_view note, Domain domain = Domain::live, Time at = now) {
  const PublicKey keys[] = {signing_key(1).public_key()};
  return verify_login(note, domain, keys, "joint-autonomy", "http://127.0.0.1:9443", at);
}

// A note over `text`, whose signature is over any bytes whatever: what a forger can make who gets
// one signature of the key over something else.
std::string note_signed_over(std::string_view text, std::string_view name,
                             std::string_view preimage) {
  const SigningKey key = signing_key(1);
  ByteArray<32> public_key;
  ByteArray<64> secret;
  crypto_sign_seed_keypair(public_key.data(), secret.data(), key.seed().expose().data());
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, bytes_of(preimage).data(), preimage.size(),
                       secret.data());
  Note note;
  note.text = text;
  NoteSignature line;
  line.name = name;
  line.key_id = note_key_id(NoteAlgorithm::ed25519_pae, name, key.public_key());
  line.signature = text_of(signature);
  note.signatures.push_back(line);
  return note.to_string();
}

TEST_CASE("a word verifies under one of its person's keys and says which") {
  const Word word = sample_word(WordKind::approval);
  const std::string note = signing_key(2).sign_word(word, Domain::live);
  const auto verified = verify(note);
  REQUIRE(verified.ok());
  CHECK(verified->key() == signing_key(2).public_key());
  CHECK(verified->note() == note);
  CHECK(verified->word().to_text() == word.to_text());
  CHECK(unverified_signer(note).value() == "haddad");
}

TEST_CASE("a word that nobody of the keys signed is unauthenticated") {
  const std::string note = signing_key(3).sign_word(sample_word(WordKind::veto), Domain::live);
  CHECK(verify(note).error().code == Code::unauthenticated);
  CHECK(verify_word(note, Domain::live, {}).error().code == Code::unauthenticated);
}

TEST_CASE("a word is refused once one byte of it changes [T10]") {
  for (const WordKind kind : word_kinds) {
    const std::string note = signing_key(1).sign_word(sample_word(kind), Domain::live);
    REQUIRE(verify(note).ok());
    for (std::size_t at = 0; at < note.size(); ++at)
      for (int bit = 0; bit < 8; ++bit) {
        std::string altered = note;
        altered[at] = static_cast<char>(altered[at] ^ (1 << bit));
        CAPTURE(at);
        CHECK(!verify(altered).ok());
      }
  }
}

TEST_CASE("a word is refused once a byte is added, removed or cut off [T10]") {
  const std::string note = signing_key(1).sign_word(sample_word(WordKind::approval), Domain::live);
  for (std::size_t at = 0; at < note.size(); ++at) {
    CHECK(!verify(note.substr(0, at)).ok());
    CHECK(!verify(note.substr(0, at) + note.substr(at + 1)).ok());
    CHECK(!verify(note.substr(0, at) + "0" + note.substr(at)).ok());
  }
  CHECK(!verify(note + "\n").ok());
}

TEST_CASE("a word carries exactly one signature, under its own person's name") {
  const Word word = sample_word(WordKind::approval);
  const std::string note = signing_key(1).sign_word(word, Domain::live);
  const std::string line = note.substr(note.find("\xe2\x80\x94"));
  CHECK(verify(note + line).error().code == Code::invalid);
  const std::string preimage = pae(Domain::live, "approval", word.to_text());
  CHECK(verify(note_signed_over(word.to_text(), "haddad", preimage)).ok());
  CHECK(verify(note_signed_over(word.to_text(), "alvarez", preimage)).error().code ==
        Code::unauthenticated);
  CHECK(verify(note_signed_over(word.to_text(), "haddad", word.to_text())).error().code ==
        Code::unauthenticated);
}

TEST_CASE(
    "a signature is valid for its kind and domain alone: each word, login x live, exercise "
    "[T13 E1 W11]") {
  struct Kind {
    std::string_view name;
    std::string text;
    std::function<bool(const std::string&, Domain)> accepts;
  };
  const auto word_accepted = [](const std::string& note, Domain d) { return verify(note, d).ok(); };
  const auto login_accepted = [](const std::string& note, Domain d) { return login(note, d).ok(); };
  const Kind kinds[] = {
      {"approval", sample_word(WordKind::approval).to_text(), word_accepted},
      {"veto", sample_word(WordKind::veto).to_text(), word_accepted},
      {"withdrawal", sample_word(WordKind::withdrawal).to_text(), word_accepted},
      {"cancellation", sample_word(WordKind::cancellation).to_text(), word_accepted},
      {"recall", sample_word(WordKind::recall).to_text(), word_accepted},
      {"login", sample_login().to_text(), login_accepted},
  };
  const Domain domains[] = {Domain::live, Domain::exercise};
  // The text of one kind, its signature made over that text as any kind of any domain.
  int accepted = 0;
  for (const Kind& kind : kinds)
    for (const Kind& signed_as : kinds)
      for (const Domain signed_in : domains)
        for (const Domain asked_in : domains) {
          const std::string note =
              note_signed_over(kind.text, "haddad", pae(signed_in, signed_as.name, kind.text));
          const bool own = kind.name == signed_as.name && signed_in == asked_in;
          CAPTURE(kind.name);
          CAPTURE(signed_as.name);
          CHECK(kind.accepts(note, asked_in) == own);
          accepted += own ? 1 : 0;
        }
  CHECK(accepted == 12);
}

TEST_CASE(
    "what the signing key signs in one domain is refused in the other, kind by kind [T13 E1]") {
  const SigningKey key = signing_key(1);
  for (const Domain signed_in : {Domain::live, Domain::exercise})
    for (const Domain asked_in : {Domain::live, Domain::exercise}) {
      const bool same = signed_in == asked_in;
      for (const WordKind kind : word_kinds) {
        const std::string note = key.sign_word(sample_word(kind), signed_in);
        CHECK(verify(note, asked_in).ok() == same);
        CHECK(!login(note, asked_in).ok());
      }
      const std::string note = key.sign_login(sample_login(), signed_in);
      CHECK(login(note, asked_in).ok() == same);
      CHECK(!verify(note, asked_in).ok());
    }
}

TEST_CASE("the preimage is DSSE's, with a type of domain and kind") {
  CHECK(pae(Domain::live, "approval", "hello") ==
        "DSSEv1 45 application/vnd.keyturn.live.approval.v1+text 5 hello");
  CHECK(pae(Domain::exercise, "veto", "") ==
        "DSSEv1 45 application/vnd.keyturn.exercise.veto.v1+text 0 ");
}

TEST_CASE("a login opens one listener of one deployment, within a minute of its time [W10]") {
  const SigningKey key = signing_key(1);
  const std::string note = key.sign_login(sample_login(), Domain::live);
  const Time signed_at = sample_login().signed_at;
  CHECK(login(note)->person == "haddad");
  CHECK(login(note, Domain::live, signed_at + Duration{60}).ok());
  CHECK(login(note, Domain::live, signed_at - Duration{60}).ok());
  CHECK(login(note, Domain::live, signed_at + Duration{61}).error().code == Code::expired);
  CHECK(login(note, Domain::live, signed_at - Duration{61}).error().code == Code::expired);
  for (auto change : {+[](Login& l) { l.origin = "https://127.0.0.1:9443"; },
                      +[](Login& l) { l.origin = "http://127.0.0.1:9444"; },
                      +[](Login& l) { l.deployment = "other"; }}) {
    Login other = sample_login();
    change(other);
    CHECK(login(key.sign_login(other, Domain::live)).error().code == Code::unauthenticated);
  }
  CHECK(login(signing_key(2).sign_login(sample_login(), Domain::live)).error().code ==
        Code::unauthenticated);
}

}  // namespace
}  // namespace keyturn
