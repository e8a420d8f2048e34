// Effectors: a key signs releases where there is something to release [S2], and a stop order goes
// where no caller's request ever goes [A6].
//
// INVARIANT: no class and no pass of the same origin could match a stop order. *A recall is one
// person's word: a stop order at the path of a strike would be a strike by that word; and a pass
// there would let any caller forge the order.*
#include <unordered_map>

#include "policy/charter/check/check.h"
#include "policy/charter/check/patterns.h"

namespace keyturn {
namespace {

class Origins {
 public:
  explicit Origins(const DeclaredCharter& declared) {
    for (const DeclaredEndpoint& endpoint : declared.endpoints)
      origins_.emplace(endpoint.name.text, endpoint.origin);
  }
  bool same(const Name& a, const Name& b) const {
    const auto one = origins_.find(a.text), other = origins_.find(b.text);
    return one != origins_.end() && other != origins_.end() && one->second == other->second;
  }

 private:
  std::unordered_map<std::string_view, std::string_view> origins_;
};

template <class Declared>
void check_apart(const DeclaredCheck& check, const Origins& origins, const DeclaredClass& klass,
                 const std::vector<Declared>& others, std::string_view what) {
  for (const Declared& other : others) {
    if (!origins.same(klass.endpoint, other.endpoint)) continue;
    for (const DeclaredMatcher& matcher : other.matchers) {
      if (!matchers_meet(klass.stop->matcher, matcher.matcher)) continue;
      check.diagnostics.error(
          klass.stop->place,
          std::string(what) + " " + quoted(other.name.text) +
              " could match the stop order, in line " + std::to_string(matcher.place.line) +
              ": a recall is one person's word, so give it a path of its own [A6]");
      return;
    }
  }
}

}  // namespace

void check_effectors(const DeclaredCheck& check) {
  const std::unordered_set<std::string_view> with_systems = endpoints_with_systems(check.declared);
  for (const DeclaredEndpoint& endpoint : check.declared.endpoints)
    if (!endpoint.keys.empty() && !with_systems.contains(endpoint.name.text))
      check.diagnostics.error(endpoint.keys.front().place,
                              "no system is commanded at " + quoted(endpoint.name.text) +
                                  ": there is no lease for this key to release [S2]");
  const Origins origins(check.declared);
  for (const DeclaredClass& klass : check.declared.classes) {
    if (!klass.stop) continue;
    if (!klass.directs)
      check.diagnostics.error(klass.stop->place, "class " + quoted(klass.name.text) +
                                                     " directs nothing, so there is nothing to "
                                                     "stop [A6]");
    check_apart(check, origins, klass, check.declared.classes, "class");
    check_apart(check, origins, klass, check.declared.passes, "pass");
  }
}

}  // namespace keyturn
