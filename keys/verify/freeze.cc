// Freezes and unfreezes: docs/formats.md, "Freeze" and "Unfreeze", line for line.
#include "keys/verify/freeze.h"

#include "keys/verify/statement_head.h"
#include "keys/verify/verify_statement.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

using grammar::field;

constexpr std::string_view freeze_header = "keyturn/freeze/v1";
constexpr std::string_view unfreeze_header = "keyturn/unfreeze/v1";
constexpr std::string_view official = "official", approver = "approver";

std::string_view subject_word(FreezeStatement::Subject subject) {
  return subject == FreezeStatement::Subject::pool ? "pool" : "class";
}

// A pool is a path of identifiers; a class is one.
bool is_name(FreezeStatement::Subject subject, std::string_view name) {
  if (subject == FreezeStatement::Subject::klass) return grammar::is_id(name);
  if (name.size() > name_bytes_max) return false;
  grammar::FieldReader parts(name);
  std::string_view part;
  while (parts.until("/", part))
    if (!grammar::is_id(part)) return false;
  return grammar::is_id(parts.rest());
}

bool is_reason(std::string_view text) {
  return grammar::is_prose(text) && text.size() <= reason_bytes_max;
}

template <class Statement>
StatementHead head_of(const Statement& one) {
  return {one.deployment, one.person, one.institution, {}, {}, one.signed_at, one.not_after};
}

template <class Statement>
void take_head(StatementHead head, Statement& out) {
  out.deployment = std::move(head.deployment);
  out.person = std::move(head.person);
  out.institution = std::move(head.institution);
  out.signed_at = head.signed_at;
  out.not_after = head.not_after;
}

Error too_large(std::string_view what, std::uint64_t bytes_max, std::size_t bytes) {
  return Error{Code::too_large, std::string(what) + " has at most " + std::to_string(bytes_max) +
                                    " bytes, this one " + std::to_string(bytes)};
}

}  // namespace

std::string FreezeStatement::to_text() const {
  std::string out(freeze_header);
  out.append("\n").append(write_head(head_of(*this), official));
  out.append("freeze ").append(subject_word(subject)).append(" ");
  out.append(field(is_name(subject, name), name)).append("\n");
  out.append("until ").append(until.to_string()).append("\n");
  out.append("reason ").append(field(is_reason(reason), grammar::quote_json(reason)));
  return out.append("\n");
}

Result<FreezeStatement> FreezeStatement::parse(std::string_view text) {
  if (text.size() > statement_bytes_max)
    return too_large("a freeze", statement_bytes_max, text.size());
  FreezeStatement out;
  grammar::LineReader lines("freeze", text);
  CHECK_OK(lines.expect(freeze_header));
  TRY(StatementHead head, read_head(lines, official, false));
  take_head(std::move(head), out);
  TRY(const std::string_view what, lines.take("freeze"));
  grammar::FieldReader fields(what);
  const bool is_pool = fields.literal("pool ");
  out.subject = is_pool ? Subject::pool : Subject::klass;
  if ((!is_pool && !fields.literal("class ")) || !is_name(out.subject, fields.rest()))
    return lines.error("freeze pool POOL, or freeze class CLASS");
  out.name = fields.rest();
  TRY(const std::string_view until, lines.take("until"));
  TRY(out.until, Time::parse(until));
  if (out.until < out.signed_at) return lines.error("until no earlier than signed-at");
  TRY(const std::string_view reason, lines.take("reason"));
  TRY(out.reason, grammar::unquote_json(reason));
  if (!is_reason(out.reason))
    return lines.error("reason of 1 to reason_bytes_max bytes, without a space at either end");
  CHECK_OK(lines.expect_end());
  // INVARIANT: one value, one text.
  if (out.to_text() != text) return Error{Code::invalid, "the freeze is not in its canonical form"};
  return out;
}

std::string UnfreezeStatement::to_text() const {
  std::string out(unfreeze_header);
  out.append("\n").append(write_head(head_of(*this), approver));
  return out.append("--\n").append(freeze);
}

Result<UnfreezeStatement> UnfreezeStatement::parse(std::string_view text) {
  if (text.size() > statement_bytes_max + word_head_bytes_max)
    return too_large("an unfreeze", statement_bytes_max + word_head_bytes_max, text.size());
  UnfreezeStatement out;
  grammar::LineReader lines("unfreeze", text);
  CHECK_OK(lines.expect(unfreeze_header));
  TRY(StatementHead head, read_head(lines, approver, false));
  take_head(std::move(head), out);
  CHECK_OK(lines.expect("--"));
  CHECK_OK(FreezeStatement::parse(lines.rest()));
  out.freeze = lines.rest();
  // INVARIANT: one value, one text.
  if (out.to_text() != text)
    return Error{Code::invalid, "the unfreeze is not in its canonical form"};
  return out;
}

template class Verified<FreezeStatement>;
template class Verified<UnfreezeStatement>;

}  // namespace keyturn
