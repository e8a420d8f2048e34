// The lines that every statement of a person's begins with: deployment, who signs, from when to
// when (docs/formats.md, "Word"). Internal to keys/verify. Pure.
#pragma once

#include <string>
#include <string_view>

#include "keys/verify/grammar.h"
#include "keyturn/result.h"
#include "keyturn/time.h"

namespace keyturn {

struct StatementHead {
  std::string deployment, person, institution;
  std::string delegator, delegator_institution;  // empty: the person's own word
  Time signed_at, not_after;
};

// `signer` is the key of the line that names who signs: `approver`, `official`.
inline std::string write_head(const StatementHead& head, std::string_view signer) {
  using grammar::field;
  std::string out = "deployment ";
  out.append(field(grammar::is_id(head.deployment), head.deployment)).append("\n");
  out.append(signer).append(" ").append(grammar::write_person(head.person, head.institution));
  if (!head.delegator.empty() || !head.delegator_institution.empty())
    out.append("\nfor ").append(grammar::write_person(head.delegator, head.delegator_institution));
  out.append("\nsigned-at ").append(head.signed_at.to_string());
  return out.append("\nnot-after ").append(head.not_after.to_string()).append("\n");
}

// `may_delegate`: whether a line `for` may say whose word it is.
inline Result<StatementHead> read_head(grammar::LineReader& lines, std::string_view signer,
                                       bool may_delegate) {
  StatementHead out;
  TRY(out.deployment, lines.take("deployment"));
  if (!grammar::is_id(out.deployment)) return lines.error("deployment with an identifier");
  TRY(const std::string_view who, lines.take(signer));
  grammar::FieldReader fields(who);
  if (!grammar::read_person(fields, out.person, out.institution) || !fields.at_end())
    return lines.error(std::string(signer) + " person (institution)");
  if (may_delegate && lines.next_is("for")) {
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
  return out;
}

}  // namespace keyturn
