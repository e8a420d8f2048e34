// The command text: docs/formats.md, "Command text", line for line.
#include <algorithm>

#include "keys/verify/grammar.h"
#include "keys/verify/statement.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

using grammar::field;
using grammar::FieldReader;
using grammar::LineReader;

constexpr std::string_view header = "keyturn/command/v1";

void line(std::string& out, std::string_view key, std::string_view value) {
  out.append(key).append(" ").append(value).append("\n");
}

std::string write_systems(const CommandText& command) {
  // A weight without systems has no place in the text, so it may not be there.
  if (command.systems.empty()) return std::string(field(command.weight == 0, "none"));
  std::string out(field(grammar::is_systems(command.systems), command.systems));
  return out + " (weight " + std::to_string(command.weight) + ")";
}

std::string write_initiator(const CommandText& command) {
  std::string out = grammar::write_person(command.initiator, command.institution);
  if (command.agent.empty()) return out;
  return out.append(" through ").append(field(grammar::is_id(command.agent), command.agent));
}

std::string write_request(const CommandText& command) {
  std::string out(field(grammar::is_method(command.method), command.method));
  out.append(" ").append(field(grammar::is_id(command.endpoint), command.endpoint));
  out.append(" ").append(field(grammar::is_target(command.target), command.target));
  out.append(" ").append(std::to_string(command.body_bytes)).append(" bytes ");
  out.append(command.request.to_string());
  return out.append(" nonce ").append(hex_encode(command.nonce));
}

std::string write_windows(const Windows& windows) {
  return "approve " + windows.approve.to_string() + " delay " + windows.delay.to_string() +
         " execute " + windows.execute.to_string() + " lease " + windows.lease.to_string();
}

Result<void> read_id(LineReader& lines, CommandText& out) {
  TRY(const std::string_view id, lines.take("id"));
  if (!grammar::is_command_id(id)) return lines.error("id of letters, digits and -");
  out.id = id;
  return {};
}

Result<void> read_classes(LineReader& lines, CommandText& out) {
  do {
    CommandText::ClassLines one;
    TRY(one.name, lines.take("class"));
    if (!grammar::is_id(one.name)) return lines.error("class with an identifier");
    if (!out.classes.empty() && one.name <= out.classes.back().name)
      return lines.error("classes once each, by name");
    TRY(one.rule, lines.take("rule"));
    if (!grammar::is_prose(one.rule)) return lines.error("rule in printable ASCII");
    TRY(one.effect, lines.take("effect"));
    if (!grammar::is_prose(one.effect)) return lines.error("effect in printable ASCII");
    out.classes.push_back(std::move(one));
  } while (lines.next_is("class"));
  return {};
}

Result<void> read_systems(LineReader& lines, CommandText& out) {
  TRY(const std::string_view value, lines.take("systems"));
  FieldReader fields(value);
  std::string_view names, weight;
  if (value == "none") return {};
  if (!fields.until(" (weight ", names) || !fields.until(")", weight) || !fields.at_end() ||
      !grammar::is_systems(names))
    return lines.error("systems none, or identifiers and ranges (weight N)");
  out.systems = names;
  TRY(out.weight, grammar::parse_number(weight));
  return {};
}

Result<void> read_initiator(LineReader& lines, CommandText& out) {
  TRY(const std::string_view value, lines.take("initiator"));
  FieldReader fields(value);
  if (!grammar::read_person(fields, out.initiator, out.institution))
    return lines.error("initiator person (institution)");
  if (fields.at_end()) return {};
  if (!fields.literal(" through ") || !grammar::is_id(fields.rest()))
    return lines.error("initiator person (institution) through agent");
  out.agent = fields.rest();
  return {};
}

Result<void> read_request(LineReader& lines, CommandText& out) {
  TRY(const std::string_view value, lines.take("request"));
  FieldReader fields(value);
  std::string_view method, endpoint, target, size, digest;
  if (!fields.until(" ", method) || !fields.until(" ", endpoint) || !fields.until(" ", target) ||
      !fields.until(" bytes ", size) || !fields.until(" nonce ", digest) ||
      !grammar::is_method(method) || !grammar::is_id(endpoint) || !grammar::is_target(target))
    return lines.error("request METHOD endpoint /target N bytes sha256:... nonce ...");
  out.method = method;
  out.endpoint = endpoint;
  out.target = target;
  TRY(out.body_bytes, grammar::parse_number(size));
  TRY(out.request, Digest::parse(digest));
  TRY(const std::string nonce, hex_decode(fields.rest()));
  TRY(out.nonce, to_array<32>(nonce));
  return {};
}

