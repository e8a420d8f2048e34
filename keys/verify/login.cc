// Logins: docs/formats.md, "Login", line for line.
#include "keys/verify/grammar.h"
#include "keys/verify/signed_statement.h"
#include "keys/verify/statement.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

using grammar::field;

constexpr std::string_view header = "keyturn/login/v1";

bool is_origin(std::string_view text) {
  grammar::FieldReader fields(text);
  return grammar::is_visible(text) && text.size() <= login_origin_bytes_max &&
         (fields.literal("http://") || fields.literal("https://")) && !fields.at_end();
}

}  // namespace

std::string Login::to_text() const {
  std::string out(header);
  out.append("\ndeployment ").append(field(grammar::is_id(deployment), deployment));
  out.append("\norigin ").append(field(is_origin(origin), origin));
  out.append("\nperson ").append(field(grammar::is_id(person), person));
  return out.append("\nsigned-at ").append(signed_at.to_string()).append("\n");
}

Result<Login> Login::parse(std::string_view text) {
  Login out;
  grammar::LineReader lines("login", text);
  CHECK_OK(lines.expect(header));
  TRY(out.deployment, lines.take("deployment"));
  if (!grammar::is_id(out.deployment)) return lines.error("deployment with an identifier");
  TRY(out.origin, lines.take("origin"));
  if (!is_origin(out.origin)) return lines.error("origin with an http or https origin");
  TRY(out.person, lines.take("person"));
  if (!grammar::is_id(out.person)) return lines.error("person with an identifier");
  TRY(const std::string_view signed_at, lines.take("signed-at"));
  TRY(out.signed_at, Time::parse(signed_at));
  CHECK_OK(lines.expect_end());
  // INVARIANT: one value, one text.
  if (out.to_text() != text) return Error{Code::invalid, "the login is not in its canonical form"};
  return out;
}

Result<Login> verify_login(std::string_view note, Domain domain, std::span<const PublicKey> keys,
                           std::string_view deployment, std::string_view origin, Time now) {
  TRY(const Note parsed, parse_statement_note(note));
  TRY(Login login, Login::parse(parsed.text));
  CHECK_OK(statement_signer(parsed, domain, "login", login.person, keys));
  // A login obtained by another listener, or by a copy of this deployment, opens nothing here
  // [W10].
  if (login.deployment != deployment || login.origin != origin)
    return Error{Code::unauthenticated, "the login is for " +
                                            grammar::in_backticks(login.deployment) + " at " +
                                            grammar::in_backticks(login.origin) +
                                            ", not for this listener; sign a new one"};
  const Duration tolerance{static_cast<std::int64_t>(login_seconds_max)};
  if (login.signed_at > now + tolerance || login.signed_at < now - tolerance)
    return Error{Code::expired, "the login was signed at " + login.signed_at.to_string() +
                                    ", it is " + now.to_string() + "; sign a new one"};
  return login;
}

}  // namespace keyturn
