#include <algorithm>
#include <charconv>
#include <limits>

#include "keyturn/limits.h"
#include "policy/charter/parser/parser.h"

namespace keyturn {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// INT of the grammar: 0|[1-9][0-9]*, of at most 2^63 - 1.
std::optional<std::uint64_t> to_integer(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return value;
}

std::int64_t unit_seconds(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    default:
      return 0;
  }
}

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max && text[0] >= 'a' && text[0] <= 'z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; });
}

bool Parser::take_id(Name& out, std::string_view what) {
  const Token& token = peek();
  if (token.kind != Token::Kind::atom || !is_id(token.text))
    return expected(std::string(what) + " (lower-case letters, digits and `-`, at most " +
                    std::to_string(name_bytes_max) + ")");
  out = Name{token.text, token.place};
  next();
  return true;
}

bool Parser::take_ids(std::vector<Name>& out, std::string_view what) {
  do {
    Name name;
    if (!take_id(name, what)) return false;
    const bool is_repeated = std::any_of(
        out.begin(), out.end(), [&](const Name& other) { return other.text == name.text; });
    if (is_repeated) return fail(name.place, quoted(name.text) + " stands here twice");
    out.push_back(name);
  } while (accept(","));
  return true;
}

bool Parser::take_string(std::string& out, std::string_view what) {
  if (peek().kind != Token::Kind::string) return expected(std::string(what) + " in quotes");
  out = string_value(next());
  return true;
}

bool Parser::take_integer(std::uint64_t& out, std::string_view what) {
  const std::optional<std::uint64_t> value =
      peek().kind == Token::Kind::atom ? to_integer(peek().text) : std::nullopt;
  if (!value) return expected(std::string(what) + " (a whole number)");
  out = *value;
  next();
  return true;
}

bool Parser::take_small(std::uint32_t& out, std::string_view what) {
  const Place place = peek().place;
  std::uint64_t value = 0;
  if (!take_integer(value, what)) return false;
  if (value > 1000000) return fail(place, std::string(what) + " of at most 1000000");
  out = static_cast<std::uint32_t>(value);
  return true;
}

bool Parser::take_signed(std::int64_t& out, std::string_view what) {
  // JSON readers agree on whole numbers within ±2^53 only, so facts hold no others.
  constexpr std::uint64_t integer_max = std::uint64_t{1} << 53;
  std::string_view text = peek().kind == Token::Kind::atom ? peek().text : std::string_view();
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const std::optional<std::uint64_t> value = to_integer(text);
  if (!value || *value > integer_max || (is_negative && *value == 0))
    return expected(std::string(what) + " (a whole number within 2^53 of 0)");
  out = static_cast<std::int64_t>(*value);
  if (is_negative) out = -out;
  next();
  return true;
}

bool Parser::take_duration(Duration& out, std::string_view what) {
  const Token& token = peek();
  std::optional<std::uint64_t> count;
  std::int64_t unit = 0;
  if (token.kind == Token::Kind::atom && token.text.size() > 1) {
    unit = unit_seconds(token.text.back());
    count = to_integer(token.text.substr(0, token.text.size() - 1));
  }
  if (!count || unit == 0) return expected(std::string(what) + " (as in `90s`, `30m`, `8h`, `7d`)");
  if (*count > charter_duration_seconds_max / static_cast<std::uint64_t>(unit))
    return fail(token.place, "a time of more than " +
                                 Duration{charter_duration_seconds_max}.to_string() +
                                 " (charter_duration_seconds_max)");
  out.seconds = static_cast<std::int64_t>(*count) * unit;
  next();
  return true;
}

bool Parser::take_percentage(std::uint64_t& basis_points) {
  const Token& token = peek();
  std::string_view text = token.kind == Token::Kind::atom ? token.text : std::string_view();
  if (!text.ends_with('%')) return expected("a percentage (as in `10%` or `12.5%`)");
  text.remove_suffix(1);
  const std::size_t point = text.find('.');
  const std::optional<std::uint64_t> whole = to_integer(text.substr(0, point));
  std::string digits = point == std::string_view::npos ? "00" : std::string(text.substr(point + 1));
  if (digits.size() == 1) digits += '0';
  const bool is_fraction = digits.size() == 2 && is_digit(digits[0]) && is_digit(digits[1]);
  if (!whole || !is_fraction) return expected("a percentage of at most two decimals");
  if (*whole > 100) return fail(token.place, "more than 100%");
  basis_points =
      *whole * 100 + static_cast<std::uint64_t>((digits[0] - '0') * 10 + digits[1] - '0');
  if (basis_points > 10000) return fail(token.place, "more than 100%");
  next();
  return true;
}

bool Parser::take_date(Time& out, std::string_view what) {
  const Token& token = peek();
  if (token.kind != Token::Kind::atom) return expected(std::string(what) + " (as in `2026-11-01`)");
  Result<Time> time = Time::parse_date(token.text);
  if (!time.ok()) return expected(std::string(what) + " (as in `2026-11-01`)");
  out = *time;
  next();
  return true;
}

bool Parser::take_pool(Name& out) {
  const Token& token = peek();
  if (token.kind != Token::Kind::atom) return expected("a pool (as in `military/air`)");
  bool is_good = token.text.size() <= name_bytes_max;
  for (std::size_t start = 0; start <= token.text.size();) {
    const std::size_t end = std::min(token.text.find('/', start), token.text.size());
    is_good = is_good && is_id(token.text.substr(start, end - start));
    start = end + 1;
  }
  if (!is_good) return expected("a pool (as in `military/air`)");
  out = Name{token.text, token.place};
  next();
  return true;
}

bool Parser::take_pointer(Pointer& out, std::string_view what) {
  const Token& token = peek();
  if (token.kind != Token::Kind::atom || !token.text.starts_with('/'))
    return expected(std::string(what) + " (as in `/specification/@type`)");
  Result<Pointer> pointer = Pointer::parse(token.text);
  if (!pointer.ok()) return fail(token.place, pointer.error().message);
  out = std::move(*pointer);
  next();
  return true;
}

bool Parser::take_selector(DeclaredSelector& out) {
  const Token& token = peek();
  const std::size_t colon =
      token.kind == Token::Kind::atom ? token.text.find(':') : std::string_view::npos;
  const std::string_view kind = token.text.substr(0, colon);
  if (colon == std::string_view::npos ||
      (kind != "office" && kind != "institution" && kind != "person"))
    return expected("`office:`, `institution:` or `person:` and names joined by `|`");
  out.kind = kind == "office"        ? SelectorKind::office
             : kind == "institution" ? SelectorKind::institution
                                     : SelectorKind::person;
  out.place = token.place;
  for (std::size_t start = colon + 1; start <= token.text.size();) {
    const std::size_t end = std::min(token.text.find('|', start), token.text.size());
    Name name{token.text.substr(start, end - start), token.place};
    name.place.column += static_cast<std::uint32_t>(start);
    name.place.length = static_cast<std::uint32_t>(end - start);
    if (!is_id(name.text))
      return fail(name.place, "expected a name behind `" + std::string(kind) + ":`, found " +
                                  quoted(name.text));
    for (const Name& other : out.names)
      if (other.text == name.text)
        return fail(name.place, quoted(name.text) + " stands here twice");
    out.names.push_back(name);
    start = end + 1;
  }
  next();
  return true;
}

bool Parser::take_selectors(std::vector<DeclaredSelector>& out) {
  do {
    DeclaredSelector selector;
    if (!take_selector(selector)) return false;
    out.push_back(std::move(selector));
  } while (accept(","));
  return true;
}

}  // namespace keyturn
