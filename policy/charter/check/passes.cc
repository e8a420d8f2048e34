// Nothing slips by beside a class. A pass lists by exact value whatever a class whose requests
// could meet it tells its requests by, so an alias, an array, another type or an absent field never
// passes [C2]. And a pass is nobody's signature, so at an endpoint with systems it must say that it
// directs nothing, unless its method is safe (RFC 9110 section 9.2.1) [I7].
//
// Conservative: a class meets a pass where some method and some path belong to both, whatever the
// conditions of the class would leave of it.
#include <algorithm>
#include <set>

#include "policy/charter/check/check.h"
#include "policy/charter/check/patterns.h"

namespace keyturn {
namespace {

bool same_subject(const Condition& a, const Condition& b) {
  return a.where == b.where && a.name == b.name && a.pointer == b.pointer;
}

bool lists_exactly(const Matcher& pass, const Condition& wanted) {
  return std::any_of(pass.conditions.begin(), pass.conditions.end(), [&](const Condition& has) {
    return same_subject(has, wanted) && has.test == Condition::Test::in;
  });
}

std::string subject_text(const Condition& condition) {
  if (condition.where == Condition::Where::body) return "body " + condition.pointer.to_string();
  return (condition.where == Condition::Where::header ? "header " : "query ") + condition.name;
}

void check_beside_class(const DeclaredCheck& check, const DeclaredPass& pass,
                        const DeclaredMatcher& matcher, const DeclaredClass& klass) {
  std::set<std::string> reported;
  for (const DeclaredMatcher& gated : klass.matchers) {
    if (!matchers_meet(gated.matcher, matcher.matcher)) continue;
    for (const Condition& condition : gated.matcher.conditions) {
      const std::string subject = subject_text(condition);
      if (lists_exactly(matcher.matcher, condition) || !reported.insert(subject).second) continue;
      check.diagnostics.error(
          matcher.place, "pass " + quoted(pass.name.text) + " must list " + quoted(subject) +
                             " by exact value (`in` or `is`): class " + quoted(klass.name.text) +
                             " tells its requests by it, in line " +
                             std::to_string(gated.place.line) + " [C2]");
    }
  }
}

bool is_safe(const Matcher& matcher) {
  return std::all_of(matcher.methods.begin(), matcher.methods.end(), [](const std::string& method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
  });
}

}  // namespace

void check_passes(const DeclaredCheck& check) {
  const std::unordered_set<std::string_view> with_systems = endpoints_with_systems(check.declared);
  for (const DeclaredPass& pass : check.declared.passes) {
    for (const DeclaredMatcher& matcher : pass.matchers) {
      for (const DeclaredClass& klass : check.declared.classes)
        if (klass.endpoint.text == pass.endpoint.text)
          check_beside_class(check, pass, matcher, klass);
      if (!pass.directs_nothing && with_systems.contains(pass.endpoint.text) &&
          !is_safe(matcher.matcher))
        check.diagnostics.error(
            matcher.place,
            "systems are commanded at " + quoted(pass.endpoint.text) +
                ", and whoever calls passes this alone: say `directs nothing` in pass " +
                quoted(pass.name.text) + ", or make it a class [I7]");
    }
  }
}

}  // namespace keyturn
