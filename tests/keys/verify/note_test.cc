#include "keys/verify/note.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <sstream>

#include "keys/verify/checkpoint.h"
#include "keys/verify/merkle.h"
#include "keyturn/limits.h"
#include "tests/keys/json.h"
#include "tests/keys/samples.h"
#include "tests/support/vectors.h"

namespace keyturn {
namespace {

using tests::signing_key;

// `name+hash+base64(type || key)`, as C2SP signed-note writes a verifier key.
struct VerifierKey {
  std::string name;
  std::uint32_t key_id;
  PublicKey key;
};

VerifierKey verifier_key(const std::string& text) {
  const std::size_t first = text.find('+');
  const std::size_t second = text.find('+', first + 1);
  const std::string blob = base64_decode(text.substr(second + 1)).value();
  REQUIRE(blob.at(0) == '\x01');
  const auto key_id = std::stoul(text.substr(first + 1, second - first - 1), nullptr, 16);
  return {text.substr(0, first), static_cast<std::uint32_t>(key_id),
          PublicKey::from_bytes(KeyType::ed25519, blob.substr(1)).value()};
}

bool signed_text(const Note& note, const std::string& name, const PublicKey& key) {
  const auto result = note_signed_by(note, NoteAlgorithm::ed25519_text, name, key, note.text);
  return result.ok() && *result;
}

TEST_CASE("the example of C2SP signed-note verifies, and not under another name or text") {
  const auto folder = vectors("tlog");
  if (!folder) return;
  const auto file = tests::read_json(*folder / "notes.json");
  const std::string text = file["signed_note_example"]["note"];
  const VerifierKey verifier = verifier_key(file["signed_note_example"]["vkey"]);
  Note note = Note::parse(text).value();
  CHECK(note.to_string() == text);
  CHECK(note_key_id(NoteAlgorithm::ed25519_text, verifier.name, verifier.key) == verifier.key_id);
  CHECK(signed_text(note, verifier.name, verifier.key));
  CHECK(!signed_text(note, "example.com/bar", verifier.key));
  note.text += "more\n";
  CHECK(!signed_text(note, verifier.name, verifier.key));
}

TEST_CASE("a real checkpoint of sum.golang.org is read and its signature verifies") {
  const auto folder = vectors("tlog");
  if (!folder) return;
  const auto file = tests::read_json(*folder / "notes.json");
  const VerifierKey verifier = verifier_key(file["sumdb_vkey"]);
  std::size_t count = 0;
  for (const auto& step : file["sumdb_sequence"]) {
    const std::string body = step["add_checkpoint_body"];
    const std::string text = body.substr(body.find("\n\n") + 2);
    const Note note = Note::parse(text).value();
    CHECK(note.to_string() == text);
    const Checkpoint checkpoint = Checkpoint::parse_text(note.text).value();
    CHECK(checkpoint.origin == "go.sum database tree");
    CHECK(checkpoint.to_text() == note.text);
    CHECK(signed_text(note, verifier.name, verifier.key) ==
          step["log_signature_valid"].get<bool>());
    ++count;
  }
  CHECK(count > 0);
}

struct WitnessRequest {
  std::uint64_t old_size = 0;
  std::vector<Digest> proof;
  std::string note;
};

// `old N`, proof lines in base64, an empty line, the checkpoint (C2SP tlog-witness).
WitnessRequest witness_request(const std::string& body) {
  WitnessRequest out;
  const std::size_t split = body.find("\n\n");
  std::istringstream head(body.substr(0, split));
  std::string line;
  std::getline(head, line);
  out.old_size = std::stoull(line.substr(4));
  while (std::getline(head, line))
    out.proof.push_back({to_array<32>(base64_decode(line).value()).value()});
  out.note = body.substr(split + 2);
  return out;
}

TEST_CASE("a public witness's exchanges have the signatures and proofs that it found in them") {
  const auto folder = vectors("tlog");
  if (!folder) return;
  const auto file = tests::read_json(*folder / "litewitness_add_checkpoint.json");
  const std::string raw_key = tests::unhex(file["log_public_key_hex"].get<std::string>());
  const auto key = PublicKey::from_bytes(KeyType::ed25519, raw_key).value();
  Checkpoint seen{"", 0, empty_tree_root()};
  std::size_t extended = 0, bad_signatures = 0, bad_proofs = 0;
  for (const auto& step : file["requests"]) {
    const WitnessRequest request = witness_request(step["request_body"]);
    CAPTURE(request.note);
    const auto checkpoint =
        verify_checkpoint(request.note, request.note.substr(0, request.note.find('\n')), key);
    const int status = step["expected_status"];
    CHECK(checkpoint.ok() == (status != 403));
    if (status == 403) {
      ++bad_signatures;
      continue;
    }
    if (request.old_size != seen.size) continue;  // 409: the witness does not look at the proof
    const bool consistent =
        verify_consistency(seen.size, checkpoint->size, seen.root, checkpoint->root, request.proof)
            .ok();
    CHECK(consistent == (status == 200));
    if (!consistent) ++bad_proofs;
    if (!consistent) continue;
    seen = *checkpoint;
    ++extended;
  }
  CHECK(extended == 3);
  CHECK(bad_signatures == 2);
  CHECK(bad_proofs == 2);
}

Note sample_note() {
  return Note::parse(
             signing_key(7).sign_checkpoint(
                 "example.com/log", Checkpoint{"example.com/log", 5, sha256("x")}.to_text()))
      .value();
}

TEST_CASE("a checkpoint is accepted for its origin, under its journal's key, unaltered") {
  const std::string text = sample_note().to_string();
  const PublicKey key = signing_key(7).public_key();
  CHECK(verify_checkpoint(text, "example.com/log", key).value() ==
        Checkpoint{"example.com/log", 5, sha256("x")});
  CHECK(verify_checkpoint(text, "example.com/other", key).error().code == Code::unauthenticated);
  CHECK(verify_checkpoint(text, "example.com/log", signing_key(8).public_key()).error().code ==
        Code::unauthenticated);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string altered = text;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    CAPTURE(at);
    CHECK(!verify_checkpoint(altered, "example.com/log", key).ok());
  }
}

TEST_CASE("a checkpoint's text has three lines, a number without leading zeros, and 32 bytes") {
  const std::string root = base64_encode(sha256("x").bytes);
  CHECK(Checkpoint::parse_text("a b\n0\n" + root + "\n").ok());
  CHECK(Checkpoint::parse_text("a\n18446744073709551615\n" + root + "\n").ok());
  for (const std::string& text :
       {std::string("a\n5\n") + root, "a\n05\n" + root + "\n", "a\n-5\n" + root + "\n",
        "a\n\n" + root + "\n", "\n5\n" + root + "\n", "a\n18446744073709551616\n" + root + "\n",
        "a\n5\n" + root + "\nextension\n", "a\n5\n" + root.substr(4) + "\n",
        std::string("a\n5\n\n"), std::string()}) {
    CAPTURE(text);
    CHECK(!Checkpoint::parse_text(text).ok());
  }
}

TEST_CASE("signatures of unknown names and other lengths are carried along, byte for byte") {
  Note note = sample_note();
  note.signatures.push_back({"example.com/witness", 0x01020304, std::string(72, 'w')});
  const std::string text = note.to_string();
  CHECK(Note::parse(text).value().to_string() == text);
  CHECK(verify_checkpoint(text, "example.com/log", signing_key(7).public_key()).ok());
}

TEST_CASE("a known name and key id with a signature that does not verify refuses the whole note") {
  Note note = sample_note();
  NoteSignature bad = note.signatures.front();
  bad.signature[0] = static_cast<char>(bad.signature[0] ^ 1);
  const PublicKey key = signing_key(7).public_key();
  for (const std::string& wrong : {bad.signature, std::string(63, 'x'), std::string(65, 'x')}) {
    bad.signature = wrong;
    Note both = note;
    both.signatures.push_back(bad);
    CHECK(verify_checkpoint(both.to_string(), "example.com/log", key).error().code ==
          Code::unauthenticated);
  }
}

TEST_CASE("a note has 1 to note_signatures_max signatures") {
  Note note = sample_note();
  const NoteSignature other{"w", 1, std::string(64, 'w')};
  while (note.signatures.size() < note_signatures_max) note.signatures.push_back(other);
  CHECK(Note::parse(note.to_string()).ok());
  note.signatures.push_back(other);
  CHECK(Note::parse(note.to_string()).error().code == Code::too_large);
  note.signatures.clear();
  CHECK(Note::parse(note.to_string()).error().code == Code::invalid);
  note = sample_note();
  note.text.append(note_bytes_max, 'x').append("\n");
  CHECK(Note::parse(note.to_string()).error().code == Code::too_large);
}

TEST_CASE("a note of any other form is refused") {
  const std::string good = sample_note().to_string();
  const std::size_t line = good.find("\xe2\x80\x94");
  const std::string text = good.substr(0, line);
  const std::string signature = good.substr(line);
  const std::string blob = signature.substr(signature.rfind(' ') + 1);
  const std::string dash = "\xe2\x80\x94 ";
  REQUIRE(Note::parse(text + signature).ok());
  for (const std::string& other : {
           good.substr(0, good.size() - 1),                // no final line feed
           good + "\n",                                    // an empty line after it
           text + "- example.com/log " + blob,             // a hyphen
           text + "\xe2\x80\x93 example.com/log " + blob,  // an en dash
           text + dash + blob,                             // no name
           text + dash + " " + blob,                       // an empty name
           text + dash + "a+b " + blob,                    // a plus in the name
           text + dash + "a\xc2\xa0 " + blob,              // a no-break space in the name
           text + dash + "a b " + blob,                    // a space in the name
           text + dash + "a AAAAAA==\n",                   // a key id and no signature
           text + dash + "a " + blob.substr(0, blob.size() - 1) + " \n",
           text + "\r" + signature,                     // a control character
           "a\x1b[2J\n" + text + signature,             // a terminal's escape
           "a\x7f\n" + text + signature,                // DEL
           "a\xc2\x9b\n" + text + signature,            // U+009B, an escape too
           "a\xff\n" + text + signature,                // not UTF-8
           "a\xc0\xaf\n" + text + signature,            // an overlong slash
           "a\xed\xa0\x80\n" + text + signature,        // a surrogate
           "a\xf4\x90\x80\x80\n" + text + signature,    // above U+10FFFF
           std::string("a\xe2\x80"),                    // cut
           std::string("a\0\n", 3) + text + signature,  // NUL
           std::string("text\n"),
           std::string("\n\n"),
           std::string(),
       }) {
    CAPTURE(other);
    CHECK(Note::parse(other).error().code == Code::invalid);
  }
}

TEST_CASE("whatever a note's parser accepts, it writes back byte for byte") {
  const std::string good = sample_note().to_string();
  std::size_t accepted = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const char c : std::string("\n\x80+ A=\xe2z/")) {
      std::string altered = good;
      altered[at] = c;
      if (const auto note = Note::parse(altered); note.ok()) {
        CHECK(note->to_string() == altered);
        ++accepted;
      }
      if (const auto note = Note::parse(good.substr(0, at) + c + good.substr(at)); note.ok())
        CHECK(note->to_string() == good.substr(0, at) + c + good.substr(at));
    }
  CHECK(accepted > 0);
}

TEST_CASE("key ids name the algorithm, so a checkpoint's key is never a statement's") {
  const PublicKey key = signing_key(7).public_key();
  CHECK(note_key_id(NoteAlgorithm::ed25519_text, "a", key) !=
        note_key_id(NoteAlgorithm::ed25519_pae, "a", key));
  const std::string preimage =
      std::string("a\n\xffkeyturn-pae-ed25519") + std::string(text_of(key.bytes));
  const Digest digest = sha256(preimage);
  const std::uint32_t id = (std::uint32_t{digest.bytes[0]} << 24) |
                           (std::uint32_t{digest.bytes[1]} << 16) |
                           (std::uint32_t{digest.bytes[2]} << 8) | digest.bytes[3];
  CHECK(note_key_id(NoteAlgorithm::ed25519_pae, "a", key) == id);
}

}  // namespace
}  // namespace keyturn
