#include "policy/charter/compile.h"

#include <algorithm>
#include <numeric>

#include "policy/charter/terms.h"
#include "policy/people/closure.h"

namespace keyturn {
namespace {

// Positions of `values` in the order of `less`.
template <class Value, class Less>
std::vector<std::uint32_t> sorted_positions(const std::vector<Value>& values, const Less& less) {
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return less(values[a], values[b]); });
  return order;
}

// Pools segment by segment: as bytes, `military-x` would stand between `military` and
// `military/air`, and a subtree would not be one range.
bool pool_before(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return (x == '/' ? 0 : static_cast<unsigned char>(x)) <
           (y == '/' ? 0 : static_cast<unsigned char>(y));
  });
}

bool is_below(std::string_view pool, std::string_view ancestor) {
  return pool.size() > ancestor.size() && pool.starts_with(ancestor) &&
         pool[ancestor.size()] == '/';
}

std::vector<Matcher> matchers_of(const std::vector<DeclaredMatcher>& declared) {
  std::vector<Matcher> out;
  for (const DeclaredMatcher& matcher : declared) out.push_back(matcher.matcher);
  return out;
}

// What officials read where the class's author wrote no effect.
std::vector<EffectPart> default_effect(const DeclaredClass& klass) {
  std::vector<EffectPart> out(1);
  out[0].text = std::string(klass.name.text) + " at " + std::string(klass.endpoint.text);
  if (klass.directs) {
    out[0].text += " by ";
    out.emplace_back();
    out[1].kind = EffectPart::Kind::systems;
  }
  return out;
}

std::string limit_text(const DeclaredLimit& limit, std::string_view pool) {
  using Subject = DeclaredLimit::Subject;
  std::string out = limit.subject == Subject::person        ? "person "
                    : limit.subject == Subject::span        ? "span "
                    : limit.subject == Subject::institution ? "institution "
                    : limit.subject == Subject::cosigned    ? "cosigned "
                                                            : "agents ";
  if (limit.provider) out += std::string(limit.provider->text) + " ";
  out += pool;
  if (limit.has_fraction) out += " " + percentage_text(limit.basis_points);
  if (limit.has_absolute)
    out += (limit.has_fraction ? ", at most " : " at most ") + std::to_string(limit.absolute);
  if (limit.over.seconds != 0) out += " over " + std::string(limit.over_text);
  return out;
}

Limit::Subject limit_subject(DeclaredLimit::Subject subject) {
  switch (subject) {
    case DeclaredLimit::Subject::person:
      return Limit::Subject::person;
    case DeclaredLimit::Subject::span:
      return Limit::Subject::span;
    case DeclaredLimit::Subject::institution:
      return Limit::Subject::institution;
    case DeclaredLimit::Subject::agents:
      return Limit::Subject::agents;
    case DeclaredLimit::Subject::cosigned:
    case DeclaredLimit::Subject::supply:
      return Limit::Subject::cosigned;
  }
  return Limit::Subject::person;
}

}  // namespace

std::string percentage_text(std::uint64_t basis_points) {
  std::string out = std::to_string(basis_points / 100);
  const std::uint64_t rest = basis_points % 100;
  if (rest != 0) {
    out += '.';
    out += static_cast<char>('0' + rest / 10);
    if (rest % 10 != 0) out += static_cast<char>('0' + rest % 10);
  }
  return out + "%";
}

std::string system_name(const DeclaredSystem& system, std::uint64_t number) {
  std::string name(system.prefix);
  if (!system.is_range) return name;
  const std::string digits = std::to_string(number);
  name.append(system.width - digits.size(), '0');
  return name + digits;
}

std::vector<PoolId> limited_pools(const Charter& charter, const DeclaredLimit& limit) {
  std::vector<PoolId> out;
  for (std::uint32_t i = 0; i < charter.pools.size(); ++i) {
    const std::string& name = charter.pools[i].name;
    if (limit.each ? is_below(name, limit.pool.text) : name == limit.pool.text)
      out.push_back(PoolId{i});
  }
  return out;
}

std::shared_ptr<Charter> CharterCompiler::compile(const DeclaredCharter& declared,
                                                  const Names& names) {
  auto charter = std::make_shared<Charter>();
  CharterCompiler compiler(declared, names, *charter);
  compiler.header();
  compiler.institutions();
  compiler.endpoints();
  compiler.pools();
  compiler.systems();
  compiler.people();
  compiler.classes();
  compiler.agents();
  compiler.passes();
  compiler.limits();
  compiler.freezes();
  compiler.lookups();
  charter->closure = std::make_shared<Closure>(*charter);
  return charter;
}

