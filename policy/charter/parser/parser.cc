#include "policy/charter/parser/parser.h"

namespace keyturn {

// The words that begin a declaration. Nothing is read and then ignored: what is not enforced yet
// stands here only to be refused by name.
const Parser::Keyword Parser::keywords[] = {
    {"keyturn", &Parser::parse_keyturn},
    {"charter", &Parser::parse_charter},
    {"valid", &Parser::parse_valid},
    {"journal", &Parser::parse_journal},
    {"institution", &Parser::parse_institution},
    {"office", &Parser::parse_office},
    {"person", &Parser::parse_person},
    {"agent", &Parser::parse_agent},
    {"provider", &Parser::parse_provider},
    {"pool", &Parser::parse_pool},
    {"endpoint", &Parser::parse_endpoint},
    {"system", &Parser::parse_system},
    {"class", &Parser::parse_class},
    {"pass", &Parser::parse_pass},
    {"rule", &Parser::parse_rule},
    {"limit", &Parser::parse_limit},
    {"readers", &Parser::parse_readers},
    {"delegation", &Parser::parse_delegation},
    {"roster", &Parser::parse_roster},
    {"amend", &Parser::parse_amend},
    {"freeze", &Parser::parse_freeze},
    {"acknowledge", nullptr},
    {"break-glass", nullptr},
    {"countersigner", nullptr},
    {"effector", nullptr},
    {"grant", nullptr},
    {"notify", nullptr},
    {"obligation", nullptr},
    {"oblige", nullptr},
    {"recovers", nullptr},
    {"review", nullptr},
    {"warrants", nullptr},
};

const Parser::Keyword* Parser::find_keyword(std::string_view word) {
  for (const Keyword& keyword : keywords)
    if (keyword.word == word) return &keyword;
  return nullptr;
}

std::vector<std::string_view> Parser::supported_keywords() {
  std::vector<std::string_view> out;
  for (const Keyword& keyword : keywords)
    if (keyword.parse != nullptr) out.push_back(keyword.word);
  return out;
}

// A word in column 1 begins the next declaration: any word outside braces, and inside them only a
// word that begins declarations, so that a missing `}` costs one block and not the rest of the
// text.
std::size_t Parser::declaration_end(std::size_t start) const {
  int depth = 0;
  for (std::size_t i = start; tokens_[i].kind != Token::Kind::end; ++i) {
    const Token& token = tokens_[i];
    if (i > start && token.place.column == 1 && token.text != "}" &&
        (depth <= 0 || find_keyword(token.text) != nullptr))
      return i;
    if (token.kind == Token::Kind::punctuation && token.text == "{") ++depth;
    if (token.kind == Token::Kind::punctuation && token.text == "}") --depth;
  }
  return tokens_.size() - 1;
}

void Parser::run() {
  while (tokens_[at_].kind != Token::Kind::end) {
    end_ = declaration_end(at_);
    const Token& last = tokens_[end_ - 1];
    behind_ = Token{Token::Kind::end, {}, last.place};
    behind_.place.column += last.place.length;
    behind_.place.length = 1;
    parse_declaration();
    at_ = end_;
  }
  require_header();
}

void Parser::require_header() {
  const Place start{};
  if (!has_keyturn_) fail(start, "no `keyturn 1`: a charter's first line names its semantics [T6]");
  if (!has_charter_)
    fail(start, "no `charter \"NAME\" version INT`: which deployment is this for?");
  if (!has_valid_) fail(start, "no `valid DATE .. DATE`: a charter holds for a stated time [A7]");
  if (!tried_journal_)
    fail(start, "no `journal key ed25519 \"…\"`: the charter names the journal's key [T11]");
}

void Parser::parse_declaration() {
  const Token& first = peek();
  if (first.place.column != 1) {
    fail(first.place, "expected a declaration in column 1, found " + quoted(first.text) +
                          ", which is indented and belongs to none");
    return;
  }
  const Keyword* keyword = find_keyword(first.text);
  if (keyword == nullptr) {
    fail(first.place, "expected a declaration (`institution`, `person`, `class`, …), found " +
                          quoted(first.text) + suggestion(first.text, supported_keywords()));
    return;
  }
  if (keyword->parse == nullptr) {
    refuse_unsupported();
    return;
  }
  next();
  if ((this->*keyword->parse)()) end_of_declaration();
}

}  // namespace keyturn
