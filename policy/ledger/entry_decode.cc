// Entries from bytes: docs/formats.md, "Journal entries", line for line. What these readers let
// pass and the writer would not have written is caught at the end: every entry is encoded again and
// compared.
#include <limits>

#include "keyturn/limits.h"
#include "policy/ledger/entry_codec.h"
#include "policy/ledger/entry_reader.h"
#include "policy/ledger/entry_words.h"

namespace keyturn {
namespace {

// `key value LF` in the forms that entries use.
Result<std::string> quoted_line(EntryReader& in, const std::string& key) {
  CHECK_OK(in.expect(key + " "));
  TRY(std::string value, in.quoted());
  CHECK_OK(in.expect("\n"));
  return value;
}

Result<std::uint64_t> number_line(EntryReader& in, const std::string& key) {
  CHECK_OK(in.expect(key + " "));
  TRY(const std::uint64_t value, in.number());
  CHECK_OK(in.expect("\n"));
  return value;
}

Result<bool> choice_line(EntryReader& in, const std::string& key, const std::string& yes,
                         const std::string& no) {
  const bool is_yes = in.next_is(key + " " + yes + "\n");
  CHECK_OK(in.expect(key + " " + (is_yes ? yes : no) + "\n"));
  return is_yes;
}

Result<std::pair<std::string, std::string>> pair_line(EntryReader& in, const std::string& key) {
  CHECK_OK(in.expect(key + " "));
  TRY(std::string a, in.quoted());
  CHECK_OK(in.expect(" "));
  TRY(std::string b, in.quoted());
  CHECK_OK(in.expect("\n"));
  return std::pair(std::move(a), std::move(b));
}

Result<Digest> read_digest(EntryReader& in) {
  const Error otherwise = in.error("a digest");
  TRY(const std::string_view text, in.word("a digest"));
  auto digest = Digest::parse(text);
  if (!digest.ok()) return otherwise;
  return *digest;
}

Result<Digest> digest_line(EntryReader& in, const std::string& key) {
  CHECK_OK(in.expect(key + " "));
  TRY(const Digest digest, read_digest(in));
  CHECK_OK(in.expect("\n"));
  return digest;
}

Result<Time> time_line(EntryReader& in, const std::string& key) {
  CHECK_OK(in.expect(key + " "));
  const Error otherwise = in.error("a time");
  TRY(const std::string_view text, in.word("a time"));
  auto time = Time::parse(text);
  if (!time.ok()) return otherwise;
  CHECK_OK(in.expect("\n"));
  return *time;
}

template <std::size_t N>
Result<ByteArray<N>> hex_line(EntryReader& in, const std::string& key) {
  CHECK_OK(in.expect(key + " "));
  const Error otherwise = in.error(std::to_string(2 * N) + " hexadecimal digits");
  TRY(const std::string_view text, in.word("hexadecimal digits"));
  const auto bytes = hex_decode(text);
  if (!bytes.ok() || bytes->size() != N) return otherwise;
  CHECK_OK(in.expect("\n"));
  return to_array<N>(*bytes);
}

Result<std::vector<Reason>> reason_lines(EntryReader& in, const std::string& key) {
  std::vector<Reason> out;
  while (in.next_is(key + " ")) {
    TRY(auto pair, pair_line(in, key));
    out.push_back({std::move(pair.first), std::move(pair.second)});
  }
  return out;
}

Result<Value> read_value(EntryReader& in) {
  Value out;
  for (const auto& [kind, word] : value_words) {
    if (!in.next_is(word)) continue;
    CHECK_OK(in.expect(word));
    out.kind = kind;
    return out;
  }
  if (in.next_is("\"")) {
    out.kind = Value::Kind::string;
    TRY(out.string, in.quoted());
    return out;
  }
  out.kind = Value::Kind::integer;
  TRY(out.integer, in.integer());
  return out;
}

Result<Fact> fact_line(EntryReader& in) {
  Fact out;
  CHECK_OK(in.expect("fact "));
  TRY(out.pointer, in.quoted());
  while (in.next_is(" ")) {
    CHECK_OK(in.expect(" "));
    TRY(Value value, read_value(in));
    out.values.push_back(std::move(value));
  }
  CHECK_OK(in.expect("\n"));
  return out;
}

Result<Facts> read_facts(EntryReader& in) {
  Facts out;
  TRY(out.endpoint, quoted_line(in, "endpoint"));
  TRY(out.method, quoted_line(in, "method"));
  TRY(out.target, quoted_line(in, "target"));
  while (in.next_is("header ")) {
    TRY(auto header, pair_line(in, "header"));
    out.headers.push_back(std::move(header));
  }
  TRY(out.body_read, choice_line(in, "body", "read", "unread"));
  TRY(out.body_bytes, number_line(in, "body-bytes"));
  while (in.next_is("fact ")) {
    TRY(Fact fact, fact_line(in));
    out.body.push_back(std::move(fact));
  }
  while (in.next_is("out-of-shape ")) {
    TRY(auto member, pair_line(in, "out-of-shape"));
    out.out_of_shape.push_back(std::move(member));
  }
  return out;
}

Result<Intent> read_genesis(EntryReader& in) {
  intent::Genesis out;
  TRY(out.charter, digest_line(in, "charter"));
  TRY(out.charter_bytes, number_line(in, "charter-bytes"));
  return Intent(out);
}

Result<Intent> read_propose(EntryReader& in) {
  intent::Propose out;
  TRY(out.id, quoted_line(in, "id"));
  TRY(out.principal, quoted_line(in, "principal"));
  TRY(out.nonce, hex_line<32>(in, "nonce"));
  TRY(out.request, digest_line(in, "request"));
  CHECK_OK(in.expect("journal "));
  TRY(out.journal_size, in.number());
  CHECK_OK(in.expect(" "));
  TRY(out.journal_root, read_digest(in));
  CHECK_OK(in.expect("\n"));
  TRY(out.facts, read_facts(in));
  return Intent(std::move(out));
}

Result<Intent> read_cancel(EntryReader& in) {
  intent::Cancel out;
  TRY(out.id, quoted_line(in, "id"));
  TRY(out.principal, quoted_line(in, "principal"));
  return Intent(std::move(out));
}

// INVARIANT: a word enters memory by verification alone, from a journal as from an official.
Result<Intent> read_speak(EntryReader& in, const Charter& charter, Domain domain) {
  CHECK_OK(in.expect("word "));
  const Error otherwise = in.error("a word signed by a person of the charter");
  TRY(const std::string_view note, in.block());
  const auto signer = unverified_signer(note);
  const auto person = signer.ok() ? charter.find_person(*signer) : std::nullopt;
  if (!person) return otherwise;
  auto word = verify_word(note, domain, charter.person(*person).keys);
  if (!word.ok()) return Error{Code::corrupt, otherwise.message + ": " + word.error().message};
  return Intent(intent::Speak{std::move(word).value()});
}

// `branch 0 "brandt" "farouk"`, up to the end of the line.
Result<void> read_branch(EntryReader& in, std::uint32_t& branch,
                         std::vector<std::string>& approvers) {
  CHECK_OK(in.expect("branch "));
  const Error otherwise = in.error("a branch's number");
  TRY(const std::uint64_t number, in.number());
  if (number > std::numeric_limits<std::uint32_t>::max()) return otherwise;
  branch = static_cast<std::uint32_t>(number);
  while (in.next_is(" ")) {
    CHECK_OK(in.expect(" "));
    TRY(std::string approver, in.quoted());
    approvers.push_back(std::move(approver));
  }
  return in.expect("\n");
}

Result<Intent> read_claim(EntryReader& in) {
  intent::Claim out;
  TRY(out.id, quoted_line(in, "id"));
  while (in.next_is("assign ")) {
    intent::ClassAssignment one;
    CHECK_OK(in.expect("assign "));
    TRY(one.klass, in.quoted());
    CHECK_OK(in.expect(" "));
    CHECK_OK(read_branch(in, one.branch, one.approvers));
    out.assignments.push_back(std::move(one));
  }
  return Intent(std::move(out));
}

// intent::Outcome and intent::Stopped alike.
template <class Outcome>
Result<Intent> read_outcome(EntryReader& in) {
  Outcome out;
  TRY(out.id, quoted_line(in, "id"));
  CHECK_OK(in.expect("outcome "));
  const Error otherwise = in.error("answered, not-sent or unknown, and a status");
  TRY(const std::string_view kind, in.word("answered, not-sent or unknown"));
  bool known = false;
  for (const auto& [one, word] : outcome_words) {
    if (word != kind) continue;
    out.kind = one;
    known = true;
  }
  CHECK_OK(in.expect(" "));
  TRY(const std::uint64_t status, in.number());
  if (!known || status > std::numeric_limits<std::uint32_t>::max()) return otherwise;
  out.status = static_cast<std::uint32_t>(status);
  CHECK_OK(in.expect("\n"));
  return Intent(std::move(out));
}

Result<Intent> read_refusals(EntryReader& in) {
  intent::Refusals out;
  TRY(out.principal, quoted_line(in, "principal"));
  TRY(out.count, number_line(in, "count"));
  return Intent(std::move(out));
}

// INVARIANT: as for words, a statement enters memory by verification alone. `keys_of` finds the
// keys of its signer, a person's or an endpoint's.
template <class Statement, class KeysOf>
Result<Verified<Statement>> read_statement(EntryReader& in, Domain domain, const KeysOf& keys_of) {
  const std::string key(Statement::kind);
  CHECK_OK(in.expect(key + " "));
  const Error otherwise = in.error("a signed " + key + " of the charter's");
  TRY(const std::string_view note, in.block());
  const auto signer = unverified_signer(note);
  const std::vector<PublicKey>* keys = signer.ok() ? keys_of(*signer) : nullptr;
  if (keys == nullptr) return otherwise;
  auto out = Verified<Statement>::verify(note, domain, *keys);
  if (!out.ok()) return Error{Code::corrupt, otherwise.message + ": " + out.error().message};
  return out;
}

Result<Intent> read_lift(EntryReader& in) {
  intent::Lift out;
  TRY(out.freeze, quoted_line(in, "freeze"));
  CHECK_OK(in.expect("assign "));
  CHECK_OK(read_branch(in, out.branch, out.approvers));
  return Intent(std::move(out));
}

Result<Intent> read_signed(EntryReader& in, std::string_view kind, const Charter& charter,
                           Domain domain) {
  const auto person_keys = [&](std::string_view name) {
    const auto person = charter.find_person(name);
    return person ? &charter.person(*person).keys : nullptr;
  };
  const auto endpoint_keys = [&](std::string_view name) {
    const auto endpoint = charter.find_endpoint(name);
    return endpoint ? &charter.endpoint(*endpoint).keys : nullptr;
  };
  if (kind == "release") {
    TRY(VerifiedRelease release, read_statement<ReleaseStatement>(in, domain, endpoint_keys));
    return Intent(intent::Release{std::move(release)});
  }
  if (kind == "freeze") {
    TRY(VerifiedFreeze freeze, read_statement<FreezeStatement>(in, domain, person_keys));
    return Intent(intent::Freeze{std::move(freeze)});
  }
  TRY(VerifiedUnfreeze unfreeze, read_statement<UnfreezeStatement>(in, domain, person_keys));
  return Intent(intent::Unfreeze{std::move(unfreeze)});
}

// As for a word: by verification alone.
Result<Intent> read_delegate(EntryReader& in, const Charter& charter, Domain domain) {
  CHECK_OK(in.expect("delegation "));
  const Error otherwise = in.error("a delegation signed by a person of the charter");
  TRY(const std::string_view note, in.block());
  const auto signer = unverified_signer(note);
  const auto person = signer.ok() ? charter.find_person(*signer) : std::nullopt;
  if (!person) return otherwise;
  auto delegation = verify_delegation(note, domain, charter.person(*person).keys);
  if (!delegation.ok())
    return Error{Code::corrupt, otherwise.message + ": " + delegation.error().message};
  return Intent(intent::Delegate{std::move(delegation).value()});
}

Result<Intent> read_intent(EntryReader& in, const Charter& charter, Domain domain) {
  CHECK_OK(in.expect("intent "));
  const Error otherwise = in.error("an intent");
  TRY(const std::string_view kind, in.word("an intent"));
  CHECK_OK(in.expect("\n"));
  if (kind == "genesis") return read_genesis(in);
  if (kind == "propose") return read_propose(in);
  if (kind == "cancel") return read_cancel(in);
  if (kind == "speak") return read_speak(in, charter, domain);
  if (kind == "claim") return read_claim(in);
  if (kind == "outcome") return read_outcome<intent::Outcome>(in);
  if (kind == "refusals") return read_refusals(in);
  if (kind == "release" || kind == "freeze" || kind == "unfreeze")
    return read_signed(in, kind, charter, domain);
  if (kind == "lift") return read_lift(in);
  if (kind == "stopped") return read_outcome<intent::Stopped>(in);
  if (kind == "delegate") return read_delegate(in, charter, domain);
  return otherwise;
}

Result<Event> read_proposed(EntryReader& in) {
  event::Proposed out;
  TRY(out.id, quoted_line(in, "id"));
  CHECK_OK(in.expect("text "));
  TRY(out.text, in.block());
  return Event(std::move(out));
}

Result<Event> read_approved(EntryReader& in) {
  event::Approved out;
  TRY(out.id, quoted_line(in, "id"));
  TRY(out.person, quoted_line(in, "person"));
  TRY(out.notes, reason_lines(in, "note"));
  return Event(std::move(out));
}

Result<Event> read_vetoed(EntryReader& in) {
  event::Vetoed out;
  TRY(out.id, quoted_line(in, "id"));
  TRY(out.person, quoted_line(in, "person"));
  TRY(out.stopped, choice_line(in, "stopped", "yes", "no"));
  return Event(std::move(out));
}

Result<Event> read_claimed(EntryReader& in) {
  event::Claimed out;
  TRY(out.id, quoted_line(in, "id"));
  while (in.next_is("charged ")) {
    TRY(std::string name, quoted_line(in, "charged"));
    out.charged.push_back(std::move(name));
  }
  TRY(out.systems, quoted_line(in, "systems"));
  TRY(out.lease_until, time_line(in, "lease-until"));
  return Event(std::move(out));
}

Result<Event> read_withdrawn(EntryReader& in) {
  event::Withdrawn out;
  TRY(out.id, quoted_line(in, "id"));
  TRY(out.person, quoted_line(in, "person"));
  TRY(out.approved, choice_line(in, "approved", "yes", "no"));
  return Event(std::move(out));
}

Result<Event> read_recalled(EntryReader& in) {
  event::Recalled out;
  TRY(out.id, quoted_line(in, "id"));
  TRY(out.person, quoted_line(in, "person"));
  TRY(out.order, choice_line(in, "order", "yes", "no"));
  return Event(std::move(out));
}

Result<Event> read_unfreeze_approved(EntryReader& in) {
  event::UnfreezeApproved out;
  TRY(out.freeze, quoted_line(in, "freeze"));
  TRY(out.person, quoted_line(in, "person"));
  TRY(out.notes, reason_lines(in, "note"));
  return Event(std::move(out));
}

// Events that say nothing but which command, or which freeze.
template <class OfCommand>
Result<Event> read_of_command(EntryReader& in) {
  OfCommand out;
  TRY(out.id, quoted_line(in, "id"));
  return Event(std::move(out));
}
template <class OfFreeze>
Result<Event> read_of_freeze(EntryReader& in) {
  OfFreeze out;
  TRY(out.freeze, quoted_line(in, "freeze"));
  return Event(std::move(out));
}

Result<Event> read_event(EntryReader& in) {
  CHECK_OK(in.expect("event "));
  const Error otherwise = in.error("an event");
  TRY(const std::string_view kind, in.word("an event"));
  CHECK_OK(in.expect("\n"));
  if (kind == "opened") return Event(event::Opened{});
  if (kind == "counted") return Event(event::Counted{});
  if (kind == "proposed") return read_proposed(in);
  if (kind == "approved") return read_approved(in);
  if (kind == "vetoed") return read_vetoed(in);
  if (kind == "claimed") return read_claimed(in);
  if (kind == "delegated") {
    event::Delegated out;
    TRY(out.delegator, quoted_line(in, "delegator"));
    TRY(out.delegate, quoted_line(in, "delegate"));
    return Event(std::move(out));
  }
  if (kind == "refused") {
    event::Refused out;
    TRY(out.reasons, reason_lines(in, "reason"));
    return Event(std::move(out));
  }
  if (kind == "cancelled") return read_of_command<event::Cancelled>(in);
  if (kind == "ended") return read_of_command<event::Ended>(in);
  if (kind == "withdrawn") return read_withdrawn(in);
  if (kind == "recalled") return read_recalled(in);
  if (kind == "stop-ended") return read_of_command<event::StopEnded>(in);
  if (kind == "released") return read_of_command<event::Released>(in);
  if (kind == "frozen") return read_of_freeze<event::Frozen>(in);
  if (kind == "unfreeze-approved") return read_unfreeze_approved(in);
  if (kind == "lifted") return read_of_freeze<event::Lifted>(in);
  return otherwise;
}

}  // namespace

Result<Entry> decode_entry(std::string_view bytes, std::uint64_t index, const Charter& charter,
                           Domain domain) {
  if (bytes.size() > entry_bytes_max)
    return Error{Code::corrupt, "entry " + std::to_string(index) + " has " +
                                    std::to_string(bytes.size()) + " bytes, over entry_bytes_max"};
  Entry out;
  out.index = index;
  EntryReader in(bytes, index);
  CHECK_OK(in.expect(entry_header));
  TRY(out.at, time_line(in, "at"));
  TRY(out.salt, hex_line<16>(in, "salt"));
  TRY(out.intent, read_intent(in, charter, domain));
  CHECK_OK(in.expect(events_header));
  while (!in.at_end()) {
    TRY(Event event, read_event(in));
    out.events.push_back(std::move(event));
  }
  // INVARIANT: one entry, one text.
  const auto again = encode_entry(out);
  if (!again.ok() || *again != bytes)
    return Error{Code::corrupt,
                 "entry " + std::to_string(index) + " is not in the form in which it is written"};
  return out;
}

}  // namespace keyturn
