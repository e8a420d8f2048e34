// Words: docs/formats.md, "Word", line for line; and the only place where a VerifiedWord is made.
#include "keys/verify/grammar.h"
#include "keys/verify/signed_statement.h"
#include "keys/verify/statement.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

using grammar::field;
using grammar::LineReader;

std::string header(WordKind kind) { return "keyturn/" + std::string(word_kind_name(kind)) + "/v1"; }

// An approval has no reason: its to_text writes one all the same, and its parser refuses it.
bool writes_reason(const Word& word) { return word.kind == WordKind::veto || !word.reason.empty(); }

bool is_reason(std::string_view text) {
  return grammar::is_printable(text) && text.size() <= reason_bytes_max;
}

}  // namespace

std::string_view word_kind_name(WordKind kind) {
  return kind == WordKind::approval ? "approval" : "veto";
}

std::string Word::to_text() const {
  std::string out = header(kind) + "\n";
  out.append("deployment ").append(field(grammar::is_id(deployment), deployment)).append("\n");
  out.append("approver ").append(grammar::write_person(person, institution)).append("\n");
  if (!delegator.empty() || !delegator_institution.empty())
    out.append("for ").append(grammar::write_person(delegator, delegator_institution)).append("\n");
  out.append("signed-at ").append(signed_at.to_string()).append("\n");
  out.append("not-after ").append(not_after.to_string()).append("\n");
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
  out.kind = text.starts_with(header(WordKind::veto)) ? WordKind::veto : WordKind::approval;
  LineReader lines("word", text);
  CHECK_OK(lines.expect(header(out.kind)));
  TRY(out.deployment, lines.take("deployment"));
  if (!grammar::is_id(out.deployment)) return lines.error("deployment with an identifier");
  TRY(const std::string_view approver, lines.take("approver"));
  grammar::FieldReader fields(approver);
  if (!grammar::read_person(fields, out.person, out.institution) || !fields.at_end())
    return lines.error("approver person (institution)");
  if (lines.next_is("for")) {
    TRY(const std::string_view delegator, lines.take("for"));
    grammar::FieldReader of(delegator);
    if (!grammar::read_person(of, out.delegator, out.delegator_institution) || !of.at_end())
      return lines.error("for person (institution)");
    if (out.delegator == out.person)
      return lines.error("for another person than the one who signs");
  }
  TRY(const std::string_view signed_at, lines.take("signed-at"));
  TRY(out.signed_at, Time::parse(signed_at));
  TRY(const std::string_view not_after, lines.take("not-after"));
  TRY(out.not_after, Time::parse(not_after));
  if (out.not_after < out.signed_at) return lines.error("not-after no earlier than signed-at");
  if (out.kind == WordKind::veto) {
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