void CharterCompiler::header() {
  charter_.name = declared_.name;
  charter_.version = declared_.version;
  charter_.valid_from = declared_.valid_from;
  charter_.valid_until = declared_.valid_until;
  charter_.text = declared_.text;
  charter_.digest = sha256(declared_.text);
  charter_.journal_key = declared_.journal_key->key;
}

void CharterCompiler::institutions() {
  std::unordered_map<std::string_view, BranchId> branches;
  const auto new_branch = [&](std::string_view name) {
    charter_.branches.emplace_back(name);
    return BranchId{static_cast<std::uint32_t>(charter_.branches.size() - 1)};
  };
  for (const DeclaredInstitution& declared : declared_.institutions) {
    Institution institution;
    institution.name = declared.name.text;
    institution.title = declared.title;
    if (!declared.branch) {
      institution.branch = new_branch(declared.name.text);  // a branch of its own
    } else {
      const auto found = branches.find(declared.branch->text);
      institution.branch =
          found != branches.end() ? found->second : new_branch(declared.branch->text);
      branches.emplace(declared.branch->text, institution.branch);
    }
    charter_.institutions.push_back(std::move(institution));
  }
  for (const DeclaredOffice& declared : declared_.offices) {
    Office office;
    office.name = declared.name.text;
    for (const Name& above : declared.under)
      office.under.push_back(OfficeId{names_.offices.at(above.text)});
    charter_.offices.push_back(std::move(office));
  }
  for (const DeclaredProvider& declared : declared_.providers)
    charter_.providers.push_back(Provider{std::string(declared.name.text), declared.title});
}

void CharterCompiler::people() {
  for (const DeclaredPerson& declared : declared_.persons) {
    Person person;
    person.name = declared.name.text;
    person.title = declared.title;
    person.institution = InstitutionId{names_.institutions.at(declared.institution.text)};
    for (const Name& office : declared.holds)
      person.holds.push_back(OfficeId{names_.offices.at(office.text)});
    for (const Name& above : declared.under)
      person.under.push_back(PersonId{names_.persons.at(above.text)});
    for (const DeclaredKey& key : declared.keys) person.keys.push_back(key.key);
    for (const DeclaredToken& token : declared.tokens) person.tokens.push_back(token.hash);
    for (const DeclaredCertificate& one : declared.certificates)
      person.certificates.push_back(one.key_hash);
    charter_.persons.push_back(std::move(person));
  }
}

void CharterCompiler::agents() {
  for (const DeclaredAgent& declared : declared_.agents) {
    Agent agent;
    agent.name = declared.name.text;
    agent.sponsor = PersonId{names_.persons.at(declared.sponsor.text)};
    if (declared.provider)
      agent.provider = ProviderId{names_.providers.at(declared.provider->text)};
    for (const Name& klass : declared.may)
      agent.may.push_back(class_ids_[names_.classes.at(klass.text)]);
    std::sort(agent.may.begin(), agent.may.end());
    for (const DeclaredKey& key : declared.keys) agent.keys.push_back(key.key);
    for (const DeclaredToken& token : declared.tokens) agent.tokens.push_back(token.hash);
    for (const DeclaredCertificate& one : declared.certificates)
      agent.certificates.push_back(one.key_hash);
    charter_.agents.push_back(std::move(agent));
  }
}

void CharterCompiler::pools() {
  const auto order =
      sorted_positions(declared_.pools, [](const DeclaredPool& a, const DeclaredPool& b) {
        return pool_before(a.name.text, b.name.text);
      });
  pool_ids_.resize(order.size());
  std::vector<PoolId> open;  // the pools that enclose the next one
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    pool_ids_[order[i]] = PoolId{i};
    Pool pool;
    pool.name = declared_.pools[order[i]].name.text;
    while (!open.empty() && !is_below(pool.name, charter_.pools[open.back().value].name))
      open.pop_back();
    if (!open.empty()) pool.parent = open.back();
    open.push_back(PoolId{i});
    charter_.pools.push_back(std::move(pool));
  }
}

