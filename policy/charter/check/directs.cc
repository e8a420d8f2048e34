// What a class directs: every source can be read, every member of the body is accounted for, and no
// class at an endpoint with systems leaves it open [C5 C6].
#include <algorithm>

#include "policy/charter/check/check.h"
#include "policy/charter/check/patterns.h"

namespace keyturn {
namespace {

bool binds(const DeclaredMatcher& matcher, std::string_view name) {
  return std::any_of(matcher.matcher.path.begin(), matcher.matcher.path.end(),
                     [&](const Segment& segment) {
                       return segment.kind == Segment::Kind::named && segment.text == name;
                     });
}

bool is_listed(const DeclaredClass& klass, const Pointer& pointer) {
  return std::any_of(klass.shape.begin(), klass.shape.end(), [&](const DeclaredPointer& pattern) {
    return pattern_lists(pattern.pointer, pointer);
  });
}

bool has_index(const Pointer& pointer) {
  return std::any_of(pointer.steps.begin(), pointer.steps.end(), [](const Pointer::Step& step) {
    return step.kind == Pointer::Step::Kind::member && !step.name.empty() &&
           step.name.find_first_not_of("0123456789") == std::string::npos;
  });
}

void check_source(const DeclaredCheck& check, const DeclaredClass& klass,
                  const DeclaredSource& declared) {
  const DirectsSource& source = declared.source;
  if (source.where == DirectsSource::Where::path) {
    for (const DeclaredMatcher& matcher : klass.matchers)
      if (!binds(matcher, source.name))
        check.diagnostics.error(declared.place, "the matcher in line " +
                                                    std::to_string(matcher.place.line) +
                                                    " has no segment `:" + source.name +
                                                    "`: every matcher must bind it [C5]");
    return;
  }
  if (!source.pointer.steps.empty() &&
      source.pointer.steps.back().kind == Pointer::Step::Kind::below)
    check.diagnostics.error(
        declared.place,
        "systems are named at one place each: `*` for the elements of an array, "
        "no `**` [C5]");
  if (has_index(source.pointer))
    check.diagnostics.error(
        declared.place,
        "one element of an array names only some of the systems: write `*`, and "
        "all are read [C5]");
}

// A body whose own matcher, source or effect lies outside the shape would be refused always.
void check_shape(const DeclaredCheck& check, const DeclaredClass& klass) {
  const auto must_list = [&](const Pointer& pointer, Place place) {
    if (!is_listed(klass, pointer))
      check.diagnostics.error(place, quoted(pointer.to_string()) +
                                         " is not listed in the class's shape, which would refuse "
                                         "every request that has it [C6]");
  };
  for (const DeclaredSource& source : klass.sources)
    if (source.source.where == DirectsSource::Where::body)
      must_list(source.source.pointer, source.place);
  for (const DeclaredMatcher& matcher : klass.matchers)
    for (std::size_t i = 0; i < matcher.conditions.size(); ++i)
      if (matcher.matcher.conditions[i].where == Condition::Where::body)
        must_list(matcher.matcher.conditions[i].pointer, matcher.conditions[i]);
  for (const DeclaredEffectPart& part : klass.effect)
    if (part.part.kind == EffectPart::Kind::body) must_list(part.part.pointer, part.place);
}

// `/relations/**` beside `directs body /relations/assignee/*/entityId` would let
// `/relations/assignee/0/alsoEntityId` through, which directs unseen.
void check_breadth(const DeclaredCheck& check, const DeclaredClass& klass,
                   const DeclaredPointer& pattern) {
  if (pattern.pointer.steps.back().kind != Pointer::Step::Kind::below) return;
  if (pattern.pointer.steps.size() == 1)
    return check.diagnostics.error(
        pattern.place, "`/**` lists every member, so a second address would go unseen [C6]");
  for (const DeclaredSource& source : klass.sources) {
    if (source.source.where != DirectsSource::Where::body ||
        !pattern_lists(pattern.pointer, source.source.pointer))
      continue;
    const std::string address = quoted(source.source.pointer.to_string());
    return check.diagnostics.error(
        pattern.place, quoted(pattern.pointer.to_string()) + " lists whatever stands beside " +
                           address + ", so a second address would go unseen: list the members " +
                           "beside " + address + " one by one [C6]");
  }
}

}  // namespace

void check_directs(const DeclaredCheck& check) {
  const std::unordered_set<std::string_view> with_systems = endpoints_with_systems(check.declared);
  for (const DeclaredClass& klass : check.declared.classes) {
    if (!klass.shape.empty()) check_shape(check, klass);
    if (!klass.directs) continue;
    if (!with_systems.contains(klass.endpoint.text))
      check.diagnostics.error(klass.directs_place,
                              "no system is commanded at " + quoted(klass.endpoint.text) +
                                  ": every request would be refused; say `directs nothing` [C5]");
    if (klass.shape.empty())
      check.diagnostics.error(
          klass.directs_place,
          "a class that directs lists the members its body may have: `shape …`, "
          "so that no second address goes unseen [C6]");
    for (const DeclaredPointer& pattern : klass.shape) check_breadth(check, klass, pattern);
    for (const DeclaredSource& source : klass.sources) check_source(check, klass, source);
  }
}

}  // namespace keyturn
