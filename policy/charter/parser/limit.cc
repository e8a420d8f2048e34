#include "policy/charter/parser/parser.h"

namespace keyturn {

// limit person|span|institution|cosigned POOL BOUND, … each POOL/** BOUND,
// limit agents PROVIDER POOL BOUND, limit supply PROVIDER POOL PCT
bool Parser::parse_limit() {
  using Subject = DeclaredLimit::Subject;
  DeclaredLimit limit;
  if (accept("person")) {
    limit.subject = Subject::person;
  } else if (accept("span")) {
    limit.subject = Subject::span;
  } else if (accept("institution")) {
    limit.subject = Subject::institution;
  } else if (accept("cosigned")) {
    limit.subject = Subject::cosigned;
  } else if (is("agents") || is("supply")) {
    limit.subject = next().text == "agents" ? Subject::agents : Subject::supply;
    limit.provider.emplace();
    if (!take_id(*limit.provider, "a provider")) return false;
  } else {
    return expected("`person`, `span`, `institution`, `cosigned`, `agents` or `supply`");
  }
  if (limit.subject != Subject::supply && accept("each")) {
    limit.each = true;
    const Token& token = peek();
    if (token.kind != Token::Kind::atom || !token.text.ends_with("/**"))
      return expected("the pools below a pool (as in `military/**`)");
    limit.pool = Name{token.text.substr(0, token.text.size() - 3), token.place};
    next();
  } else if (!take_pool(limit.pool)) {
    return false;
  }
  limit.place = peek().place;
  if (limit.subject == Subject::supply) {
    limit.has_fraction = true;
    if (!take_percentage(limit.basis_points)) return false;
  } else if (!parse_bound(limit)) {
    return false;
  }
  declared_.limits.push_back(std::move(limit));
  return true;
}

// BOUND = PCT [, at most INT] [over DUR] | at most INT [over DUR]
bool Parser::parse_bound(DeclaredLimit& out) {
  if (!is("at")) {
    out.has_fraction = true;
    if (!take_percentage(out.basis_points)) return false;
    if (accept(",") && !is("at")) return expected("`at most` and a weight");
  }
  if (accept("at")) {
    out.has_absolute = true;
    if (!expect("most", "and a weight") || !take_integer(out.absolute, "a weight")) return false;
  }
  if (accept("over")) {
    const Place place = peek().place;
    out.over_text = peek().text;
    if (!take_duration(out.over, "a time")) return false;
    if (out.over.seconds == 0) return fail(place, "`over` no time at all: leave it out");
  }
  return true;
}

}  // namespace keyturn