void CharterCompiler::systems() {
  for (const DeclaredSystem& declared : declared_.systems) {
    System system;
    system.pool = pool_ids_[names_.pools.at(declared.pool.text)];
    system.weight = declared.weight;
    if (declared.provider)
      system.provider = ProviderId{names_.providers.at(declared.provider->text)};
    system.endpoint = EndpointId{names_.endpoints.at(declared.endpoint.text)};
    for (std::uint64_t number = declared.first; number <= declared.last; ++number) {
      system.name = system_name(declared, number);
      charter_.systems.push_back(system);
    }
  }
  std::sort(charter_.systems.begin(), charter_.systems.end(), [](const System& a, const System& b) {
    return a.pool != b.pool ? a.pool < b.pool : a.name < b.name;
  });
  charter_.weight_before_.assign(1, 0);
  for (const System& system : charter_.systems)
    charter_.weight_before_.push_back(charter_.weight_before_.back() + system.weight);

  // Pools are sorted and systems by pool, so the systems of a pool and of all below it are one
  // range.
  const auto first_in = [&](std::uint32_t pool) {
    const auto at = std::lower_bound(
        charter_.systems.begin(), charter_.systems.end(), pool,
        [](const System& system, std::uint32_t value) { return system.pool.value < value; });
    return SystemId{static_cast<std::uint32_t>(at - charter_.systems.begin())};
  };
  for (std::uint32_t i = 0; i < charter_.pools.size(); ++i) {
    Pool& pool = charter_.pools[i];
    std::uint32_t behind = i + 1;
    while (behind < charter_.pools.size() && is_below(charter_.pools[behind].name, pool.name))
      ++behind;
    pool.first = first_in(i);
    pool.last = first_in(behind);
    pool.weight = charter_.weight_between(pool.first, pool.last);
  }
}

void CharterCompiler::endpoints() {
  for (const DeclaredEndpoint& declared : declared_.endpoints) {
    Endpoint endpoint;
    endpoint.name = declared.name.text;
    endpoint.origin = declared.origin;
    endpoint.host = declared.host;
    for (const Name& header : declared.headers) endpoint.headers.emplace_back(header.text);
    std::sort(endpoint.headers.begin(), endpoint.headers.end());
    for (const DeclaredKey& key : declared.keys) endpoint.keys.push_back(key.key);
    charter_.endpoints.push_back(std::move(endpoint));
  }
}

void CharterCompiler::classes() {
  const auto order = sorted_positions(
      declared_.classes,
      [](const DeclaredClass& a, const DeclaredClass& b) { return a.name.text < b.name.text; });
  std::unordered_map<std::string_view, const DeclaredRule*> rules;
  for (const DeclaredRule& rule : declared_.rules) rules.emplace(rule.klass.text, &rule);
  class_ids_.resize(order.size());
  const SelectorResolver resolver(charter_, names_);
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    const DeclaredClass& declared = declared_.classes[order[i]];
    const DeclaredRule& rule = *rules.at(declared.name.text);
    class_ids_[order[i]] = ClassId{i};
    Class klass = compile_class(declared);
    for (const DeclaredSelector& by : declared.by) klass.by.push_back(resolver.resolve(by));
    klass.rule = compile_quorum(rule.quorum, resolver);
    klass.rule.text = rule_text(rule);
    klass.rule.not_under = rule.not_under;
    klass.rule.superior_beside_subordinate = rule.allow_superior.has_value();
    klass.rule.veto_count = rule.veto_count;
    if (rule.veto_count != 0) klass.rule.veto = resolver.resolve(rule.veto);
    klass.rule.windows = rule.windows;
    klass.rule.prevents = rule.prevents;
    charter_.classes.push_back(std::move(klass));
  }
  for (const DeclaredSelector& readers : declared_.readers)
    charter_.readers.push_back(resolver.resolve(readers));
  for (const DeclaredDelegation& declared : declared_.delegations) {
    DelegationTerms terms;
    for (const DeclaredSelector& of : declared.of) terms.of.push_back(resolver.resolve(of));
    for (const DeclaredSelector& to : declared.to) terms.to.push_back(resolver.resolve(to));
    terms.most = declared.most;
    charter_.delegations.push_back(std::move(terms));
  }
}

