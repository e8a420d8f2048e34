// Quorums can be met, and by more than one person's leave [Q8]: a rule that nobody can meet and a
// class that no initiator could get approved are refused; so is a quorum that rests on one person
// and does not say so, or says so of somebody it does not rest on.
//
// Only persons with a key can approve. The search is that of policy/quorum (people collapsed into
// the kinds that a rule can tell apart), and what it finds is checked by the law again. It ends
// after charter_search_steps_max steps, and after charter_initiators_max initiators of different
// command; a quorum not found by then counts as none, so this errs only towards refusing.
#include <algorithm>
#include <set>

#include "keyturn/limits.h"
#include "policy/charter/check/check.h"
#include "policy/charter/terms.h"
#include "policy/people/closure.h"
#include "policy/quorum/quorum.h"
#include "policy/quorum/search.h"

namespace keyturn {
namespace {

using People = std::vector<PersonId>;

class QuorumCheck {
 public:
  QuorumCheck(const Charter& charter, const Class& klass) : charter_(charter), klass_(klass) {
    for (const PersonId initiator : different_initiators()) initiators_.emplace_back(initiator);
    find_approvers();
  }
  // Of a quorum for what nobody initiates: lifting a freeze.
  struct NobodyInitiates {};
  QuorumCheck(const Charter& charter, const Class& klass, NobodyInitiates)
      : charter_(charter), klass_(klass), initiators_(1) {
    find_approvers();
  }

  void find_approvers() {
    for (std::uint32_t i = 0; i < charter_.persons.size(); ++i)
      if (!charter_.persons[i].keys.empty()) approvers_.push_back(PersonId{i});
  }

  bool has_initiators() const { return !initiators_.empty(); }

  // Approvers of some quorum without `left_out`, for some initiator.
  std::optional<People> find(std::optional<PersonId> left_out = std::nullopt) const {
    People available = approvers_;
    if (left_out) std::erase(available, *left_out);
    for (const std::optional<PersonId>& initiator : initiators_) {
      const QuorumContext context{charter_, klass_, initiator};
      for (std::uint32_t i = 0; i < klass_.rule.branches.size(); ++i) {
        std::uint64_t steps = charter_search_steps_max;
        const auto found = search_quorum(context, klass_.rule.branches[i], available, steps);
        if (!found) continue;
        Assignment assignment;
        assignment.branch = i;
        for (const std::optional<PersonId>& approver : found->approvers)
          if (approver) assignment.approvers.push_back(*approver);
        if (check_assignment(context, assignment, available).empty()) return assignment.approvers;
      }
    }
    return std::nullopt;
  }

  // What is missing even if everybody approves, in the words of the rule.
  std::string missing_text() const {
    std::string out;
    for (const Reason& reason :
         missing(QuorumContext{charter_, klass_, initiators_.front()}, approvers_))
      out += (out.empty() ? ": " : "; ") + reason.text;
    return out;
  }

  // The persons without whom there is no quorum.
  People indispensable(const People& quorum) const {
    People out;
    for (const PersonId person : quorum)
      if (!find(person)) out.push_back(person);
    return out;
  }

 private:
  // Initiators who command different people among those selected, fewest first: whoever else there
  // is finds the same quorums as one of these.
  People different_initiators() const {
    std::vector<bool> is_selected(charter_.persons.size());
    for (const Selector& selector : klass_.rule.selectors)
      for (const PersonId person : selector.people) is_selected[person.value] = true;
    std::set<std::pair<std::size_t, std::pair<People, People>>> seen;
    std::vector<std::pair<std::size_t, PersonId>> found;
    for (std::uint32_t i = 0; i < charter_.persons.size(); ++i) {
      const PersonId person{i};
      if (!may_initiate(person)) continue;
      People commands, obeys;
      for (const PersonId below : charter_.closure->subordinates(person))
        if (is_selected[below.value]) commands.push_back(below);
      // Where nothing is directed, who commands the initiator matters too [I5].
      if (!klass_.directs) {
        const auto above = charter_.closure->superiors(person);
        obeys.assign(above.begin(), above.end());
        std::erase(obeys, person);  // his own closure holds no approver anyway [I4]
      }
      const std::size_t count = commands.size() + obeys.size();
      if (seen.emplace(count, std::make_pair(std::move(commands), std::move(obeys))).second)
        found.emplace_back(count, person);
    }
    std::sort(found.begin(), found.end());
    if (found.size() > charter_initiators_max) found.resize(charter_initiators_max);
    People out;
    for (const auto& [count, person] : found) out.push_back(person);
    return out;
  }

  bool may_initiate(PersonId person) const {
    return klass_.by.empty() ||
           std::any_of(klass_.by.begin(), klass_.by.end(),
                       [&](const Selector& selector) { return selector.selects(person); });
  }

