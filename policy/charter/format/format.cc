#include "policy/charter/format/format.h"

#include "keyturn/limits.h"
#include "policy/charter/format/layout.h"
#include "policy/charter/parser/parser.h"

namespace keyturn {
namespace {

struct Read {
  std::vector<Token> tokens;
  std::vector<Comment> comments;
};

Read read(std::string_view text, Diagnostics& diagnostics) {
  Read out;
  out.tokens = lex_charter(text, diagnostics);
  if (diagnostics.has_errors()) return out;
  DeclaredCharter declared;
  declared.text = text;
  Parser(out.tokens, diagnostics, declared).run();
  out.comments = comments_of(text, out.tokens);
  return out;
}

// The same tokens in the same declarations, and the same comments: all that a charter says.
bool says_the_same(const Read& a, const Read& b) {
  if (a.tokens.size() != b.tokens.size() || a.comments.size() != b.comments.size()) return false;
  int depth = 0;
  for (std::size_t i = 0; i < a.tokens.size(); ++i) {
    const Token &one = a.tokens[i], &other = b.tokens[i];
    if (one.kind != other.kind || one.text != other.text) return false;
    if (one.kind == Token::Kind::end) break;
    if (begins_declaration(one, depth) != begins_declaration(other, depth)) return false;
    if (one.kind != Token::Kind::punctuation) continue;
    if (one.text == "{") ++depth;
    if (one.text == "}") --depth;
  }
  for (std::size_t i = 0; i < a.comments.size(); ++i) {
    std::string_view text = a.comments[i].text;
    if (text.substr(0, text.find_last_not_of(' ') + 1) != b.comments[i].text) return false;
  }
  return true;
}

}  // namespace

CharterFormat format_charter(std::string_view text) {
  CharterFormat out;
  Diagnostics diagnostics;
  const auto refuse = [&](std::string message) {
    diagnostics.error({}, std::move(message));
    out.errors = diagnostics.take_errors();
    return out;
  };
  if (text.size() > charter_bytes_max)
    return refuse("a charter of " + std::to_string(text.size()) + " bytes; at most " +
                  std::to_string(charter_bytes_max) + " (charter_bytes_max)");
  const Read before = read(text, diagnostics);
  if (diagnostics.has_errors()) {
    out.errors = diagnostics.take_errors();
    return out;
  }
  std::vector<LaidLine> lines = lay_out(before.tokens, before.comments);
  align_columns(lines);
  std::string formatted = print(lines);
  if (formatted.size() > charter_bytes_max)
    return refuse("formatted, the charter is larger than " + std::to_string(charter_bytes_max) +
                  " bytes (charter_bytes_max)");
  // INVARIANT: whoever formats a charter has not changed what it says; asked of the result itself.
  Diagnostics again;
  const Read after = read(formatted, again);
  if (again.has_errors() || !says_the_same(before, after))
    return refuse("formatting would change what this charter says; it is left as it is");
  out.text = std::move(formatted);
  return out;
}

}  // namespace keyturn
