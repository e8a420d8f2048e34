#include "policy/charter/parser/parser.h"

namespace keyturn {

const Token& Parser::next() {
  const Token& token = peek();
  if (at_ < end_) ++at_;
  return token;
}

bool Parser::is(std::string_view text) const {
  const Token& token = peek();
  return (token.kind == Token::Kind::atom || token.kind == Token::Kind::punctuation) &&
         token.text == text;
}

bool Parser::accept(std::string_view text) {
  if (!is(text)) return false;
  next();
  return true;
}

bool Parser::expect(std::string_view text, std::string_view where) {
  if (accept(text)) return true;
  return expected("`" + std::string(text) + "` " + std::string(where));
}

bool Parser::expected(std::string_view what) {
  const Token& token = peek();
  const std::string found = token.kind == Token::Kind::end      ? "the end of the declaration"
                            : token.kind == Token::Kind::string ? "the string " + quoted(token.text)
                                                                : quoted(token.text);
  return fail(token.place, "expected " + std::string(what) + ", found " + found);
}

bool Parser::fail(Place place, std::string message) {
  diagnostics_.error(place, std::move(message));
  return false;
}

bool Parser::refuse_unsupported() {
  return fail(peek().place, quoted(peek().text) +
                                " is unsupported: this version does not enforce it, and nothing is "
                                "read and then ignored");
}

bool Parser::end_of_declaration() {
  if (at_end()) return true;
  return expected("the end of the declaration");
}

}  // namespace keyturn