Result<void> read_shares(LineReader& lines, CommandText& out) {
  while (lines.next_is("share")) {
    TRY(const std::string_view share, lines.take("share"));
    if (!grammar::is_prose(share)) return lines.error("share in printable ASCII");
    out.shares.emplace_back(share);
  }
  return {};
}

Result<void> read_windows(LineReader& lines, CommandText& out) {
  TRY(const std::string_view value, lines.take("windows"));
  FieldReader fields(value);
  std::string_view approve, delay, execute;
  if (!fields.literal("approve ") || !fields.until(" delay ", approve) ||
      !fields.until(" execute ", delay) || !fields.until(" lease ", execute))
    return lines.error("windows approve 30m delay 2m execute 10m lease 20m");
  TRY(out.windows.approve, Duration::parse(approve));
  TRY(out.windows.delay, Duration::parse(delay));
  TRY(out.windows.execute, Duration::parse(execute));
  TRY(out.windows.lease, Duration::parse(fields.rest()));
  return {};
}

// `charter 1 sha256:…` and `journal 1204 sha256:…`
Result<void> read_position(LineReader& lines, std::string_view key, std::uint64_t& number,
                           Digest& digest) {
  TRY(const std::string_view value, lines.take(key));
  FieldReader fields(value);
  std::string_view count;
  if (!fields.until(" ", count)) return lines.error("a number and a digest");
  TRY(number, grammar::parse_number(count));
  TRY(digest, Digest::parse(fields.rest()));
  return {};
}

}  // namespace

std::string CommandText::to_text() const {
  std::string out(header);
  out += "\n";
  line(out, "id", field(grammar::is_command_id(id), id));
  for (const ClassLines& one : classes) {
    line(out, "class", field(grammar::is_id(one.name), one.name));
    line(out, "rule", field(grammar::is_prose(one.rule), one.rule));
    line(out, "effect", field(grammar::is_prose(one.effect), one.effect));
  }
  line(out, "systems", write_systems(*this));
  line(out, "initiator", write_initiator(*this));
  line(out, "request", write_request(*this));
  for (const std::string& share : shares)
    line(out, "share", field(grammar::is_prose(share), share));
  line(out, "windows", write_windows(windows));
  line(out, "charter", std::to_string(charter_version) + " " + charter.to_string());
  line(out, "journal", std::to_string(journal_size) + " " + journal_root.to_string());
  line(out, "expires", expires.to_string());
  return out;
}

Result<CommandText> CommandText::parse(std::string_view text) {
  if (text.size() > statement_bytes_max)
    return Error{Code::too_large,
                 "a command text has at most " + std::to_string(statement_bytes_max) +
                     " bytes (statement_bytes_max), this one " + std::to_string(text.size())};
  CommandText out;
  LineReader lines("command text", text);
  CHECK_OK(lines.expect(header));
  CHECK_OK(read_id(lines, out));
  CHECK_OK(read_classes(lines, out));
  CHECK_OK(read_systems(lines, out));
  CHECK_OK(read_initiator(lines, out));
  CHECK_OK(read_request(lines, out));
  CHECK_OK(read_shares(lines, out));
  CHECK_OK(read_windows(lines, out));
  CHECK_OK(read_position(lines, "charter", out.charter_version, out.charter));
  CHECK_OK(read_position(lines, "journal", out.journal_size, out.journal_root));
  TRY(const std::string_view expires, lines.take("expires"));
  TRY(out.expires, Time::parse(expires));
  CHECK_OK(lines.expect_end());
  // INVARIANT: one value, one text. The readers above see to it; this makes sure of it.
  if (out.to_text() != text)
    return Error{Code::invalid, "the command text is not in its canonical form"};
  return out;
}

}  // namespace keyturn
