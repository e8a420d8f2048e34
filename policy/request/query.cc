#include "policy/request/query.h"

#include <algorithm>
#include <utility>

namespace keyturn {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

Result<std::string> decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_unreserved(text[i])) {
      out += text[i];
      continue;
    }
    auto high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
    if (!low)
      return Error{Code::invalid,
                   "the query holds a character that must be written %XX: only letters, digits and "
                   "- . _ ~ stand for themselves"};
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

Result<QueryParameter> parse_parameter(std::string_view text) {
  std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return Error{Code::invalid, "each parameter of the query must be name=value"};
  TRY(std::string name, decode(text.substr(0, equals)));
  TRY(std::string value, decode(text.substr(equals + 1)));
  return QueryParameter{std::move(name), std::move(value)};
}

}  // namespace

Result<std::vector<QueryParameter>> parse_query(std::string_view target) {
  std::vector<QueryParameter> out;
  std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return out;
  for (std::string_view rest = target.substr(mark + 1);;) {
    std::size_t end = rest.find('&');
    TRY(QueryParameter parameter, parse_parameter(rest.substr(0, end)));
    out.push_back(std::move(parameter));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  // A sorted copy, so that a long query costs no quadratic time.
  std::vector<std::string_view> names;
  for (const QueryParameter& parameter : out) names.push_back(parameter.name);
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end())
    return Error{Code::invalid, "the query names a parameter twice"};
  return out;
}

Result<std::optional<std::string>> query_value(std::string_view target, std::string_view name) {
  TRY(std::vector<QueryParameter> parameters, parse_query(target));
  std::optional<std::string> out;
  for (QueryParameter& parameter : parameters)
    if (parameter.name == name) out = std::move(parameter.value);
  return out;
}

}  // namespace keyturn
