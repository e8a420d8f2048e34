// The lexer: a charter's text as tokens, each with its place. Strings keep their quotes and
// escapes; atoms are maximal runs of anything but spaces, quotes and punctuation.
#pragma once

#include <string_view>
#include <vector>

#include "policy/charter/diagnostics.h"

namespace keyturn {

struct Token {
  enum class Kind : unsigned char { atom, string, punctuation, end } kind = Kind::end;
  std::string_view text;  // as written; a string with its quotes
  Place place;
};

// Reports bytes that a charter does not have (tabs, control characters, invalid UTF-8), unknown
// escapes and open strings, and goes on behind them. The last token is always an `end`.
std::vector<Token> lex_charter(std::string_view text, Diagnostics& diagnostics);

// The value of a string token: its escapes resolved.
std::string string_value(const Token& token);
// The place of byte `offset` of a string token's value.
Place place_in_string(const Token& token, std::size_t offset, std::size_t length);

}  // namespace keyturn
