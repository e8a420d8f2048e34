// Which requests are high-stakes, who must agree to them and in what time; and which pass.
#include <algorithm>

#include "policy/charter/explain/prose.h"
#include "policy/request/path.h"

namespace keyturn {
namespace {

std::string quoted_string(const std::string& text) { return "\"" + text + "\""; }

std::string test_words(const Condition& condition) {
  switch (condition.test) {
    case Condition::Test::prefix:
      return "begins with " + quoted_string(condition.prefix);
    case Condition::Test::range:
      return "is a number from " + std::to_string(condition.low) + " to " +
             std::to_string(condition.high);
    case Condition::Test::present:
      return "is there";
    case Condition::Test::in:
      break;
  }
  std::vector<std::string> values;
  for (const std::string& one : condition.strings) values.push_back(quoted_string(one));
  for (const std::int64_t one : condition.integers) values.push_back(std::to_string(one));
  return "is " + listed(values, "or");
}

std::string condition_words(const Condition& condition) {
  const std::string subject =
      condition.where == Condition::Where::body     ? "its body's " + condition.pointer.to_string()
      : condition.where == Condition::Where::header ? "its header " + condition.name
                                                    : "its query parameter " + condition.name;
  return subject + " " + test_words(condition);
}

std::string matcher_words(const Matcher& matcher) {
  std::string out = listed(matcher.methods, "or") + " " + pattern_text(matcher.path);
  std::vector<std::string> conditions;
  for (const Condition& condition : matcher.conditions)
    conditions.push_back(condition_words(condition));
  if (!conditions.empty()) out += " where " + listed(conditions);
  return out;
}

template <class Declared>
std::string matchers_words(const Declared& declared) {
  std::vector<std::string> parts;
  for (const DeclaredMatcher& one : declared.matchers) parts.push_back(matcher_words(one.matcher));
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : "; or ") + parts[i];
  return out;
}

void explain_initiators(const Charter& charter, const Class& klass, const DeclaredClass& declared,
                        std::string& text) {
  std::vector<std::string> who, agents;
  for (const DeclaredSelector& by : declared.by) who.push_back(in_words(by, false));
  const auto id = charter.find_class(klass.name);
  for (const Agent& agent : charter.agents)
    if (std::binary_search(agent.may.begin(), agent.may.end(), *id)) agents.push_back(agent.name);
  text +=
      who.empty() ? " Anyone on the roster may begin it" : " Only " + listed(who) + " may begin it";
  text += agents.empty() ? "; no agent may." : "; of agents, only " + listed(agents) + ".";
}

void explain_directs(const DeclaredClass& declared, std::string& text) {
  if (!declared.directs) {
    text += " It directs no system.";
    return;
  }
  std::vector<std::string> sources;
  for (const DeclaredSource& one : declared.sources)
    sources.push_back(one.source.where == DirectsSource::Where::body
                          ? "at " + one.source.pointer.to_string() + " of its body"
                          : "as :" + one.source.name + " of its path");
  text += " It directs the systems that it names " + listed(sources) + ".";
}

void explain_independence(const Class& klass, const DeclaredRule& rule, std::string& text) {
  text +=
      " All of them are different people, and neither the one who began it nor anybody under "
      "his command is among them.";
  text += rule.allow_superior ? " A superior may stand beside his subordinate."
                              : " A superior and his subordinate do not count beside each other.";
  if (rule.not_under == 0) return;
  const std::string who =
      rule.not_under == 1 ? "any one person" : "any " + std::to_string(rule.not_under) + " persons";
  text += std::string(" They") + (klass.directs ? "" : ", with the one who began it,") +
          " must not all be under the command of " + who + ".";
}

void explain_windows(const Class& klass, std::string& text) {
  const Windows& windows = klass.rule.windows;
  text += " Approvals are taken for " + in_words(windows.approve) + ".";
  if (windows.delay.seconds != 0)
    text += " Once enough have approved, nothing happens for " + in_words(windows.delay) + ".";
  text += " It is then sent within " + in_words(windows.execute) + ", or not at all.";
  if (windows.lease.seconds != 0)
    text += " From that moment its systems count as directed by the one who began it for " +
            in_words(windows.lease) + ".";
}

void explain_class(const Explained& of, const DeclaredClass& declared, Prose& prose) {
  const Class& klass = of.charter.klass(*of.charter.find_class(declared.name.text));
  const auto rule =
      std::find_if(of.declared.rules.begin(), of.declared.rules.end(),
                   [&](const DeclaredRule& one) { return one.klass.text == declared.name.text; });
  std::string text = klass.name + ", at the endpoint " + std::string(declared.endpoint.text) +
                     ": " + matchers_words(declared) + ".";
  explain_directs(declared, text);
  explain_initiators(of.charter, klass, declared, text);
  prose.item(text);

  text = "To let it go, " + in_words(rule->quorum.need) + " must approve" +
         together_in_words(rule->quorum) + ".";
  explain_independence(klass, *rule, text);
  if (!rule->rests_on.empty()) {
    std::vector<std::string> names;
    for (const Name& name : rule->rests_on) names.emplace_back(name.text);
    text += " Without " + listed(names, "or") + " nothing of this class can be approved.";
  }
  if (rule->veto_count != 0)
    text += " " + std::to_string(rule->veto_count) +
            (rule->veto.kind == SelectorKind::person ? " of " : " ") +
            in_words(rule->veto, rule->veto_count == 1) + " can stop it until it is sent.";
  explain_windows(klass, text);
  if (!rule->prevents.empty()) text += " It is there to prevent: " + rule->prevents + ".";
  prose.item(text);
}

}  // namespace

void explain_classes(const Explained& of, Prose& prose) {
  prose.heading("What is high-stakes, and who must agree");
  if (of.declared.classes.empty()) prose.paragraph("Nothing is.");
  for (const DeclaredClass& declared : of.declared.classes) explain_class(of, declared, prose);
}

void explain_passes(const Explained& of, Prose& prose) {
  prose.heading("What passes without anybody's approval");
  for (const DeclaredPass& pass : of.declared.passes)
    prose.item(std::string(pass.name.text) + ", at the endpoint " +
               std::string(pass.endpoint.text) + ": " + matchers_words(pass) + ".");
  prose.paragraph(
      "A request that is high-stakes is never among these. What is neither high-stakes nor among "
      "these is refused.");
}

}  // namespace keyturn
