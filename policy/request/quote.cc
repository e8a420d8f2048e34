#include "policy/request/quote.h"

#include <cstdint>
#include <optional>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

constexpr char32_t replacement = 0xfffd;

// Takes one character from the front (RFC 3629: shortest form, no surrogates, at most U+10FFFF);
// nullopt, and one byte taken, where there is none.
std::optional<char32_t> take_character(std::string_view& text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byte(0);
  std::size_t length = lead < 0x80       ? 1
                       : lead >> 5 == 6  ? 2
                       : lead >> 4 == 14 ? 3
                       : lead >> 3 == 30 ? 4
                                         : 0;
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  char32_t out = length < 2 ? lead : lead & (0x7fU >> length);
  bool valid = length != 0 && length <= text.size();
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = byte(i) >> 6 == 2;
    out = out << 6 | (byte(i) & 0x3f);
  }
  if (valid) valid = out >= least[length] && out <= 0x10ffff && (out < 0xd800 || out > 0xdfff);
  text.remove_prefix(valid ? length : 1);
  return valid ? std::optional(out) : std::nullopt;
}

void append_unit(std::string& out, std::uint32_t unit) {
  constexpr char digits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 15];
}

void append_character(std::string& out, char32_t c) {
  if (c == '"' || c == '\\') {
    out += '\\';
    out += static_cast<char>(c);
  } else if (c >= 0x20 && c < 0x7f) {
    out += static_cast<char>(c);
  } else if (c < 0x10000) {
    append_unit(out, c);
  } else {
    append_unit(out, 0xd800 + ((c - 0x10000) >> 10));
    append_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
  }
}

Error too_long() {
  return Error{Code::too_large,
               "a value is too long to be shown to officials: quoted it must fit " +
                   std::to_string(effect_value_bytes_max) + " bytes"};
}

}  // namespace

Result<std::string> quote_text(std::string_view text) {
  if (text.size() > effect_value_bytes_max) return too_long();
  std::string out = "\"";
  while (!text.empty()) {
    auto character = take_character(text);
    if (!character) return Error{Code::invalid, "a value to be shown to officials is not UTF-8"};
    append_character(out, *character);
  }
  out += '"';
  if (out.size() > effect_value_bytes_max) return too_long();
  return out;
}

Result<std::string> quote_value(const Value& value) {
  switch (value.kind) {
    case Value::Kind::string:
      return quote_text(value.string);
    case Value::Kind::integer:
      return std::to_string(value.integer);
    case Value::Kind::too_long:
      return too_long();
    default:
      return Error{Code::invalid,
                   "a value to be shown to officials is neither a string nor an integer"};
  }
}

std::string printable(std::string_view text) {
  if (text.size() > effect_value_bytes_max) return std::to_string(text.size()) + " bytes";
  std::string out;
  while (!text.empty()) append_character(out, take_character(text).value_or(replacement));
  return out;
}

}  // namespace keyturn
