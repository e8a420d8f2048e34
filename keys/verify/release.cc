// Releases: docs/formats.md, "Release", line for line.
#include "keys/verify/release.h"

#include "keys/verify/grammar.h"
#include "keys/verify/verify_statement.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

using grammar::field;

constexpr std::string_view header = "keyturn/release/v1";

}  // namespace

std::string ReleaseStatement::to_text() const {
  std::string out(header);
  out.append("\ndeployment ").append(field(grammar::is_id(deployment), deployment));
  out.append("\nendpoint ").append(field(grammar::is_id(endpoint), endpoint));
  out.append("\ncommand ").append(field(grammar::is_command_id(command), command));
  out.append("\nsystems ").append(field(grammar::is_systems(systems), systems));
  return out.append("\nreleased-at ").append(released_at.to_string()).append("\n");
}

Result<ReleaseStatement> ReleaseStatement::parse(std::string_view text) {
  if (text.size() > statement_bytes_max)
    return Error{Code::too_large, "a release has at most " + std::to_string(statement_bytes_max) +
                                      " bytes (statement_bytes_max), this one " +
                                      std::to_string(text.size())};
  ReleaseStatement out;
  grammar::LineReader lines("release", text);
  CHECK_OK(lines.expect(header));
  TRY(out.deployment, lines.take("deployment"));
  if (!grammar::is_id(out.deployment)) return lines.error("deployment with an identifier");
  TRY(out.endpoint, lines.take("endpoint"));
  if (!grammar::is_id(out.endpoint)) return lines.error("endpoint with an identifier");
  TRY(out.command, lines.take("command"));
  if (!grammar::is_command_id(out.command)) return lines.error("command with its id");
  TRY(out.systems, lines.take("systems"));
  if (!grammar::is_systems(out.systems)) return lines.error("systems as in the command text");
  TRY(const std::string_view released_at, lines.take("released-at"));
  TRY(out.released_at, Time::parse(released_at));
  CHECK_OK(lines.expect_end());
  // INVARIANT: one value, one text.
  if (out.to_text() != text)
    return Error{Code::invalid, "the release is not in its canonical form"};
  return out;
}

template class Verified<ReleaseStatement>;

}  // namespace keyturn
