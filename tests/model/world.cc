#include "tests/model/world.h"

#include <algorithm>
#include <utility>

namespace keyturn::model {

Need need(std::uint32_t count, SelectorKind kind, std::vector<Name> names) {
  Need out;
  out.term = {count, kind, std::move(names)};
  return out;
}

Need both(Need a, Need b) { return {Need::Kind::all, {}, {std::move(a), std::move(b)}}; }

Need either(Need a, Need b) { return {Need::Kind::any, {}, {std::move(a), std::move(b)}}; }

std::string selector_text(const Term& term) {
  std::string text = term.kind == SelectorKind::office        ? "office:"
                     : term.kind == SelectorKind::institution ? "institution:"
                                                              : "person:";
  for (std::size_t index = 0; index < term.names.size(); ++index) {
    text += (index == 0 ? "" : "|") + term.names[index];
  }
  return text;
}

namespace {

void rename(Name& name, const std::string& prefix) {
  if (!name.empty()) name = prefix + name;
}

void rename(std::vector<Name>& names, const std::string& prefix) {
  for (Name& name : names) rename(name, prefix);
  std::reverse(names.begin(), names.end());
}

void rename(Need& need, const std::string& prefix) {
  rename(need.term.names, prefix);
  for (Need& part : need.parts) rename(part, prefix);
  std::reverse(need.parts.begin(), need.parts.end());
}

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

std::string clause(const std::string& word, const std::vector<Name>& names) {
  return names.empty() ? "" : " " + word + " " + joined(names, ", ");
}

std::string clause(const std::string& word, const Name& name) {
  return name.empty() ? "" : " " + word + " " + name;
}

std::string class_text(const Class& klass) {
  const std::string directs =
      klass.directs ? "  directs body /systems/*\n  shape /systems/*\n" : "  directs nothing\n";
  return "class " + klass.name + " at fleet {\n  match POST /" + klass.name + "\n" + directs +
         "}\n";
}

std::string rule_text(const Class& klass) {
  const Rule& rule = klass.rule;
  std::string text = "rule " + klass.name + " {\n  need " + need_text(rule.need) + "\n";
  const auto line = [&](std::uint32_t value, const std::string& before, const std::string& after) {
    if (value != 0) text += "  " + before + std::to_string(value) + after + "\n";
  };
  line(rule.across_institutions, "across ", " institutions");
  line(rule.across_branches, "across ", " branches");
  line(rule.at_most_per_institution, "at most ", " per institution");
  line(rule.not_under == 1 ? 0 : rule.not_under, "not under ", "");
  if (rule.allow_superior) text += "  allow superior\n";
  text += "  approve within 30m execute within 10m";
  return text + (klass.directs ? " lease 20m\n}\n" : "\n}\n");
}

std::string limit_text(const Limit& limit) {
  static const char* const subjects[] = {"person", "span", "institution", "agents", "cosigned"};
  std::string text = std::string("limit ") + subjects[static_cast<std::size_t>(limit.subject)];
  if (!limit.provider.empty()) text += " " + limit.provider;
  text += " " + limit.pool + " " + std::to_string(limit.basis_points / 100) + "." +
          std::to_string(limit.basis_points / 10 % 10) + std::to_string(limit.basis_points % 10) +
          "%";
  if (limit.at_most != ~std::uint64_t{0}) text += ", at most " + std::to_string(limit.at_most);
  if (limit.over_seconds != 0) text += " over " + std::to_string(limit.over_seconds) + "s";
  return text + "\n";
}

}  // namespace

std::string need_text(const Need& need) {
  if (need.kind == Need::Kind::term) {
    return std::to_string(need.term.count) + " of " + selector_text(need.term);
  }
  std::vector<std::string> parts;
  for (const Need& part : need.parts) {
    const bool term = part.kind == Need::Kind::term;
    parts.push_back(term ? need_text(part) : "(" + need_text(part) + ")");
  }
  return joined(parts, need.kind == Need::Kind::all ? " and " : " or ");
}

std::string charter_text(const World& world) {
  std::string text =
      "keyturn 1\ncharter \"model\" version 1\nvalid 2026-01-01 .. 2036-01-01\n"
      "journal key ed25519 \"@key(journal)@\"\n";
  for (const Institution& institution : world.institutions) {
    text += "institution " + institution.name + " \"" + institution.name + "\"" +
            clause("branch", institution.branch) + "\n";
  }
  for (const Office& office : world.offices) {
    text += "office " + office.name + clause("under", office.under) + "\n";
  }
  for (const Person& person : world.persons) {
    text += "person " + person.name + " \"" + person.name + "\" of " + person.institution +
            clause("holds", person.holds) + clause("under", person.under) +
            "\n  key ed25519 \"@key(" + person.name + ")@\"\n";
  }
  for (const Name& provider : world.providers) text += "provider " + provider + "\n";
  std::vector<Name> classes;
  for (const Class& klass : world.classes) classes.push_back(klass.name);
  for (const Agent& agent : world.agents) {
    text += "agent " + agent.name + " sponsored by " + agent.sponsor +
            clause("provider", agent.provider) + clause("may", classes) +
            "\n  token sha256 \"@token(" + agent.name + ")@\"\n";
  }
  for (const Name& pool : world.pools) text += "pool " + pool + "\n";
  text += "endpoint fleet \"http://127.0.0.1:9301\" headers content-type\n";
  if (world.has_effector) text += "  key ed25519 \"@key(effector)@\"\n";
  for (const FreezeBlock& block : world.freezes) {
    text += "freeze " + block.pool + "/** by " + selector_text(block.by) + " for 24h { need " +
            need_text(block.lift) + " }\n";
  }
  for (const System& system : world.systems) {
    text += "system " + system.name + " pool " + system.pool + " weight " +
            std::to_string(system.weight) + " at fleet\n";
  }
  for (const Class& klass : world.classes) text += class_text(klass);
  for (const Class& klass : world.classes) text += rule_text(klass);
  for (const Limit& limit : world.limits) text += limit_text(limit);
  return text;
}

World renamed(const World& world, const std::string& prefix) {
  World out = world;
  for (Institution& institution : out.institutions) {
    rename(institution.name, prefix);
    rename(institution.branch, prefix);
  }
  for (Office& office : out.offices) {
    rename(office.name, prefix);
    rename(office.under, prefix);
  }
  for (Person& person : out.persons) {
    rename(person.name, prefix);
    rename(person.institution, prefix);
    rename(person.holds, prefix);
    rename(person.under, prefix);
  }
  for (Agent& agent : out.agents) {
    rename(agent.name, prefix);
    rename(agent.sponsor, prefix);
    rename(agent.provider, prefix);
  }
  rename(out.providers, prefix);
  rename(out.pools, prefix);
  for (System& system : out.systems) {
    rename(system.name, prefix);
    rename(system.pool, prefix);
  }
  for (Class& klass : out.classes) {
    rename(klass.name, prefix);
    rename(klass.rule.need, prefix);
  }
  for (Limit& limit : out.limits) {
    rename(limit.provider, prefix);
    rename(limit.pool, prefix);
  }
  std::reverse(out.institutions.begin(), out.institutions.end());
  std::reverse(out.offices.begin(), out.offices.end());
  std::reverse(out.persons.begin(), out.persons.end());
  return out;
}

}  // namespace keyturn::model
