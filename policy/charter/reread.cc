#include "policy/charter/reread.h"

#include "policy/charter/lexer.h"
#include "policy/charter/parser/parser.h"

namespace keyturn {

DeclaredCharter reread(const Charter& charter) {
  Diagnostics nothing_found;  // INVARIANT: a Charter's text was read without an error
  DeclaredCharter out;
  out.text = charter.text;
  const std::vector<Token> tokens = lex_charter(charter.text, nothing_found);
  Parser(tokens, nothing_found, out).run();
  return out;
}

}  // namespace keyturn
