#include "gateway/charter/charter_json.h"

#include <nlohmann/json.hpp>

#include "policy/charter/reread.h"
#include "policy/charter/terms.h"
#include "policy/request/path.h"

namespace keyturn {
namespace {

using Json = nlohmann::ordered_json;

template <class Values, class Function>
Json list_of(const Values& values, const Function& function) {
  Json out = Json::array();
  for (const auto& value : values) out.push_back(function(value));
  return out;
}

Json names_of(const std::vector<Name>& names) {
  return list_of(names, [](const Name& name) { return std::string(name.text); });
}
Json name_or_null(const std::optional<Name>& name) {
  return name ? Json(std::string(name->text)) : Json();
}
// Digits and base64 alone, as the charter writes them.
Json key_values(const std::vector<PublicKey>& keys) {
  return list_of(keys, [](const PublicKey& key) { return key.to_string(); });
}
Json token_hashes(const std::vector<Digest>& tokens) {
  return list_of(tokens, [](const Digest& hash) { return hash.to_string(); });
}

Json json_of(const Selector& selector, const Charter& charter) {
  return {{"text", selector.text}, {"people", list_of(selector.people, [&](PersonId person) {
                                      return charter.person(person).name;
                                    })}};
}

Json json_of(const Condition& condition) {
  Json out;
  switch (condition.where) {
    case Condition::Where::body:
      out["body"] = condition.pointer.to_string();
      break;
    case Condition::Where::header:
      out["header"] = condition.name;
      break;
    case Condition::Where::query:
      out["query"] = condition.name;
      break;
  }
  switch (condition.test) {
    case Condition::Test::in: {
      Json values = condition.strings;
      for (const std::int64_t value : condition.integers) values.push_back(value);
      out["in"] = std::move(values);
      break;
    }
    case Condition::Test::prefix:
      out["prefix"] = condition.prefix;
      break;
    case Condition::Test::range:
      out["from"] = condition.low;
      out["to"] = condition.high;
      break;
    case Condition::Test::present:
      out["present"] = true;
      break;
  }
  return out;
}

Json json_of(const Matcher& matcher) {
  return {{"methods", matcher.methods},
          {"path", pattern_text(matcher.path)},
          {"conditions",
           list_of(matcher.conditions, [](const Condition& one) { return json_of(one); })}};
}
Json matchers_of(const std::vector<Matcher>& matchers) {
  return list_of(matchers, [](const Matcher& one) { return json_of(one); });
}

std::string braced(const std::string& text) {
  std::string out;
  for (const char c : text) out.append(c == '{' || c == '}' ? 2 : 1, c);
  return out;
}

// As the charter's author writes it.
std::string effect_text(const std::vector<EffectPart>& effect) {
  std::string out;
  for (const EffectPart& part : effect) {
    switch (part.kind) {
      case EffectPart::Kind::text:
        out += braced(part.text);
        break;
      case EffectPart::Kind::systems:
        out += "{systems}";
        break;
      case EffectPart::Kind::body:
        out += "{body " + part.pointer.to_string() + "}";
        break;
      case EffectPart::Kind::path:
        out += "{path " + part.text + "}";
        break;
      case EffectPart::Kind::header:
        out += "{header " + part.text + "}";
        break;
      case EffectPart::Kind::query:
        out += "{query " + part.text + "}";
        break;
    }
  }
  return out;
}

Json json_of(const Windows& windows) {
  return {{"approve_seconds", windows.approve.seconds},
          {"delay_seconds", windows.delay.seconds},
          {"execute_seconds", windows.execute.seconds},
          {"lease_seconds", windows.lease.seconds}};
}

Json json_of(const Rule& rule, const Charter& charter) {
  Json veto;
  if (rule.veto_count != 0)
    veto = Json{{"count", rule.veto_count}, {"of", json_of(rule.veto, charter)}};
  return {{"text", rule.text},
          {"selectors",
           list_of(rule.selectors, [&](const Selector& one) { return json_of(one, charter); })},
          {"branches", list_of(rule.branches, [](const Branch& one) { return Json(one.slots); })},
          {"across_institutions", rule.across_institutions},
          {"across_branches", rule.across_branches},
          {"at_most_per_institution", rule.at_most_per_institution},
          {"not_under", rule.not_under},
          {"superior_beside_subordinate", rule.superior_beside_subordinate},
          {"veto", std::move(veto)},
          {"windows", json_of(rule.windows)},
          {"prevents", rule.prevents}};
}

Json json_of(const DirectsSource& source) {
  if (source.where == DirectsSource::Where::body) return {{"body", source.pointer.to_string()}};
  return {{"path", source.name}};
}

Json json_of(const Class& klass, const Charter& charter) {
  return {
      {"name", klass.name},
      {"endpoint", charter.endpoint(klass.endpoint).name},
      {"match", matchers_of(klass.matchers)},
      {"by", list_of(klass.by, [&](const Selector& one) { return json_of(one, charter); })},
      {"directs", list_of(klass.sources, [](const DirectsSource& one) { return json_of(one); })},
      {"shape", list_of(klass.shape, [](const Pointer& one) { return one.to_string(); })},
      {"effect", effect_text(klass.effect)},
      {"rule", json_of(klass.rule, charter)}};
}

std::string subject_word(Limit::Subject subject) {
  switch (subject) {
    case Limit::Subject::span:
      return "span";
    case Limit::Subject::institution:
      return "institution";
    case Limit::Subject::agents:
      return "agents";
    case Limit::Subject::cosigned:
      return "cosigned";
    case Limit::Subject::person:
      break;
  }
  return "person";
}

Json json_of(const Limit& limit, const Charter& charter) {
  const Pool& pool = charter.pool(limit.pool);
  return {
      {"subject", subject_word(limit.subject)},
      {"provider", limit.provider ? Json(charter.providers[limit.provider->value].name) : Json()},
      {"pool", pool.name},
      {"basis_points", limit.has_fraction ? Json(limit.basis_points) : Json()},
      {"at_most", limit.has_absolute ? Json(limit.absolute) : Json()},
      {"over_seconds", limit.over.seconds},
      {"registered", pool.weight},
      {"allowed", limit.allowed(pool.weight)},
      {"text", limit.text}};
}

void add_header(Json& out, const Charter& charter) {
  out["format"] = "keyturn-charter/1";
  out["digest"] = charter.digest.to_string();
  out["name"] = charter.name;
  out["version"] = charter.version;
  out["semantics"] = charter.semantics;
  out["valid_from"] = charter.valid_from.to_string();
  out["valid_until"] = charter.valid_until.to_string();
  out["journal_key"] = charter.journal_key.to_string();
}

void add_people(Json& out, const Charter& charter, const DeclaredCharter& declared) {
  out["institutions"] = list_of(charter.institutions, [&](const Institution& one) -> Json {
    return {
        {"name", one.name}, {"title", one.title}, {"branch", charter.branches[one.branch.value]}};
  });
  out["offices"] = list_of(declared.offices, [](const DeclaredOffice& one) -> Json {
    return {{"name", std::string(one.name.text)}, {"under", names_of(one.under)}};
  });
  std::size_t next = 0;  // persons and agents keep the author's order
  out["persons"] = list_of(declared.persons, [&](const DeclaredPerson& one) -> Json {
    const Person& person = charter.persons[next++];
    return {{"name", person.name},
            {"title", person.title},
            {"institution", std::string(one.institution.text)},
            {"holds", names_of(one.holds)},
            {"under", names_of(one.under)},
            {"keys", key_values(person.keys)},
            {"tokens", token_hashes(person.tokens)}};
  });
  next = 0;
  out["agents"] = list_of(declared.agents, [&](const DeclaredAgent& one) -> Json {
    const Agent& agent = charter.agents[next++];
    return {{"name", agent.name},
            {"sponsor", std::string(one.sponsor.text)},
            {"provider", name_or_null(one.provider)},
            {"may", names_of(one.may)},
            {"keys", key_values(agent.keys)},
            {"tokens", token_hashes(agent.tokens)}};
  });
}

void add_systems(Json& out, const Charter& charter, const DeclaredCharter& declared) {
  out["providers"] = list_of(charter.providers, [](const Provider& one) -> Json {
    return {{"name", one.name}, {"title", one.title}};
  });
  out["pools"] = list_of(charter.pools, [](const Pool& one) -> Json {
    return {
        {"name", one.name}, {"systems", one.last.value - one.first.value}, {"weight", one.weight}};
  });
  out["endpoints"] = list_of(charter.endpoints, [](const Endpoint& one) -> Json {
    return {
        {"name", one.name}, {"origin", one.origin}, {"host", one.host}, {"headers", one.headers}};
  });
  // Ranges as they are written: a fleet of a million is one line.
  out["systems"] = list_of(declared.systems, [](const DeclaredSystem& one) -> Json {
    return {{"name", std::string(one.name.text)},
            {"pool", std::string(one.pool.text)},
            {"weight", one.weight},
            {"provider", name_or_null(one.provider)},
            {"endpoint", std::string(one.endpoint.text)}};
  });
}

void add_requests(Json& out, const Charter& charter) {
  out["classes"] =
      list_of(charter.classes, [&](const Class& one) { return json_of(one, charter); });
  out["passes"] = list_of(charter.passes, [&](const Pass& one) -> Json {
    return {{"name", one.name},
            {"endpoint", charter.endpoint(one.endpoint).name},
            {"match", matchers_of(one.matchers)}};
  });
}

void add_limits(Json& out, const Charter& charter, const DeclaredCharter& declared) {
  out["limits"] = list_of(charter.limits, [&](const Limit& one) { return json_of(one, charter); });
  out["supply"] = Json::array();
  for (const DeclaredLimit& one : declared.limits)
    if (one.subject == DeclaredLimit::Subject::supply)
      out["supply"].push_back({{"provider", name_or_null(one.provider)},
                               {"pool", std::string(one.pool.text)},
                               {"basis_points", one.basis_points}});
}

void add_changes(Json& out, const Charter& charter, const DeclaredCharter& declared) {
  out["readers"] =
      list_of(charter.readers, [&](const Selector& one) { return json_of(one, charter); });
  out["rosters"] = list_of(declared.rosters, [](const DeclaredRoster& one) -> Json {
    return {{"institution", std::string(one.institution.text)},
            {"need", quorum_text(one.quorum)},
            {"delay_seconds", one.delay.seconds}};
  });
  out["amend"] = Json();
  if (declared.amend)
    out["amend"] = Json{{"need", quorum_text(declared.amend->quorum)},
                        {"weakening_need", quorum_text(declared.amend->weakening)},
                        {"delay_seconds", declared.amend->delay.seconds}};
}

}  // namespace

std::string charter_json(const Charter& charter) {
  const DeclaredCharter declared = reread(charter);
  Json out;
  add_header(out, charter);
  add_people(out, charter, declared);
  add_systems(out, charter, declared);
  add_requests(out, charter);
  add_limits(out, charter, declared);
  add_changes(out, charter, declared);
  return out.dump(2) + "\n";
}

}  // namespace keyturn