Class CharterCompiler::compile_class(const DeclaredClass& declared) const {
  Class klass;
  klass.name = declared.name.text;
  klass.endpoint = EndpointId{names_.endpoints.at(declared.endpoint.text)};
  klass.matchers = matchers_of(declared.matchers);
  klass.directs = declared.directs;
  for (const DeclaredSource& source : declared.sources) klass.sources.push_back(source.source);
  for (const DeclaredPointer& pattern : declared.shape) klass.shape.push_back(pattern.pointer);
  for (const DeclaredEffectPart& part : declared.effect) klass.effect.push_back(part.part);
  if (klass.effect.empty()) klass.effect = default_effect(declared);
  if (declared.stop) {
    klass.stop_method = declared.stop->matcher.methods.front();
    klass.stop_path = declared.stop->path;
  }
  return klass;
}

void CharterCompiler::passes() {
  for (const DeclaredPass& declared : declared_.passes) {
    Pass pass;
    pass.name = declared.name.text;
    pass.endpoint = EndpointId{names_.endpoints.at(declared.endpoint.text)};
    pass.matchers = matchers_of(declared.matchers);
    charter_.passes.push_back(std::move(pass));
  }
}

void CharterCompiler::limits() {
  Duration over, lease;
  for (const DeclaredLimit& declared : declared_.limits) {
    if (declared.subject == DeclaredLimit::Subject::supply) continue;  // bounded when checked [S5]
    for (const PoolId pool : limited_pools(charter_, declared)) {
      Limit limit;
      limit.subject = limit_subject(declared.subject);
      if (declared.provider)
        limit.provider = ProviderId{names_.providers.at(declared.provider->text)};
      limit.pool = pool;
      limit.has_fraction = declared.has_fraction;
      limit.basis_points = declared.basis_points;
      limit.has_absolute = declared.has_absolute;
      limit.absolute = declared.absolute;
      limit.over = declared.over;
      limit.text = limit_text(declared, charter_.pool(pool).name);
      charter_.limits.push_back(std::move(limit));
    }
    over = std::max(over, declared.over);
  }
  for (const Class& klass : charter_.classes) lease = std::max(lease, klass.rule.windows.lease);
  charter_.longest_memory = over + lease;
}

void CharterCompiler::freezes() {
  const SelectorResolver resolver(charter_, names_);
  for (const DeclaredFreeze& declared : declared_.freezes) {
    FreezeBlock block;
    const std::string subject(declared.subject.text);
    block.text =
        declared.is_class ? "class " + subject : subject + (declared.with_below ? "/**" : "");
    if (declared.is_class) block.klass = class_ids_[names_.classes.at(subject)];
    for (std::uint32_t i = 0; i < charter_.pools.size() && !declared.is_class; ++i) {
      const std::string& name = charter_.pools[i].name;
      if (name == subject || (declared.with_below && is_below(name, subject)))
        block.pools.push_back(PoolId{i});
    }
    for (const DeclaredSelector& by : declared.by) block.by.push_back(resolver.resolve(by));
    block.longest = declared.longest;
    block.unfreeze.name = "unfreeze " + block.text;
    block.unfreeze.directs = true;
    block.unfreeze.rule = compile_quorum(declared.unfreeze, resolver);
    charter_.freezes.push_back(std::move(block));
  }
}

// The vectors are complete: views of their names stay good as long as the charter does.
void CharterCompiler::lookups() {
  const auto index = [](const auto& values, auto& names) {
    names.reserve(values.size());
    for (std::uint32_t i = 0; i < values.size(); ++i)
      names.emplace(values[i].name, typename std::decay_t<decltype(names)>::mapped_type{i});
  };
  index(charter_.persons, charter_.person_names_);
  index(charter_.agents, charter_.agent_names_);
  index(charter_.systems, charter_.system_names_);
  index(charter_.endpoints, charter_.endpoint_names_);
  index(charter_.classes, charter_.class_names_);
  const auto credentials = [&](const auto& principal, const PrincipalRef& ref) {
    for (const Digest& token : principal.tokens) charter_.tokens_.emplace(token, ref);
    for (const Digest& key : principal.certificates) charter_.certificates_.emplace(key, ref);
  };
  for (std::uint32_t i = 0; i < charter_.persons.size(); ++i)
    credentials(charter_.persons[i], PrincipalRef{std::nullopt, PersonId{i}});
  for (std::uint32_t i = 0; i < charter_.agents.size(); ++i)
    credentials(charter_.agents[i], PrincipalRef{AgentId{i}, charter_.agents[i].sponsor});
}

}  // namespace keyturn
