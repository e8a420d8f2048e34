// How much anybody may direct.
#include "policy/charter/compile.h"
#include "policy/charter/explain/prose.h"

namespace keyturn {
namespace {

std::string who(const DeclaredLimit& limit) {
  switch (limit.subject) {
    case DeclaredLimit::Subject::span:
      return "Nobody, with everybody under his command, directs";
    case DeclaredLimit::Subject::institution:
      return "The people of no one institution together direct";
    case DeclaredLimit::Subject::agents:
      return "The agents of " + std::string(limit.provider->text) + "'s making together direct no";
    case DeclaredLimit::Subject::cosigned:
      return "Nobody has approved the directing of";
    case DeclaredLimit::Subject::supply:
      return std::string(limit.provider->text) + " has made no";
    case DeclaredLimit::Subject::person:
      break;
  }
  return "Nobody, with the agents that he sponsors, directs";
}

// `10% of the weight of military, nor more than weight 400`
std::string bound(const DeclaredLimit& limit) {
  const std::string weight = "weight " + std::to_string(limit.absolute);
  std::string out =
      limit.has_fraction ? percentage_text(limit.basis_points) + " of the weight" : weight;
  out += limit.each ? " of any one pool below " : " of ";
  out += limit.pool.text;
  if (limit.has_fraction && limit.has_absolute) out += ", nor more than " + weight;
  return out;
}

// What the bound comes to, as the ledger will compare it. `next` is the first compiled limit of
// this declaration; the compiler makes them in the order of the text, one a pool.
std::string allowed_in(const Charter& charter, const DeclaredLimit& declared, std::size_t& next) {
  std::vector<std::string> parts;
  for (const PoolId pool : limited_pools(charter, declared)) {
    const std::uint64_t weight = charter.pool(pool).weight;
    parts.push_back(std::to_string(charter.limits[next++].allowed(weight)) + " of the " +
                    std::to_string(weight) + " of " + charter.pool(pool).name);
  }
  return parts.empty() ? "" : " That is " + listed(parts) + ".";
}

}  // namespace

void explain_limits(const Explained& of, Prose& prose) {
  prose.heading("How much anybody may direct");
  if (of.declared.limits.empty()) prose.paragraph("This charter sets no limit.");
  std::size_t next = 0;
  for (const DeclaredLimit& limit : of.declared.limits) {
    std::string text = who(limit) + " more than " + bound(limit);
    if (limit.over.seconds != 0)
      text += ", counting everything of the last " + in_words(limit.over);
    text += ".";
    if (limit.subject == DeclaredLimit::Subject::supply)
      text += " This was checked when the charter was.";
    else
      text += allowed_in(of.charter, limit, next);
    prose.item(text);
  }
}

}  // namespace keyturn
