// The lines of a formatted charter, before and after their columns are decided. Internal to
// policy/charter/format; pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/charter/lexer.h"

namespace keyturn {

struct LaidToken {
  const Token* token = nullptr;
  std::uint32_t spaces = 0;  // before it
};

struct LaidLine {
  std::uint32_t indent = 0;
  bool blank_before = false;
  bool begins_declaration = false;
  std::vector<LaidToken> tokens;  // empty: a comment alone
  std::string_view comment;       // with its `#`, without trailing spaces; empty: none
  std::uint32_t comment_spaces = 0;
};

// A comment of the text, with its `#`.
struct Comment {
  std::string_view text;
  Place place;
};
// What stands between the tokens. INVARIANT: `tokens` are views into `text`, lexed without error.
std::vector<Comment> comments_of(std::string_view text, std::span<const Token> tokens);

// Whether tokens[i] begins a declaration; `depth` is that of the braces before it.
bool begins_declaration(const Token& token, int depth);

// Lines, indentation and single spaces.
std::vector<LaidLine> lay_out(std::span<const Token> tokens, std::span<const Comment> comments);
// Widens spaces so that what corresponds in neighbouring lines stands in one column.
void align_columns(std::vector<LaidLine>& lines);
std::string print(const std::vector<LaidLine>& lines);

}  // namespace keyturn
