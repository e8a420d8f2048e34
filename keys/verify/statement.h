// The texts that officials read and sign [C8 W2 W11]; docs/formats.md has the grammar that this
// follows line for line. Every parser is strict: fixed order of keys, printable ASCII, at most
// statement_bytes_max (a word: word_head_bytes_max more), and to_text(parse(x)) == x byte for byte.
// to_text of a value that breaks the grammar is a text that no parser admits, never another
// value's: whoever makes a text of unchecked values parses it before using it.
//
//   CommandText   what one held command is; made once by policy/decide, never rendered again
//   Word          an official's signed word on one command, which carries the command's text
//                 verbatim: approval, veto, withdrawal, cancellation, recall
//   Login         a challenge of its own kind, the only other thing an official's key signs [W10]
//
// VerifiedWord can only be made by verify_word: code that takes one need not ask again who signed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keys/verify/note.h"
#include "keys/verify/pae.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"
#include "keyturn/time.h"

namespace keyturn {

using Nonce = ByteArray<32>;

struct Windows {
  Duration approve, delay, execute, lease;  // lease 0s: directs nothing
  friend bool operator==(const Windows&, const Windows&) = default;
};

struct CommandText {
  struct ClassLines {
    std::string name;
    std::string rule;    // the rule in the charter's words, on one line
    std::string effect;  // the template with its values quoted
    friend bool operator==(const ClassLines&, const ClassLines&) = default;
  };
  std::string id;
  std::vector<ClassLines> classes;  // at least one; by name
  std::string systems;              // ranges, space-separated, in order; empty: `systems none`
  std::uint64_t weight = 0;
  std::string initiator;    // a person
  std::string institution;  // the initiator's
  std::string agent;        // empty: the person acts in person
  std::string method, endpoint, target;
  std::uint64_t body_bytes = 0;
  Digest request;
  Nonce nonce{};
  std::vector<std::string> shares;  // one line a limit that applies [W11]
  Windows windows;
  std::uint64_t charter_version = 0;
  Digest charter;
  std::uint64_t journal_size = 0;  // the last checkpoint before
  Digest journal_root;
  Time expires;

  std::string to_text() const;
  static Result<CommandText> parse(std::string_view text);
  friend bool operator==(const CommandText&, const CommandText&) = default;
};

enum class WordKind : unsigned char {
  approval,
  veto,
  withdrawal,    // of one's approval, for good [Q5]
  cancellation,  // by the initiator, before the claim [A6]
  recall,        // by an approver or vetoer of the rule, after it [A6]
};
inline constexpr std::array<WordKind, 5> word_kinds = {WordKind::approval, WordKind::veto,
                                                       WordKind::withdrawal, WordKind::cancellation,
                                                       WordKind::recall};
std::string_view word_kind_name(WordKind kind);  // "approval", "veto", …

struct Word {
  WordKind kind = WordKind::approval;
  std::string deployment;
  std::string person;  // whose hand signs
  std::string institution;
  std::string delegator;  // whose word it is, where he delegated it; empty: the person's own
  std::string delegator_institution;
  Time signed_at;
  Time not_after;
  std::string reason;   // not of an approval: printable ASCII, may be empty
  std::string command;  // CommandText, verbatim

  const std::string& speaks_for() const { return delegator.empty() ? person : delegator; }

  std::string to_text() const;
  static Result<Word> parse(std::string_view text);
};

// A word whose signature by `key` was checked. The roster is not asked here: decide does that, with
// the roster in force at the entry's time.
class VerifiedWord {
 public:
  const Word& word() const { return word_; }
  const PublicKey& key() const { return key_; }
  const std::string& note() const { return note_; }  // verbatim, as submitted and journalled

 private:
  friend Result<VerifiedWord> verify_word(std::string_view, Domain, std::span<const PublicKey>);
  VerifiedWord() = default;
  Word word_;
  PublicKey key_;
  std::string note_;
};

// Parses the note, and verifies that one of `keys` signed its PAE under the person's name. Exactly
// one signature is admitted. Errors: invalid (not the format), unauthenticated (nobody of `keys`
// signed).
Result<VerifiedWord> verify_word(std::string_view note, Domain domain,
                                 std::span<const PublicKey> keys);

// Who claims to have signed, before anything is verified: to find the keys to verify with.
Result<std::string> unverified_signer(std::string_view note);

struct Login {
  std::string deployment;
  std::string origin;  // of the officials' listener, `http://127.0.0.1:9443`
  std::string person;
  Time signed_at;

  std::string to_text() const;
  static Result<Login> parse(std::string_view text);
};

// Verifies a login note for this origin and deployment at `now`; valid login_seconds_max either
// way.
Result<Login> verify_login(std::string_view note, Domain domain, std::span<const PublicKey> keys,
                           std::string_view deployment, std::string_view origin, Time now);

// The body that officials fetch, and what its digest covers [W3]: every field length-prefixed
// (64 bits, big endian) behind the tag "keyturn/request/v1\n", in the order below; headers as
// pairs, sorted by lower-case name, preceded by their count.
struct RequestParts {
  Nonce nonce{};
  std::string_view method, endpoint, target;
  std::span<const std::pair<std::string, std::string>> headers;
  std::string_view body;
};
Digest request_digest(const RequestParts& parts);

}  // namespace keyturn
