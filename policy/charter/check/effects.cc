// What an effect names can be read from every request of the class [C8].
#include <algorithm>

#include "policy/charter/check/check.h"

namespace keyturn {
namespace {

bool has_segment(const DeclaredMatcher& matcher, std::string_view name) {
  return std::any_of(matcher.matcher.path.begin(), matcher.matcher.path.end(),
                     [&](const Segment& segment) {
                       return segment.kind == Segment::Kind::named && segment.text == name;
                     });
}

bool has_query(const DeclaredMatcher& matcher, std::string_view name) {
  return std::any_of(matcher.matcher.conditions.begin(), matcher.matcher.conditions.end(),
                     [&](const Condition& condition) {
                       return condition.where == Condition::Where::query && condition.name == name;
                     });
}

template <class Has>
bool all_matchers(const DeclaredClass& klass, const Has& has) {
  return std::all_of(klass.matchers.begin(), klass.matchers.end(), has);
}

// Empty: the value can be read.
std::string complaint(const DeclaredCheck& check, const DeclaredClass& klass,
                      const EffectPart& part) {
  switch (part.kind) {
    case EffectPart::Kind::text:
      return {};
    case EffectPart::Kind::systems:
      if (klass.directs) return {};
      return "a class that directs nothing has no {systems} [C5]";
    case EffectPart::Kind::body:
      if (!part.pointer.has_wildcard()) return {};
      return "an effect reads one value: no `*` or `**` here [C8]";
    case EffectPart::Kind::path:
      if (all_matchers(klass, [&](const auto& matcher) { return has_segment(matcher, part.text); }))
        return {};
      return "every matcher of the class must bind `:" + part.text + "` [C8]";
    case EffectPart::Kind::header:
      if (has_header(check, klass.endpoint, part.text)) return {};
      return "endpoint " + quoted(klass.endpoint.text) + " does not declare the header " +
             quoted(part.text) + ", so no request carries it [C7]";
    case EffectPart::Kind::query:
      if (all_matchers(klass, [&](const auto& matcher) { return has_query(matcher, part.text); }))
        return {};
      return "every matcher of the class must name the query parameter " + quoted(part.text) +
             ": others are refused [C3]";
  }
  return {};
}

}  // namespace

void check_effects(const DeclaredCheck& check) {
  for (const DeclaredClass& klass : check.declared.classes) {
    for (const DeclaredEffectPart& part : klass.effect) {
      const std::string message = complaint(check, klass, part.part);
      if (!message.empty()) check.diagnostics.error(part.place, message);
    }
  }
}

}  // namespace keyturn
