// Every class has one rule that fits what it does [C5 Q1 Q4 I6]; every quorum is small enough to be
// decided and short enough to be signed.
#include <unordered_map>

#include "keyturn/limits.h"
#include "policy/charter/check/check.h"
#include "policy/charter/terms.h"

namespace keyturn {
namespace {

void check_form(const DeclaredCheck& check, const DeclaredQuorum& quorum) {
  if (disjunctive_form(quorum.need).too_large)
    check.diagnostics.error(quorum.place, "as alternatives these terms are more than " +
                                              std::to_string(rule_branches_max) +
                                              " (rule_branches_max), or one asks for more than " +
                                              std::to_string(rule_slots_max) +
                                              " approvers (rule_slots_max) [Q1]");
}

void check_with_class(const DeclaredCheck& check, const DeclaredRule& rule,
                      const DeclaredClass& klass) {
  if (klass.directs && !rule.lease_place)
    check.diagnostics.error(
        rule.klass.place,
        "class " + quoted(klass.name.text) + " directs systems, so its rule has a `lease` [C5]");
  if (!klass.directs && rule.lease_place)
    check.diagnostics.error(*rule.lease_place, "class " + quoted(klass.name.text) +
                                                   " directs nothing, so there is nothing to lease "
                                                   "[C5]");
  if (klass.directs && rule.allow_superior)
    check.diagnostics.error(*rule.allow_superior,
                            "`allow superior` is for classes that direct nothing [I6]");
  if (klass.directs && rule.not_under == 0)
    check.diagnostics.error(rule.not_under_place,
                            "`not under 0` is for classes that direct nothing: a puppet quorum "
                            "never directs [I6]");
}

void check_rule(const DeclaredCheck& check, const DeclaredRule& rule) {
  check_form(check, rule.quorum);
  if (rule.veto_count != 0 && rule.windows.delay.seconds == 0)
    check.diagnostics.error(
        rule.veto.place, "a rule with a `veto` has a `delay`, which gives the veto its time [Q4]");
  const std::size_t bytes = rule_text(rule).size();
  if (bytes > string_bytes_max)
    check.diagnostics.error(rule.quorum.place, "a rule of " + std::to_string(bytes) +
                                                   " bytes; every statement carries it, at most " +
                                                   std::to_string(string_bytes_max) +
                                                   " (string_bytes_max) [C8]");
}

}  // namespace

void check_rules(const DeclaredCheck& check) {
  std::unordered_map<std::string_view, const DeclaredRule*> rules;
  for (const DeclaredRule& rule : check.declared.rules) {
    check_rule(check, rule);
    const auto [found, is_new] = rules.emplace(rule.klass.text, &rule);
    if (!is_new)
      check.diagnostics.error(rule.klass.place,
                              "class " + quoted(rule.klass.text) + " has a rule already, in line " +
                                  std::to_string(found->second->klass.place.line));
    if (const auto klass = check.names.classes.find(rule.klass.text))
      check_with_class(check, rule, check.declared.classes[*klass]);
  }
  for (const DeclaredClass& klass : check.declared.classes)
    if (!rules.contains(klass.name.text))
      check.diagnostics.error(klass.name.place,
                              "class " + quoted(klass.name.text) + " has no rule: who must agree?");

  std::unordered_map<std::string_view, std::uint32_t> rosters;
  for (const DeclaredRoster& roster : check.declared.rosters) {
    check_form(check, roster.quorum);
    const auto [found, is_new] =
        rosters.emplace(roster.institution.text, roster.institution.place.line);
    if (!is_new)
      check.diagnostics.error(roster.institution.place,
                              "the roster of " + quoted(roster.institution.text) +
                                  " has keepers already, in line " + std::to_string(found->second));
  }
  if (check.declared.amend) {
    check_form(check, check.declared.amend->quorum);
    check_form(check, check.declared.amend->weakening);
  }
}

}  // namespace keyturn
