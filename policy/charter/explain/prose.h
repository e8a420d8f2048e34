// Prose: paragraphs of sentences, wrapped, under headings; and the charter's small values in words.
// For whatever explains a charter to people; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "keyturn/time.h"
#include "policy/charter/charter.h"
#include "policy/charter/declared.h"

namespace keyturn {

class Prose {
 public:
  void heading(std::string_view text);
  void paragraph(std::string_view sentences);
  void item(std::string_view sentences);  // `- …`
  void verbatim(std::string_view lines);  // as they are, indented
  std::string take() { return std::move(out_); }

 private:
  void wrapped(std::string_view first_indent, std::string_view indent, std::string_view text);
  std::string out_;
};

// What the sections read: the author's order and words, and what they mean.
struct Explained {
  const Charter& charter;
  const DeclaredCharter& declared;
};

void explain_people(const Explained& of, Prose& prose);
void explain_systems(const Explained& of, Prose& prose);
void explain_classes(const Explained& of, Prose& prose);
void explain_passes(const Explained& of, Prose& prose);
void explain_limits(const Explained& of, Prose& prose);
void explain_never(const Explained& of, Prose& prose);
void explain_changes(const Explained& of, Prose& prose);

// `a`, `a and b`, `a, b and c`; with another last joint, `a, b or c`.
std::string listed(const std::vector<std::string>& parts, std::string_view last = "and");
// `1 system`, `4 systems`
std::string counted(std::uint64_t count, std::string_view one, std::string_view many);
// `30 minutes`, `1 hour`, `72 hours`, `7 days`: in the largest unit that divides it, days from 7.
std::string in_words(Duration duration);
// `holders of a or b`, `persons of parliament or court`, `okafor or brandt`
std::string in_words(const DeclaredSelector& selector, bool one);
std::string in_words(const Expression& expression);
// What binds the approvers as a body: `, together of at least 3 institutions`; empty: nothing does.
std::string together_in_words(const DeclaredQuorum& quorum);

}  // namespace keyturn
