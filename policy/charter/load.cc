#include "policy/charter/load.h"

#include "keyturn/limits.h"
#include "policy/charter/check/check.h"
#include "policy/charter/compile.h"
#include "policy/charter/lexer.h"
#include "policy/charter/parser/parser.h"

namespace keyturn {
namespace {

void check_declared(const DeclaredCheck& check) {
  check_references(check);
  check_keys(check);
  check_command(check);
  check_systems(check);
  check_endpoints(check);
  check_conditions(check);
  check_directs(check);
  check_effects(check);
  check_passes(check);
  check_rules(check);
  check_limits(check);
  check_effectors(check);
  check_freezes(check);
}

void check_compiled(const CompiledCheck& check) {
  check_agents(check);
  check_weights(check);
  check_delegations(check);
  check_quorums(check);
  check_reach(check);
  check_blocks(check);
}

}  // namespace

CharterLoad load_charter(std::string_view text) {
  Diagnostics diagnostics;
  CharterLoad out;
  if (text.size() > charter_bytes_max) {
    diagnostics.error({}, "a charter of " + std::to_string(text.size()) + " bytes; at most " +
                              std::to_string(charter_bytes_max) + " (charter_bytes_max)");
    out.errors = diagnostics.take_errors();
    return out;
  }
  DeclaredCharter declared;
  declared.text = text;
  const std::vector<Token> tokens = lex_charter(text, diagnostics);
  Parser(tokens, diagnostics, declared).run();
  const Names names(declared, diagnostics);
  check_declared({declared, names, diagnostics});

  // INVARIANT: the compiler sees only what the checks on the declared model found nothing wrong
  // with.
  if (!diagnostics.has_errors()) {
    std::shared_ptr<const Charter> charter = CharterCompiler::compile(declared, names);
    check_compiled({declared, names, *charter, diagnostics});
    if (!diagnostics.has_errors()) out.charter = std::move(charter);
  } else {
    diagnostics.notice({}, "quorums, reach and supply are checked once these errors are gone");
  }
  out.errors = diagnostics.take_errors();
  out.notices = diagnostics.take_notices();
  return out;
}

}  // namespace keyturn
