#include <algorithm>

#include "keyturn/limits.h"
#include "policy/charter/parser/parser.h"

namespace keyturn {

bool Parser::once(std::string_view clause, std::vector<std::string_view>& seen) {
  if (std::find(seen.begin(), seen.end(), clause) != seen.end())
    return fail(peek().place, "`" + std::string(clause) + "` a second time");
  seen.push_back(clause);
  return true;
}

// rule CLASS-ID { need EXPR … approve within DUR [delay DUR] execute within DUR [lease DUR] … }
bool Parser::parse_rule() {
  DeclaredRule rule;
  std::vector<std::string_view> seen;
  if (!take_id(rule.klass, "the rule's class")) return false;
  if (!expect("{", "and the rule's clauses")) return false;
  while (!accept("}"))
    if (!parse_rule_clause(rule, seen)) return false;
  const auto has = [&](std::string_view clause) {
    return std::find(seen.begin(), seen.end(), clause) != seen.end();
  };
  if (!has("need")) return fail(rule.klass.place, "a rule without `need`: who must agree?");
  if (!has("approve"))
    return fail(rule.klass.place,
                "a rule without `approve within`: how long may approving take? [Q4]");
  if (!has("execute"))
    return fail(rule.klass.place,
                "a rule without `execute within`: how long does a quorum hold? [Q4]");
  declared_.rules.push_back(std::move(rule));
  return true;
}

bool Parser::parse_rule_clause(DeclaredRule& out, std::vector<std::string_view>& seen) {
  const Place place = peek().place;
  const auto window = [&](std::string_view clause, std::string_view within, Duration& duration) {
    if (!once(clause, seen)) return false;
    next();
    if (!within.empty() && !expect(within, "and a time")) return false;
    const Place value = peek().place;
    if (!take_duration(duration, "a time")) return false;
    if (duration.seconds == 0 && clause != "delay")
      return fail(value, "`" + std::string(clause) + "` of no time at all");
    return true;
  };
  if (is("need")) {
    if (!once("need", seen)) return false;
    next();
    out.quorum.place = peek().place;
    return parse_expression(out.quorum.need, 0);
  }
  if (is("across")) return parse_across(out.quorum, seen);
  if (is("at")) return parse_across(out.quorum, seen);
  if (is("approve")) return window("approve", "within", out.windows.approve);
  if (is("execute")) return window("execute", "within", out.windows.execute);
  if (is("delay")) return window("delay", "", out.windows.delay);
  if (is("lease")) {
    out.lease_place = place;
    return window("lease", "", out.windows.lease);
  }
  if (is("not")) {
    if (!once("not", seen)) return false;
    next();
    out.not_under_place = place;
    return expect("under", "and a number of persons") &&
           take_small(out.not_under, "a number of persons");
  }
  if (is("allow")) {
    if (!once("allow", seen)) return false;
    next();
    out.allow_superior = place;
    return expect("superior", "(beside a subordinate) [I6]");
  }
  if (is("rests")) {
    if (!once("rests", seen)) return false;
    next();
    return expect("on", "and the person whom the quorum rests on [Q8]") &&
           take_ids(out.rests_on, "a person");
  }
  if (is("veto")) {
    if (!once("veto", seen)) return false;
    next();
    const Place count = peek().place;
    if (!take_small(out.veto_count, "how many may veto together")) return false;
    if (out.veto_count == 0) return fail(count, "a veto by nobody");
    return expect("of", "and who may veto") && take_selector(out.veto);
  }
  if (is("prevents")) {
    if (!once("prevents", seen)) return false;
    next();
    return take_string(out.prevents, "what the rule prevents");
  }
  for (const std::string_view word :
       {"grant", "oblige", "notify", "acknowledge", "review", "break-glass", "freeze", "outside"})
    if (is(word)) return refuse_unsupported();
  return expected(
      "a clause of the rule (`need`, `across`, `at most`, `not under`, `allow superior`, `rests "
      "on`, "
      "`veto`, `approve within`, `delay`, `execute within`, `lease`, `prevents`) or `}`");
}

// across INT institutions | across INT branches | at most INT per institution
bool Parser::parse_across(DeclaredQuorum& out, std::vector<std::string_view>& seen) {
  const Place word = peek().place;
  const bool is_across = next().text == "across";
  if (!is_across && !expect("most", "and a number")) return false;
  const Place place = peek().place;
  std::uint32_t count = 0;
  if (!take_small(count, "a number")) return false;
  if (count == 0) return fail(place, "0 asks for nothing: leave it out");
  const bool branches = is_across && is("branches");
  const std::string_view clause = !is_across ? "at most" : branches ? "across branches" : "across";
  if (std::find(seen.begin(), seen.end(), clause) != seen.end())
    return fail(word, "`" + std::string(clause) + "` a second time");
  seen.push_back(clause);
  if (!is_across) {
    out.at_most_per_institution = count;
    return expect("per", "institution") && expect("institution", "behind `per`");
  }
  if (!accept("institutions") && !accept("branches"))
    return expected("`institutions` or `branches`");
  (branches ? out.across_branches : out.across_institutions) = count;
  return true;
}

// TERM {and TERM} | TERM {or TERM}
bool Parser::parse_expression(Expression& out, std::uint32_t depth) {
  Expression first;
  const Place place = peek().place;
  if (!parse_term(first, depth)) return false;
  if (!is("and") && !is("or")) {
    out = std::move(first);
    return true;
  }
  const std::string_view joint = peek().text;
  out.kind = joint == "and" ? Expression::Kind::all : Expression::Kind::any;
  out.place = place;
  out.parts.push_back(std::move(first));
  while (accept(joint)) {
    Expression part;
    if (!parse_term(part, depth)) return false;
    out.parts.push_back(std::move(part));
  }
  if (is("and") || is("or"))
    return fail(peek().place, "`and` and `or` mix only with parentheses [Q1]");
  return true;
}

// INT of SELECTOR | ( EXPR )
bool Parser::parse_term(Expression& out, std::uint32_t depth) {
  out.place = peek().place;
  if (accept("(")) {
    if (depth == charter_nesting_max)
      return fail(out.place, "parentheses nested more than " + std::to_string(charter_nesting_max) +
                                 " deep (charter_nesting_max)");
    return parse_expression(out, depth + 1) && expect(")", "to close the parenthesis");
  }
  if (!take_small(out.count, "a term as in `2 of office:release-authority`, its number"))
    return false;
  if (out.count == 0) return fail(out.place, "a term needs at least 1");
  return expect("of", "and a selector") && take_selector(out.selector);
}

}  // namespace keyturn
