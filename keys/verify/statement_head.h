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
  Time signed_at, not_after;
};

// `signer` is the key of the line that names who signs: `approver`, `official`.
inline std::string write_head(const StatementHead& head, std::string_view signer) {
  using grammar::field;
  std::string out = "deployment ";
  out.append(field(grammar::is_id(head.deployment), head.deployment)).append("\n");
  out.append(signer).append(" ").append(grammar::write_person(head.person, head.institution));
  out.append("\nsigned-at ").append(head.signed_at.to_string());
  return out.append("\nnot-after ").append(head.not_after.to_string()).append("\n");
}

inline Result<StatementHead> read_head(grammar::LineReader& lines, std::string_view signer) {
  StatementHead out;
  TRY(out.deployment, lines.take("deployment"));
  if (!grammar::is_id(out.deployment)) return lines.error("deployment with an identifier");
  TRY(const std::string_view who, lines.take(signer));
  grammar::FieldReader fields(who);
  if (!grammar::read_person(fields, out.person, out.institution) || !fields.at_end())
    return lines.error(std::string(signer) + " person (institution)");
  TRY(const std::string_view signed_at, lines.take("signed-at"));
  TRY(out.signed_at, Time::parse(signed_at));
  TRY(const std::string_view not_after, lines.take("not-after"));
  TRY(out.not_after, Time::parse(not_after));
  if (out.not_after < out.signed_at) return lines.error("not-after no earlier than signed-at");
  return out;
}

}  // namespace keyturn
