#include <algorithm>

#include "policy/charter/parser/parser.h"

namespace keyturn {

// roster INSTITUTION by EXPR delay DUR
bool Parser::parse_roster() {
  DeclaredRoster roster;
  if (!take_id(roster.institution, "an institution")) return false;
  if (!expect("by", "and the quorum that keeps its roster")) return false;
  roster.quorum.place = peek().place;
  if (!parse_expression(roster.quorum.need, 0)) return false;
  if (!expect("delay", "and a time") || !take_duration(roster.delay, "a time")) return false;
  declared_.rosters.push_back(std::move(roster));
  return true;
}

// amend { need EXPR [across …] weakening need EXPR [across …] delay DUR }
bool Parser::parse_amend() {
  if (declared_.amend) return fail(tokens_[at_ - 1].place, "`amend` a second time");
  DeclaredAmend amend;
  const Place place = tokens_[at_ - 1].place;
  std::vector<std::string_view> seen, seen_strong, seen_weakening;
  DeclaredQuorum* current = nullptr;  // what `across` and `at most` bind
  if (!expect("{", "and the amendment's clauses")) return false;
  while (!accept("}")) {
    if (is("need") || is("weakening")) {
      const bool is_weakening = is("weakening");
      if (!once(is_weakening ? "weakening" : "need", seen)) return false;
      next();
      if (is_weakening && !expect("need", "behind `weakening`")) return false;
      current = is_weakening ? &amend.weakening : &amend.quorum;
      current->place = peek().place;
      if (!parse_expression(current->need, 0)) return false;
    } else if ((is("across") || is("at")) && current != nullptr) {
      if (!parse_across(*current, current == &amend.weakening ? seen_weakening : seen_strong))
        return false;
    } else if (is("delay")) {
      if (!once("delay", seen)) return false;
      next();
      if (!take_duration(amend.delay, "a time")) return false;
    } else {
      return expected("`need`, `weakening need`, `across`, `at most`, `delay` or `}`");
    }
  }
  for (const std::string_view clause : {"need", "weakening", "delay"})
    if (std::find(seen.begin(), seen.end(), clause) == seen.end())
      return fail(place, "`amend` without `" + std::string(clause) +
                             "`: weakening a charter takes longer and more people");
  declared_.amend = std::move(amend);
  return true;
}

}  // namespace keyturn
