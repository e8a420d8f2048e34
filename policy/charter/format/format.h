// format: the canonical layout of a charter's text [DESIGN 4].
//
// Works on tokens and comments, not on the declared model, so a construct that the language gains
// formats itself. Keeps every token, every comment, the author's line breaks and his blank lines
// (two or more become one); decides indentation, the spaces within lines, and the columns of
// neighbouring declarations. Promises: the result has the same tokens in the same declarations, so
// it means the same; formatting it again changes nothing. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/charter/load.h"

namespace keyturn {

struct CharterFormat {
  std::string text;                // empty where there is any error
  std::vector<Diagnostic> errors;  // why it cannot be read: formatting would be guessing
};

// Names may be undeclared and quorums impossible: drafts are formatted too.
CharterFormat format_charter(std::string_view text);

}  // namespace keyturn
