#include <algorithm>
#include <array>

#include "policy/charter/parser/parser.h"

namespace keyturn {
namespace {

// TRACE and CONNECT never pass the gateway; methods are case-sensitive (RFC 9110 section 9.1).
constexpr std::array<std::string_view, 7> methods = {"GET",   "HEAD",   "POST",   "PUT",
                                                     "PATCH", "DELETE", "OPTIONS"};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// [A-Za-z0-9._~@-][A-Za-z0-9._~:@-]*, and neither `.` nor `..`.
bool is_literal_segment(std::string_view text) {
  if (text.empty() || text == "." || text == "..") return false;
  if (text[0] == ':') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || is_one_of(c, "._~:@-"); });
}

// The unreserved characters of a query (RFC 3986 section 2.3) [C3].
bool is_query_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || is_one_of(c, "-._~");
  });
}

template <class Value>
bool insert_sorted(std::vector<Value>& values, Value value) {
  const auto at = std::lower_bound(values.begin(), values.end(), value);
  if (at != values.end() && *at == value) return false;
  values.insert(at, std::move(value));
  return true;
}

}  // namespace

// match METHOD {, METHOD} PATH {COND}; `match` is read.
bool Parser::parse_match(std::vector<DeclaredMatcher>& out) {
  DeclaredMatcher matcher;
  if (!parse_methods(matcher.matcher)) return false;
  matcher.place = peek().place;
  if (!parse_path(matcher.matcher)) return false;
  while (is("body") || is("header") || is("query"))
    if (!parse_condition(matcher)) return false;
  out.push_back(std::move(matcher));
  return true;
}

bool Parser::parse_methods(Matcher& out) {
  do {
    const Token& token = peek();
    if (std::find(methods.begin(), methods.end(), token.text) == methods.end())
      return expected("a method (`GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` or `OPTIONS`)");
    if (!insert_sorted(out.methods, std::string(token.text)))
      return fail(token.place, quoted(token.text) + " stands here twice");
    next();
  } while (accept(","));
  return true;
}

bool Parser::parse_path(Matcher& out) {
  const Token& token = peek();
  if (token.kind != Token::Kind::atom || token.text.size() < 2 || token.text[0] != '/')
    return expected("a path (as in `/api/v1/tasks`)");
  for (std::size_t start = 1; start <= token.text.size();) {
    const std::size_t end = std::min(token.text.find('/', start), token.text.size());
    Place place = token.place;
    place.column += static_cast<std::uint32_t>(start);
    place.length = static_cast<std::uint32_t>(end - start);
    if (!parse_segment(token.text.substr(start, end - start), place, out)) return false;
    if (out.path.back().kind == Segment::Kind::rest && end != token.text.size())
      return fail(place, "`**` stands only last, for one or more segments [C9]");
    start = end + 1;
  }
  if (out.path[0].kind == Segment::Kind::literal && out.path[0].text == "keyturn")
    return fail(token.place, "paths under `/keyturn/` are the gateway's own [C12]");
  next();
  return true;
}

bool Parser::parse_segment(std::string_view segment, Place place, Matcher& out) {
  Segment parsed;
  if (segment == "*") {
    parsed.kind = Segment::Kind::any;
  } else if (segment == "**") {
    parsed.kind = Segment::Kind::rest;
  } else if (segment.starts_with(':')) {
    parsed.kind = Segment::Kind::named;
    parsed.text = segment.substr(1);
    if (!is_id(parsed.text))
      return fail(place, "expected a name behind `:`, found " + quoted(segment));
    for (const Segment& other : out.path)
      if (other.kind == Segment::Kind::named && other.text == parsed.text)
        return fail(place, quoted(segment) + " names two segments of one path");
  } else {
    parsed.text = segment;
    if (!is_literal_segment(segment))
      return fail(place,
                  "expected a segment (letters, digits, `._~:@-`; `*`, `:name` or `**`), found " +
                      quoted(segment));
  }
  out.path.push_back(std::move(parsed));
  return true;
}

// body POINTER TEST | header NAME TEST | query NAME TEST
bool Parser::parse_condition(DeclaredMatcher& out) {
  Condition condition;
  const Token& where = next();
  const Token& subject = peek();
  if (where.text == "body") {
    condition.where = Condition::Where::body;
    if (!take_pointer(condition.pointer, "a pointer into the body")) return false;
    if (condition.pointer.has_wildcard())
      return fail(subject.place, "a condition reads one value: no `*` or `**` here");
  } else if (where.text == "header") {
    condition.where = Condition::Where::header;
    Name name;
    if (!take_id(name, "a header's name")) return false;
    condition.name = name.text;
  } else {
    condition.where = Condition::Where::query;
    if (subject.kind != Token::Kind::atom || !is_query_name(subject.text))
      return expected("a query parameter's name (letters, digits, `-._~`)");
    condition.name = subject.text;
    next();
  }
  Place place = subject.place;
  if (!parse_test(condition)) return false;
  out.matcher.conditions.push_back(std::move(condition));
  out.conditions.push_back(place);
  return true;
}

// in [ VALUE {, VALUE} ] | is VALUE | prefix STRING | from INT to INT | present
bool Parser::parse_test(Condition& out) {
  if (accept("in")) {
    out.test = Condition::Test::in;
    return parse_values(out);
  }
  if (accept("is")) {
    out.test = Condition::Test::in;
    return parse_value(out);
  }
  if (accept("prefix")) {
    out.test = Condition::Test::prefix;
    const Place place = peek().place;
    if (!take_string(out.prefix, "the prefix")) return false;
    if (out.prefix.empty()) return fail(place, "an empty prefix: write `present`");
    return true;
  }
  if (accept("present")) {
    out.test = Condition::Test::present;
    return true;
  }
  if (is("from")) {
    if (out.where != Condition::Where::body)
      return fail(peek().place, "only values of the body are numbers; list the strings with `in`");
    const Place place = next().place;
    out.test = Condition::Test::range;
    if (!take_signed(out.low, "the least value")) return false;
    if (!expect("to", "and the greatest value")) return false;
    if (!take_signed(out.high, "the greatest value")) return false;
    if (out.low > out.high) return fail(place, "a range runs upwards");
    return true;
  }
  return expected("a test: `in [...]`, `is`, `prefix`, `from … to …` or `present`");
}

bool Parser::parse_values(Condition& out) {
  if (!expect("[", "and the values")) return false;
  do {
    if (!parse_value(out)) return false;
  } while (accept(","));
  return expect("]", "behind the values");
}

bool Parser::parse_value(Condition& out) {
  const Token& token = peek();
  bool is_new = true;
  if (token.kind == Token::Kind::string) {
    is_new = insert_sorted(out.strings, string_value(next()));
  } else if (out.where != Condition::Where::body) {
    return expected("a value in quotes");
  } else {
    std::int64_t value = 0;
    if (!take_signed(value, "a value in quotes, or a number")) return false;
    is_new = insert_sorted(out.integers, value);
  }
  if (!is_new) return fail(token.place, quoted(token.text) + " stands here twice");
  return true;
}

}  // namespace keyturn
