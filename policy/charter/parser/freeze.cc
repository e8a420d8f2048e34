#include <algorithm>

#include "policy/charter/parser/parser.h"

namespace keyturn {

// freeze (POOL | POOL/** | class ID) by SELECTOR {, SELECTOR} for DUR { need EXPR … }
bool Parser::parse_freeze() {
  DeclaredFreeze freeze;
  if (!parse_freeze_subject(freeze)) return false;
  if (!expect("by", "and who may freeze it") || !take_selectors(freeze.by)) return false;
  if (!expect("for", "and how long")) return false;
  freeze.longest_place = peek().place;
  if (!take_duration(freeze.longest, "a time")) return false;
  if (!parse_unfreeze(freeze)) return false;
  declared_.freezes.push_back(std::move(freeze));
  return true;
}

bool Parser::parse_freeze_subject(DeclaredFreeze& out) {
  if (accept("class")) {
    out.is_class = true;
    return take_id(out.subject, "the class");
  }
  constexpr std::string_view below = "/**";
  const Token token = peek();
  out.with_below = token.kind == Token::Kind::atom && token.text.ends_with(below);
  if (!out.with_below) return take_pool(out.subject);
  const std::string_view pool = token.text.substr(0, token.text.size() - below.size());
  out.subject = Name{pool, token.place};
  out.subject.place.length = static_cast<std::uint32_t>(pool.size());
  if (pool.empty()) return expected("a pool (as in `military/air` or `military/**`)");
  next();
  return true;
}

// { need EXPR [across …] [at most …] [rests on …] }: who lifts it.
bool Parser::parse_unfreeze(DeclaredFreeze& out) {
  std::vector<std::string_view> seen;
  if (!expect("{", "and who lifts the freeze")) return false;
  while (!accept("}")) {
    if (is("need")) {
      if (!once("need", seen)) return false;
      next();
      out.unfreeze.place = peek().place;
      if (!parse_expression(out.unfreeze.need, 0)) return false;
    } else if (is("across") || is("at")) {
      if (!parse_across(out.unfreeze, seen)) return false;
    } else if (is("rests")) {
      if (!once("rests", seen)) return false;
      next();
      if (!expect("on", "and the person whom the quorum rests on [Q8]") ||
          !take_ids(out.rests_on, "a person"))
        return false;
    } else {
      return expected("`need`, `across`, `at most`, `rests on` or `}`");
    }
  }
  if (std::find(seen.begin(), seen.end(), "need") == seen.end())
    return fail(out.subject.place, "a freeze without `need`: who lifts it? [A4]");
  return true;
}

}  // namespace keyturn
