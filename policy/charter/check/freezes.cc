// Freezes [A4]: short, each of something else, by somebody; and lifted by no more people than the
// smallest quorum that they block needs. *Else a plotter's one signature would outweigh a quorum.*
// (Whether the lifting quorum can be met: quorums.cc; that no one person's closure does: reach.cc.)
#include <algorithm>

#include "keyturn/limits.h"
#include "policy/charter/check/check.h"
#include "policy/charter/terms.h"

namespace keyturn {
namespace {

bool covers(const DeclaredFreeze& freeze, std::string_view pool) {
  if (freeze.is_class) return false;
  const std::string_view subject = freeze.subject.text;
  return pool == subject || (freeze.with_below && pool.size() > subject.size() &&
                             pool.starts_with(subject) && pool[subject.size()] == '/');
}

bool meet(const DeclaredFreeze& a, const DeclaredFreeze& b) {
  if (a.is_class || b.is_class) return a.is_class && b.is_class && a.subject.text == b.subject.text;
  return covers(a, b.subject.text) || covers(b, a.subject.text);
}

void check_form(const DeclaredCheck& check, const DeclaredFreeze& freeze) {
  const Duration longest{static_cast<std::int64_t>(freeze_seconds_max)};
  if (freeze.longest.seconds == 0)
    check.diagnostics.error(freeze.longest_place, "a freeze of no time at all");
  if (freeze.longest > longest)
    check.diagnostics.error(freeze.longest_place, "a freeze lasts at most " + longest.to_string() +
                                                      " (freeze_seconds_max) [A4]");
  if (disjunctive_form(freeze.unfreeze.need).too_large)
    check.diagnostics.error(
        freeze.unfreeze.place,
        "as alternatives these terms are more than " + std::to_string(rule_branches_max) +
            " (rule_branches_max), or one asks for more than " + std::to_string(rule_slots_max) +
            " approvers (rule_slots_max) [Q1]");
}

std::size_t fewest(const Rule& rule) {
  std::size_t out = rule_slots_max + 1;
  for (const Branch& branch : rule.branches) out = std::min(out, branch.slots.size());
  return out;
}

// Whether a freeze under this block could stop a command of this class.
bool blocks(const Charter& charter, const FreezeBlock& block, ClassId id) {
  if (block.klass) return *block.klass == id;
  const Class& klass = charter.klass(id);
  return klass.directs && std::any_of(block.pools.begin(), block.pools.end(), [&](PoolId pool) {
           for (SystemId at = charter.pool(pool).first; at < charter.pool(pool).last; ++at.value)
             if (charter.system(at).endpoint == klass.endpoint) return true;
           return false;
         });
}

void check_block(const CompiledCheck& check, const DeclaredFreeze& declared,
                 const FreezeBlock& block) {
  const Charter& charter = check.charter;
  const auto has_key = [&](PersonId person) { return !charter.person(person).keys.empty(); };
  const bool somebody = std::any_of(block.by.begin(), block.by.end(), [&](const Selector& by) {
    return std::any_of(by.people.begin(), by.people.end(), has_key);
  });
  if (!somebody)
    check.diagnostics.error(declared.by.front().place,
                            "nobody with a key could freeze " + quoted(block.text) + " [A4]");
  bool stops_something = false;
  for (std::uint32_t i = 0; i < charter.classes.size(); ++i) {
    if (!blocks(charter, block, ClassId{i})) continue;
    stops_something = true;
    const std::size_t lifting = fewest(block.unfreeze.rule),
                      blocked = fewest(charter.classes[i].rule);
    if (lifting > blocked)
      check.diagnostics.error(
          declared.unfreeze.place,
          "lifting this takes " + std::to_string(lifting) + " people, and the rule of class " +
              quoted(charter.classes[i].name) + ", which it stops, " + std::to_string(blocked) +
              ": lifting needs no more people than what it blocks [A4]");
  }
  if (!stops_something)
    check.diagnostics.notice(declared.subject.place, "no class directs systems of " +
                                                         quoted(block.text) +
                                                         ": a freeze of it stops nothing [A4]");
}

}  // namespace

void check_freezes(const DeclaredCheck& check) {
  const std::vector<DeclaredFreeze>& freezes = check.declared.freezes;
  for (std::size_t i = 0; i < freezes.size(); ++i) {
    check_form(check, freezes[i]);
    for (std::size_t j = 0; j < i; ++j)
      if (meet(freezes[i], freezes[j]))
        check.diagnostics.error(freezes[i].subject.place,
                                quoted(freezes[i].subject.text) +
                                    " stands in two `freeze` blocks, the other in line " +
                                    std::to_string(freezes[j].subject.place.line) +
                                    ": who lifts it would be unclear [A4]");
  }
}

void check_blocks(const CompiledCheck& check) {
  // Charter::freezes are in the order of the declared ones.
  for (std::size_t i = 0; i < check.declared.freezes.size(); ++i)
    check_block(check, check.declared.freezes[i], check.charter.freezes[i]);
}

}  // namespace keyturn
