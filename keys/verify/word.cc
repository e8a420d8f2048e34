// Words: docs/formats.md, "Word", line for line; and the only place where a VerifiedWord is made.
#include "keys/verify/signed_statement.h"
#include "keys/verify/statement.h"
#include "keys/verify/statement_head.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

using grammar::field;
using grammar::LineReader;

std::string header(WordKind kind) { return "keyturn/" + std::string(word_kind_name(kind)) + "/v1"; }

// An approval has no reason: its to_text writes one all the same, and its parser refuses it.
bool writes_reason(const Word& word) {
  return word.kind != WordKind::approval || !word.reason.empty();
}

// A cancellation is its initiator's; every other word is that of somebody whom the rule names.
std::string_view signer_line(WordKind kind) {
  return kind == WordKind::cancellation ? "initiator" : "approver";
}

// Initiating is not delegated, so neither is its end (decision 0024).
bool may_delegate(WordKind kind) { return kind != WordKind::cancellation; }

StatementHead head_of(const Word& word) {
  return {
      word.deployment, word.person,   word.institution, word.delegator, word.delegator_institution,
      word.signed_at,  word.not_after};
}

bool is_reason(std::string_view text) {
  return grammar::is_printable(text) && text.size() <= reason_bytes_max;
}

}  // namespace

std::string_view word_kind_name(WordKind kind) {
  switch (kind) {
    case WordKind::approval:
      return "approval";
    case WordKind::veto:
      return "veto";
    case WordKind::withdrawal:
      return "withdrawal";
    case WordKind::cancellation:
      return "cancellation";
    case WordKind::recall:
      return "recall";
  }
  return "";
}

std::string Word::to_text() const {
  std::string out = header(kind) + "\n";
  out.append(write_head(head_of(*this), signer_line(kind)));
  if (writes_reason(*this))
    out.append("reason ")
        .append(field(is_reason(reason), grammar::quote_json(reason)))
        .append("\n");
  return out.append("--\n").append(command);
}

Result<Word> Word::parse(std::string_view text) {
  if (text.size() > statement_bytes_max + word_head_bytes_max)
    return Error{Code::too_large,
                 "a word has at most statement_bytes_max + word_head_bytes_max "
                 "bytes, this one " +
                     std::to_string(text.size())};
  Word out;
  for (const WordKind kind : word_kinds)
    if (text.starts_with(header(kind) + "\n")) out.kind = kind;
  LineReader lines("word", text);
  CHECK_OK(lines.expect(header(out.kind)));
  TRY(StatementHead head, read_head(lines, signer_line(out.kind), may_delegate(out.kind)));
  out.deployment = std::move(head.deployment);
  out.person = std::move(head.person);
  out.institution = std::move(head.institution);
  out.delegator = std::move(head.delegator);
  out.delegator_institution = std::move(head.delegator_institution);
  out.signed_at = head.signed_at;
  out.not_after = head.not_after;
  if (out.kind != WordKind::approval) {
    TRY(const std::string_view reason, lines.take("reason"));
    TRY(out.reason, grammar::unquote_json(reason));
    if (!is_reason(out.reason)) return lines.error("reason of at most reason_bytes_max bytes");
  }
  CHECK_OK(lines.expect("--"));
  CHECK_OK(CommandText::parse(lines.rest()));
  out.command = lines.rest();
  // INVARIANT: one value, one text, as for the command text.
  if (out.to_text() != text) return Error{Code::invalid, "the word is not in its canonical form"};
  return out;
}

Result<VerifiedWord> verify_word(std::string_view note, Domain domain,
                                 std::span<const PublicKey> keys) {
  TRY(const Note parsed, parse_statement_note(note));
  TRY(Word word, Word::parse(parsed.text));
  TRY(const PublicKey key,
      statement_signer(parsed, domain, word_kind_name(word.kind), word.person, keys));
  VerifiedWord out;
  out.word_ = std::move(word);
  out.key_ = key;
  out.note_ = note;
  return out;
}

}  // namespace keyturn
