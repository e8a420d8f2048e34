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

// What was expected says which words would do, in backticks, up to its examples (`as in …`): so a
// clause that the language gains is suggested from the sentence that names it.
std::string Parser::suggested(std::string_view found, std::string_view what) {
  what = what.substr(0, what.find("as in"));
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t open = what.find('`');
    const std::size_t close = open == std::string_view::npos ? open : what.find('`', open + 1);
    if (close == std::string_view::npos) break;
    words.push_back(what.substr(open + 1, close - open - 1));
    what.remove_prefix(close + 1);
    // `at most`: it is the first word that the text has here.
    words.back() = words.back().substr(0, words.back().find(' '));
  }
  // `office:` before names: only the kind is misspelt.
  const std::size_t colon = found.find(':');
  return suggestion(found.substr(0, colon == std::string_view::npos ? colon : colon + 1), words);
}

bool Parser::expected(std::string_view what) {
  const Token& token = peek();
  const std::string found = token.kind == Token::Kind::end      ? "the end of the declaration"
                            : token.kind == Token::Kind::string ? "the string " + quoted(token.text)
                                                                : quoted(token.text);
  const std::string nearest =
      token.kind == Token::Kind::atom ? suggested(token.text, what) : std::string();
  return fail(token.place, "expected " + std::string(what) + ", found " + found + nearest);
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
