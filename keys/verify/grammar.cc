#include "keys/verify/grammar.h"

#include <algorithm>

#include "keyturn/limits.h"

namespace keyturn::grammar {
namespace {

constexpr std::size_t quoted_bytes_max = 60;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_id_char(char c) { return is_lower(c) || is_digit(c) || c == '-'; }
bool is_visible_char(char c) { return c >= 0x21 && c <= 0x7e; }
bool is_printable_char(char c) { return c >= 0x20 && c <= 0x7e; }

template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool is_name_length(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max;
}

// `uav-[003..004]`, `uav-[003..004]-b`: digits of equal width, ascending.
bool is_range(std::string_view text) {
  FieldReader fields(text);
  std::string_view prefix, low, high;
  if (!fields.until("[", prefix) || !is_id(prefix)) return false;
  if (!fields.until("..", low) || !fields.until("]", high)) return false;
  if (fields.rest().size() > name_bytes_max || !all(fields.rest(), is_id_char)) return false;
  return is_name_length(low) && low.size() == high.size() && all(low, is_digit) &&
         all(high, is_digit) && low < high;
}

}  // namespace

bool is_id(std::string_view text) {
  return is_name_length(text) && text.front() != '-' && all(text, is_id_char);
}

bool is_command_id(std::string_view text) {
  return is_name_length(text) && text.front() != '-' &&
         all(text, [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '-'; });
}

bool is_method(std::string_view text) {
  return is_name_length(text) && text.front() != '-' &&
         all(text, [](char c) { return is_upper(c) || c == '-'; });
}

bool is_target(std::string_view text) { return is_visible(text) && text.front() == '/'; }

bool is_visible(std::string_view text) { return !text.empty() && all(text, is_visible_char); }

bool is_printable(std::string_view text) { return all(text, is_printable_char); }

bool is_prose(std::string_view text) {
  return !text.empty() && is_printable(text) && text.front() != ' ' && text.back() != ' ';
}

bool is_systems(std::string_view text) {
  // A system called `none` would make `systems none (weight 3)`, which a reader takes for nothing.
  const auto is_one = [](std::string_view one) {
    return (is_id(one) && one != "none") || is_range(one);
  };
  FieldReader fields(text);
  std::string_view name;
  while (fields.until(" ", name))
    if (!is_one(name)) return false;
  return is_one(fields.rest());
}

bool is_key_name(std::string_view text) {
  return is_visible(text) && text.find('+') == std::string_view::npos;
}

Result<std::uint64_t> parse_number(std::string_view text) {
  const Error error{Code::invalid,
                    "expected a decimal number without leading zeros, found " + in_backticks(text)};
  if (text.empty() || text.size() > 20 || !all(text, is_digit)) return error;
  if (text.size() > 1 && text.front() == '0') return error;
  std::uint64_t value = 0;
  for (const char c : text) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) return error;
    value = value * 10 + digit;
  }
  return value;
}

std::string quote_json(std::string_view printable) {
  std::string out = "\"";
  for (const char c : printable) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out += '"';
}

Result<std::string> unquote_json(std::string_view text) {
  const Error error{Code::invalid,
                    "expected printable ASCII in quotation marks, found " + in_backticks(text)};
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return error;
  const std::string_view inner = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '"' || !is_printable_char(inner[i])) return error;
    // The final quotation mark itself may have been escaped: then nothing follows the backslash.
    if (inner[i] == '\\' && (++i == inner.size() || (inner[i] != '"' && inner[i] != '\\')))
      return error;
    out += inner[i];
  }
  return out;
}

std::string in_backticks(std::string_view input) {
  std::string out = "`";
  for (const char c : input.substr(0, quoted_bytes_max))
    out += is_printable_char(c) && c != '`' ? c : '?';
  if (input.size() > quoted_bytes_max) out += "...";
  return out += '`';
}

std::string_view field(bool admitted, std::string_view value) {
  return admitted ? value : std::string_view("\x7f");
}

std::string_view LineReader::peek() const {
  const std::size_t end = rest_.find('\n');
  return end == std::string_view::npos ? std::string_view{} : rest_.substr(0, end);
}

bool LineReader::next_is(std::string_view key) const {
  const std::string_view line = peek();
  return line.size() > key.size() + 1 && line.starts_with(key) && line[key.size()] == ' ';
}

Result<std::string_view> LineReader::take_line(std::string_view expected) {
  ++number_;
  const std::size_t end = rest_.find('\n');
  line_ = rest_.substr(0, end);
  if (end == std::string_view::npos) return error(expected);  // also the end of the text
  rest_.remove_prefix(end + 1);
  return line_;
}

Result<void> LineReader::expect(std::string_view line) {
  TRY(const std::string_view found, take_line(line));
  if (found != line) return error(line);
  return {};
}

Result<std::string_view> LineReader::take(std::string_view key) {
  const bool fits = next_is(key);
  const std::string expected = std::string(key) + " ...";
  TRY(const std::string_view found, take_line(expected));
  if (!fits) return error(expected);
  return found.substr(key.size() + 1);
}

Result<void> LineReader::expect_end() const {
  if (at_end()) return {};
  return Error{Code::invalid, std::string(what_) + ", line " + std::to_string(number_ + 1) +
                                  ": expected the end, found " +
                                  in_backticks(rest_.substr(0, rest_.find('\n')))};
}

Error LineReader::error(std::string_view expected) const {
  return Error{Code::invalid, std::string(what_) + ", line " + std::to_string(number_) +
                                  ": expected " + in_backticks(expected) + ", found " +
                                  in_backticks(line_)};
}

bool FieldReader::until(std::string_view end, std::string_view& field) {
  const std::size_t at = rest_.find(end);
  if (at == std::string_view::npos) return false;
  field = rest_.substr(0, at);
  rest_.remove_prefix(at + end.size());
  return true;
}

bool FieldReader::literal(std::string_view text) {
  if (!rest_.starts_with(text)) return false;
  rest_.remove_prefix(text.size());
  return true;
}

std::string write_person(std::string_view person, std::string_view institution) {
  std::string out(field(is_id(person), person));
  out.append(" (").append(field(is_id(institution), institution)).append(")");
  return out;
}

bool read_person(FieldReader& fields, std::string& person, std::string& institution) {
  std::string_view name, of;
  if (!fields.until(" (", name) || !fields.until(")", of) || !is_id(name) || !is_id(of))
    return false;
  person = name;
  institution = of;
  return true;
}

}  // namespace keyturn::grammar
