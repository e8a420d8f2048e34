#include "keys/verify/delegation.h"

#include <algorithm>

#include "keys/verify/grammar.h"
#include "keys/verify/signed_statement.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

using grammar::field;
using grammar::LineReader;

constexpr std::string_view header = "keyturn/delegation/v1";
constexpr std::string_view no_classes = "none";

bool are_classes(const std::vector<std::string>& names) {
  return std::all_of(
             names.begin(), names.end(),
             [](const std::string& name) { return grammar::is_id(name) && name != no_classes; }) &&
         std::is_sorted(names.begin(), names.end()) &&
         std::adjacent_find(names.begin(), names.end()) == names.end();
}

std::string write_classes(const std::vector<std::string>& names) {
  if (names.empty()) return std::string(no_classes);
  std::string out;
  for (const std::string& name : names) out.append(out.empty() ? "" : " ").append(name);
  return out;
}

std::vector<std::string> read_classes(std::string_view text) {
  std::vector<std::string> out;
  if (text == no_classes) return out;
  grammar::FieldReader fields(text);
  std::string_view name;
  while (fields.until(" ", name)) out.emplace_back(name);
  out.emplace_back(fields.rest());
  return out;
}

Result<void> take_person(LineReader& lines, std::string_view key, std::string& person,
                         std::string& institution) {
  TRY(const std::string_view text, lines.take(key));
  grammar::FieldReader fields(text);
  if (grammar::read_person(fields, person, institution) && fields.at_end()) return {};
  return lines.error(std::string(key) + " person (institution)");
}

Result<void> take_time(LineReader& lines, std::string_view key, Time& out) {
  TRY(const std::string_view text, lines.take(key));
  TRY(out, Time::parse(text));
  return {};
}

}  // namespace

std::string Delegation::to_text() const {
  std::string out(header);
  out.append("\ndeployment ").append(field(grammar::is_id(deployment), deployment));
  out.append("\ndelegator ").append(grammar::write_person(delegator, delegator_institution));
  out.append("\ndelegate ").append(grammar::write_person(delegate, delegate_institution));
  out.append("\nclasses ").append(field(are_classes(classes), write_classes(classes)));
  out.append("\nuntil ").append(until.to_string());
  out.append("\nsigned-at ").append(signed_at.to_string());
  return out.append("\nnot-after ").append(not_after.to_string()).append("\n");
}

Result<Delegation> Delegation::parse(std::string_view text) {
  if (text.size() > statement_bytes_max)
    return Error{Code::too_large, "a delegation has at most statement_bytes_max bytes, this one " +
                                      std::to_string(text.size())};
  Delegation out;
  LineReader lines("delegation", text);
  CHECK_OK(lines.expect(header));
  TRY(out.deployment, lines.take("deployment"));
  if (!grammar::is_id(out.deployment)) return lines.error("deployment with an identifier");
  CHECK_OK(take_person(lines, "delegator", out.delegator, out.delegator_institution));
  CHECK_OK(take_person(lines, "delegate", out.delegate, out.delegate_institution));
  TRY(const std::string_view classes, lines.take("classes"));
  out.classes = read_classes(classes);
  if (!are_classes(out.classes)) return lines.error("classes in order, or `classes none`");
  CHECK_OK(take_time(lines, "until", out.until));
  CHECK_OK(take_time(lines, "signed-at", out.signed_at));
  CHECK_OK(take_time(lines, "not-after", out.not_after));
  if (out.not_after < out.signed_at) return lines.error("not-after no earlier than signed-at");
  CHECK_OK(lines.expect_end());
  // INVARIANT: one value, one text.
  if (out.to_text() != text)
    return Error{Code::invalid, "the delegation is not in its canonical form"};
  return out;
}

Result<VerifiedDelegation> verify_delegation(std::string_view note, Domain domain,
                                             std::span<const PublicKey> keys) {
  TRY(const Note parsed, parse_statement_note(note));
  TRY(Delegation delegation, Delegation::parse(parsed.text));
  TRY(const PublicKey key,
      statement_signer(parsed, domain, "delegation", delegation.delegator, keys));
  VerifiedDelegation out;
  out.delegation_ = std::move(delegation);
  out.key_ = key;
  out.note_ = note;
  return out;
}

}  // namespace keyturn
