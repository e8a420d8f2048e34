// Every name that is used is declared. A misspelt pool would escape its limit, a misspelt office
// its command [C11].
#include "policy/charter/check/check.h"

namespace keyturn {
namespace {

class References {
 public:
  explicit References(const DeclaredCheck& check) : check_(check), names_(check.names) {}

  void people() const {
    for (const DeclaredOffice& office : check_.declared.offices) all(names_.offices, office.under);
    for (const DeclaredPerson& person : check_.declared.persons) {
      one(names_.institutions, person.institution);
      all(names_.offices, person.holds);
      all(names_.persons, person.under);
    }
    for (const DeclaredAgent& agent : check_.declared.agents) {
      one(names_.persons, agent.sponsor);
      if (agent.provider) one(names_.providers, *agent.provider);
      all(names_.classes, agent.may);
    }
  }

  void fleet() const {
    for (const DeclaredPool& pool : check_.declared.pools) {
      const std::size_t slash = pool.name.text.rfind('/');
      if (slash == std::string_view::npos) continue;
      Name parent{pool.name.text.substr(0, slash), pool.name.place};
      parent.place.length = static_cast<std::uint32_t>(slash);
      one(names_.pools, parent);
    }
    for (const DeclaredSystem& system : check_.declared.systems) {
      one(names_.pools, system.pool);
      if (system.provider) one(names_.providers, *system.provider);
      one(names_.endpoints, system.endpoint);
    }
    for (const DeclaredLimit& limit : check_.declared.limits) {
      one(names_.pools, limit.pool);
      if (limit.provider) one(names_.providers, *limit.provider);
    }
  }

  void requests() const {
    for (const DeclaredClass& klass : check_.declared.classes) {
      one(names_.endpoints, klass.endpoint);
      for (const DeclaredSelector& by : klass.by) selector(by);
    }
    for (const DeclaredPass& pass : check_.declared.passes) one(names_.endpoints, pass.endpoint);
  }

  void quorums() const {
    for (const DeclaredRule& rule : check_.declared.rules) {
      one(names_.classes, rule.klass);
      expression(rule.quorum.need);
      if (rule.veto_count != 0) selector(rule.veto);
      all(names_.persons, rule.rests_on);
    }
    for (const DeclaredFreeze& freeze : check_.declared.freezes) {
      one(freeze.is_class ? names_.classes : names_.pools, freeze.subject);
      for (const DeclaredSelector& by : freeze.by) selector(by);
      expression(freeze.unfreeze.need);
      all(names_.persons, freeze.rests_on);
    }
    for (const DeclaredSelector& readers : check_.declared.readers) selector(readers);
    for (const DeclaredDelegation& delegation : check_.declared.delegations) {
      for (const DeclaredSelector& of : delegation.of) selector(of);
      for (const DeclaredSelector& to : delegation.to) selector(to);
    }
    for (const DeclaredRoster& roster : check_.declared.rosters) {
      one(names_.institutions, roster.institution);
      expression(roster.quorum.need);
    }
    if (check_.declared.amend) {
      expression(check_.declared.amend->quorum.need);
      expression(check_.declared.amend->weakening.need);
    }
  }

 private:
  void one(const NameTable& table, const Name& name) const {
    table.require(name, check_.diagnostics);
  }
  void all(const NameTable& table, const std::vector<Name>& names) const {
    for (const Name& name : names) one(table, name);
  }
  void expression(const Expression& expression_of) const {
    if (expression_of.kind == Expression::Kind::term) selector(expression_of.selector);
    for (const Expression& part : expression_of.parts) expression(part);
  }

  void selector(const DeclaredSelector& selected) const {
    for (const Name& name : selected.names) {
      if (selected.kind == SelectorKind::person && names_.agents.find(name.text))
        check_.diagnostics.error(name.place,
                                 quoted(name.text) + " is an agent; only persons approve [Q3]");
      else
        one(selected.kind == SelectorKind::office        ? names_.offices
            : selected.kind == SelectorKind::institution ? names_.institutions
                                                         : names_.persons,
            name);
    }
  }

  const DeclaredCheck& check_;
  const Names& names_;
};

}  // namespace

void check_references(const DeclaredCheck& check) {
  const References references(check);
  references.people();
  references.fleet();
  references.requests();
  references.quorums();
}

}  // namespace keyturn