  const Charter& charter_;
  const Class& klass_;
  std::vector<std::optional<PersonId>> initiators_;  // one that is empty: nobody
  People approvers_;
};

void check_rests_on(const CompiledCheck& check, Place place, const std::vector<Name>& rests_on,
                    const QuorumCheck& quorums, const People& quorum) {
  const People indispensable = quorums.indispensable(quorum);
  for (const PersonId person : indispensable) {
    const std::string& name = check.charter.person(person).name;
    const bool is_said = std::any_of(rests_on.begin(), rests_on.end(),
                                     [&](const Name& said) { return said.text == name; });
    if (!is_said)
      check.diagnostics.error(place, "every way to meet this needs " + quoted(name) +
                                         ": say `rests on " + name +
                                         "`, or let others serve too [Q8]");
  }
  for (const Name& said : rests_on) {
    const PersonId person{check.names.persons.at(said.text)};
    if (std::find(indispensable.begin(), indispensable.end(), person) == indispensable.end())
      check.diagnostics.error(said.place, "the quorum does not rest on " + quoted(said.text) +
                                              ": it can be met without him [Q8]");
  }
}

void check_class_rule(const CompiledCheck& check, const DeclaredRule& declared) {
  const Class& klass = check.charter.klass(*check.charter.find_class(declared.klass.text));
  const QuorumCheck quorums(check.charter, klass);
  if (!quorums.has_initiators())
    return check.diagnostics.error(
        declared.klass.place,
        "nobody may initiate class " + quoted(klass.name) + ": its `by` selects no person [Q8]");
  const std::optional<People> quorum = quorums.find();
  if (!quorum)
    return check.diagnostics.error(
        declared.quorum.place,
        "no initiator could ever get this approved, even if everybody with a key agreed" +
            quorums.missing_text() + " [Q8]");
  check_rests_on(check, declared.quorum.place, declared.rests_on, quorums, *quorum);
}

void check_veto(const CompiledCheck& check, const DeclaredRule& declared) {
  if (declared.veto_count == 0) return;
  const Selector& veto =
      check.charter.klass(*check.charter.find_class(declared.klass.text)).rule.veto;
  const auto able = std::count_if(veto.people.begin(), veto.people.end(), [&](PersonId person) {
    return !check.charter.person(person).keys.empty();
  });
  if (static_cast<std::uint64_t>(able) >= declared.veto_count) return;
  check.diagnostics.error(declared.veto.place, "a veto of " + std::to_string(declared.veto_count) +
                                                   ", and " + std::to_string(able) +
                                                   " with a key could give it [Q8]");
}

// Amendments and rosters are bound by the independence of what directs [I7], whoever proposes.
void check_standing(const CompiledCheck& check, const SelectorResolver& resolver,
                    const DeclaredQuorum& declared, std::string_view what) {
  Class klass;
  klass.name = what;
  klass.directs = true;
  klass.rule = compile_quorum(declared, resolver);
  const QuorumCheck quorums(check.charter, klass);
  const std::optional<People> quorum =
      quorums.has_initiators() ? quorums.find() : std::optional<People>();
  if (!quorum)
    return check.diagnostics.error(declared.place,
                                   "nobody could ever meet this, even if everybody "
                                   "with a key agreed [Q8]");
  for (const PersonId person : quorums.indispensable(*quorum))
    check.diagnostics.notice(declared.place, "every way to meet this needs " +
                                                 quoted(check.charter.person(person).name));
}

void check_unfreeze(const CompiledCheck& check, const DeclaredFreeze& declared,
                    const FreezeBlock& block) {
  const QuorumCheck quorums(check.charter, block.unfreeze, QuorumCheck::NobodyInitiates{});
  const std::optional<People> quorum = quorums.find();
  if (!quorum)
    return check.diagnostics.error(declared.unfreeze.place,
                                   "nobody could ever lift this, even if everybody with a key "
                                   "agreed" +
                                       quorums.missing_text() + " [Q8]");
  check_rests_on(check, declared.unfreeze.place, declared.rests_on, quorums, *quorum);
}

}  // namespace

void check_quorums(const CompiledCheck& check) {
  for (const DeclaredRule& declared : check.declared.rules) {
    check_class_rule(check, declared);
    check_veto(check, declared);
  }
  for (std::size_t i = 0; i < check.declared.freezes.size(); ++i)
    check_unfreeze(check, check.declared.freezes[i], check.charter.freezes[i]);
  const SelectorResolver resolver(check.charter, check.names);
  for (const DeclaredRoster& roster : check.declared.rosters)
    check_standing(check, resolver, roster.quorum, "roster");
  if (check.declared.amend) {
    check_standing(check, resolver, check.declared.amend->quorum, "amend");
    check_standing(check, resolver, check.declared.amend->weakening, "amend");
  }
}

}  // namespace keyturn
