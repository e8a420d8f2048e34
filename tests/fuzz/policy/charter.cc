// Charters: loaded whole or refused with a place for every error; never both.
#include <algorithm>

#include "policy/charter/load.h"
#include "tests/fuzz/target.h"

KEYTURN_FUZZ_TARGET(charter) {
  using keyturn::fuzz::hold;
  const keyturn::CharterLoad load = keyturn::load_charter(input);
  hold((load.charter == nullptr) == !load.errors.empty(), "a charter, or errors");
  if (load.charter) {
    hold(load.charter->text == input, "a charter keeps its exact text");
    hold(load.charter->digest == keyturn::sha256(input), "and its digest");
  }
  const auto lines = static_cast<std::size_t>(std::count(input.begin(), input.end(), '\n')) + 1;
  for (const auto* diagnostics : {&load.errors, &load.notices}) {
    for (const keyturn::Diagnostic& diagnostic : *diagnostics) {
      hold(diagnostic.line >= 1 && diagnostic.line <= lines, "an error's line is one of the text");
      hold(diagnostic.message.find('\n') == std::string::npos, "an error is one line");
      hold(!render_diagnostic(diagnostic, "charter", input).empty(), "an error can be shown");
    }
  }
}
