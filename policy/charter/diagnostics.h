// Diagnostics: where the lexer, the parser and the checks put what they find. One charter check is
// one Diagnostics; errors come out in the order of the text, at most charter_errors_max of them,
// the last one then saying how many more there are.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "policy/charter/declared.h"
#include "policy/charter/load.h"

namespace keyturn {

class Diagnostics {
 public:
  void error(Place place, std::string message);
  void notice(Place place, std::string message);

  bool has_errors() const { return !errors_.empty(); }
  // Whether another error would still be printed: what is dear to phrase need not be phrased.
  bool is_full() const;

  std::vector<Diagnostic> take_errors();
  std::vector<Diagnostic> take_notices();

 private:
  std::vector<Diagnostic> errors_, notices_;
};

// User input in a message: `input`, unprintable bytes as `?`, cut with `…` beyond 80 bytes.
std::string quoted(std::string_view input);

// "; did you mean `strike`?" for the nearest of `names`, the first of those that are equally near:
// at most two edits away (a letter more, less or another, two neighbours swapped), and one only
// where the word has fewer than six letters. Or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& names);

}  // namespace keyturn
