// From a charter's text to a Charter, or to every error it has, each with its place.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/charter/charter.h"

namespace keyturn {

struct Diagnostic {
  std::uint32_t line = 1;    // from 1
  std::uint32_t column = 1;  // from 1, in bytes
  std::uint32_t length = 1;  // of what is marked
  std::string message;       // one line: what is wrong, what was expected, the rule [C2]
  bool is_notice = false;    // true, worth saying, and no obstacle
};

struct CharterLoad {
  std::shared_ptr<const Charter> charter;  // null if there is any error
  std::vector<Diagnostic> errors;          // in the order of the text
  std::vector<Diagnostic> notices;         // true things worth saying; no obstacle
};

CharterLoad load_charter(std::string_view text);

// `file:line:col: error: message` (or `notice:`), the line, and a caret under what is meant.
std::string render_diagnostic(const Diagnostic& diagnostic, std::string_view file,
                              std::string_view text);

}  // namespace keyturn
