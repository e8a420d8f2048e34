#include "policy/charter/terms.h"

#include <algorithm>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

using Branches = std::vector<Branch>;

class Expander {
 public:
  explicit Expander(DisjunctiveForm& form) : form_(form) {}

  Branches expand(const Expression& expression) {
    switch (expression.kind) {
      case Expression::Kind::term:
        return term(expression);
      case Expression::Kind::any:
        return any(expression);
      case Expression::Kind::all:
        return all(expression);
    }
    return {};
  }

 private:
  Branches term(const Expression& expression) {
    if (expression.count > rule_slots_max) return give_up();
    const std::string text = selector_text(expression.selector);
    std::size_t index = 0;
    while (index < texts_.size() && texts_[index] != text) ++index;
    if (index == texts_.size()) {
      texts_.push_back(text);
      form_.selectors.push_back(&expression.selector);
    }
    Branch branch;
    branch.slots.assign(expression.count, static_cast<std::uint32_t>(index));
    return {std::move(branch)};
  }

  Branches any(const Expression& expression) {
    Branches out;
    for (const Expression& part : expression.parts) {
      const Branches branches = expand(part);
      if (out.size() + branches.size() > rule_branches_max) return give_up();
      out.insert(out.end(), branches.begin(), branches.end());
    }
    return out;
  }

  Branches all(const Expression& expression) {
    Branches out(1);
    for (const Expression& part : expression.parts) {
      const Branches branches = expand(part);
      if (out.size() * branches.size() > rule_branches_max) return give_up();
      Branches product;
      for (const Branch& left : out) {
        for (const Branch& right : branches) {
          if (left.slots.size() + right.slots.size() > rule_slots_max) return give_up();
          Branch joined = left;
          joined.slots.insert(joined.slots.end(), right.slots.begin(), right.slots.end());
          product.push_back(std::move(joined));
        }
      }
      out = std::move(product);
    }
    return out;
  }

  Branches give_up() {
    form_.too_large = true;
    return {};
  }

  DisjunctiveForm& form_;
  std::vector<std::string> texts_;
};

std::string expression_text(const Expression& expression) {
  if (expression.kind == Expression::Kind::term)
    return std::to_string(expression.count) + " of " + selector_text(expression.selector);
  std::string out;
  for (const Expression& part : expression.parts) {
    if (!out.empty()) out += expression.kind == Expression::Kind::all ? " and " : " or ";
    const bool is_term = part.kind == Expression::Kind::term;
    out += is_term ? expression_text(part) : "(" + expression_text(part) + ")";
  }
  return out;
}

}  // namespace

std::string selector_text(const DeclaredSelector& selector) {
  std::string out = selector.kind == SelectorKind::office        ? "office:"
                    : selector.kind == SelectorKind::institution ? "institution:"
                                                                 : "person:";
  for (std::size_t i = 0; i < selector.names.size(); ++i)
    out += (i == 0 ? "" : "|") + std::string(selector.names[i].text);
  return out;
}

std::string quorum_text(const DeclaredQuorum& quorum) {
  std::string out = expression_text(quorum.need);
  if (quorum.across_institutions != 0)
    out += " across " + std::to_string(quorum.across_institutions) + " institutions";
  if (quorum.across_branches != 0)
    out += " across " + std::to_string(quorum.across_branches) + " branches";
  if (quorum.at_most_per_institution != 0)
    out += " at most " + std::to_string(quorum.at_most_per_institution) + " per institution";
  return out;
}

std::string rule_text(const DeclaredRule& rule) {
  std::string out = quorum_text(rule.quorum);
  if (rule.not_under != 1) out += " not under " + std::to_string(rule.not_under);
  if (rule.allow_superior) out += " allow superior";
  if (rule.veto_count != 0)
    out += "; veto " + std::to_string(rule.veto_count) + " of " + selector_text(rule.veto);
  return out;
}

DisjunctiveForm disjunctive_form(const Expression& expression) {
  DisjunctiveForm form;
  Expander expander(form);
  form.branches = expander.expand(expression);
  if (form.too_large) form.branches.clear();
  return form;
}

SelectorResolver::SelectorResolver(const Charter& charter, const Names& names)
    : names_(names),
      by_office_(charter.offices.size()),
      by_institution_(charter.institutions.size()) {
  for (std::uint32_t i = 0; i < charter.persons.size(); ++i) {
    by_institution_[charter.persons[i].institution.value].push_back(PersonId{i});
    for (const OfficeId office : charter.persons[i].holds)
      by_office_[office.value].push_back(PersonId{i});
  }
}

Selector SelectorResolver::resolve(const DeclaredSelector& selector) const {
  Selector out;
  out.kind = selector.kind;
  out.text = selector_text(selector);
  for (const Name& name : selector.names) {
    out.names.emplace_back(name.text);
    if (selector.kind == SelectorKind::person) {
      out.people.push_back(PersonId{names_.persons.at(name.text)});
      continue;
    }
    const std::vector<PersonId>& people = selector.kind == SelectorKind::office
                                              ? by_office_[names_.offices.at(name.text)]
                                              : by_institution_[names_.institutions.at(name.text)];
    out.people.insert(out.people.end(), people.begin(), people.end());
  }
  std::sort(out.people.begin(), out.people.end());
  out.people.erase(std::unique(out.people.begin(), out.people.end()), out.people.end());
  return out;
}

Rule compile_quorum(const DeclaredQuorum& quorum, const SelectorResolver& resolver) {
  Rule rule;
  rule.text = quorum_text(quorum);
  DisjunctiveForm form = disjunctive_form(quorum.need);
  for (const DeclaredSelector* selector : form.selectors)
    rule.selectors.push_back(resolver.resolve(*selector));
  rule.branches = std::move(form.branches);
  rule.across_institutions = quorum.across_institutions;
  rule.across_branches = quorum.across_branches;
  rule.at_most_per_institution = quorum.at_most_per_institution;
  return rule;
}

}  // namespace keyturn
