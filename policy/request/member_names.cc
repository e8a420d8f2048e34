#include "policy/request/member_names.h"

namespace keyturn {
namespace {

constexpr std::string_view long_s = "\xc5\xbf";           // U+017F
constexpr std::string_view kelvin_sign = "\xe2\x84\xaa";  // U+212A

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Takes the first character off `name`, folded; a byte of any other character stays as it is.
char take_folded(std::string_view& name) {
  char folded = lower(name.front());
  std::size_t bytes = 1;
  if (name.starts_with(long_s)) {
    folded = 's';
    bytes = long_s.size();
  } else if (name.starts_with(kelvin_sign)) {
    folded = 'k';
    bytes = kelvin_sign.size();
  }
  name.remove_prefix(bytes);
  return folded;
}

}  // namespace

bool folds_to_same(std::string_view name, std::string_view wanted) {
  // Folding makes names shorter only, so most members are told apart here or by their first byte.
  if (name.size() < wanted.size()) return false;
  for (const char c : wanted)
    if (name.empty() || take_folded(name) != lower(c)) return false;
  return name.empty();
}

}  // namespace keyturn
