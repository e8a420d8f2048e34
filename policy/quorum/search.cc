#include "policy/quorum/search.h"

#include <algorithm>

#include "policy/quorum/constraints.h"
#include "policy/quorum/kinds.h"

namespace keyturn {
namespace {

// Depth-first over the slots, kind by kind. Within a group of like slots kinds are taken in
// ascending order, so that no set of people is tried in two orders.
class BranchSearch {
 public:
  enum class Aim { quorum, furthest };

  BranchSearch(const QuorumContext& context, const Branch& branch,
               std::span<const PersonId> available, Aim aim, std::uint64_t& steps)
      : context_(context),
        closure_(context.closure()),
        rule_(context.klass.rule),
        aim_(aim),
        steps_(steps),
        kinds_(sort_into_kinds(context, branch, available)),
        used_(kinds_.kinds.size(), 0),
        of_institution_(context.charter.institutions.size(), 0) {
    furthest_.approvers.resize(branch.slots.size());
    goal_ = {static_cast<std::uint32_t>(branch.slots.size()), rule_.across_institutions,
             rule_.across_branches, true};
    list_places();
  }

  Found run() {
    if (aim_ == Aim::furthest || fillable_from(0) == goal_.filled) visit(0);
    return std::move(furthest_);
  }

  bool reached_goal() const { return furthest_.progress == goal_; }

 private:
  struct Place {
    std::uint32_t group = 0;
    std::uint32_t slot = 0;
    bool first_of_group = true;
    std::uint32_t fillable_after = 0;  // at most so many of the places after this one
  };
  struct Chosen {
    std::size_t place = 0;
    std::uint32_t kind = 0;
    PersonId person;
  };

  void list_places() {
    std::uint32_t fillable = 0;
    for (std::size_t group = kinds_.groups.size(); group-- > 0;) {
      const SlotGroup& slots = kinds_.groups[group];
      for (std::size_t index = slots.slots.size(); index-- > 0;) {
        places_.push_back(
            {static_cast<std::uint32_t>(group), slots.slots[index], index == 0, fillable});
        if (slots.slots.size() - index <= slots.persons) ++fillable;
      }
    }
    std::reverse(places_.begin(), places_.end());
    fillable_ = fillable;
  }

  std::uint32_t fillable_from(std::size_t place) const {
    return place == 0 ? fillable_ : places_[place - 1].fillable_after;
  }

  // Returns true when the search is over: the goal reached, or no steps left. `from` is where, in
  // its group's kinds, the choice for this place begins.
  bool visit(std::size_t index, std::size_t from = 0) {
    if (!may_surpass(chosen_.size() + fillable_from(index))) return false;
    if (index == places_.size()) return judge();
    const Place& place = places_[index];
    const std::vector<std::uint32_t>& kinds = kinds_.groups[place.group].kinds;
    if (place.first_of_group) from = 0;
    for (std::size_t at = from; at < kinds.size(); ++at) {
      if (steps_ == 0) return true;
      --steps_;
      if (!take(index, kinds[at])) continue;
      const bool over = promising(index) && visit(index + 1, at);
      give_back();
      if (over) return true;
    }
    // Leaving a place open leaves open the rest of its like: who fits them would have fitted here.
    return aim_ == Aim::furthest && visit(index + 1, kinds.size());
  }

  // Whether anything that fills at most `fillable` slots could be further than what was seen.
  bool may_surpass(std::size_t fillable) const {
    const Progress& seen = furthest_.progress;
    if (fillable != seen.filled || seen.filled == goal_.filled) return fillable >= seen.filled;
    return seen.institutions < goal_.institutions || seen.branches < goal_.branches;
  }

  bool take(std::size_t place, std::uint32_t kind) {
    const std::vector<PersonId>& persons = kinds_.kinds[kind].persons;
    if (used_[kind] == persons.size()) return false;
    const PersonId person = persons[used_[kind]];
    if (!superior_may_stand_beside(context_.klass)) {
      for (const Chosen& other : chosen_) {
        if (commands_either_way(closure_, person, other.person)) return false;
      }
    }
    if (rule_.at_most_per_institution != 0) {
      for (const InstitutionId institution : closure_.institutions(person)) {
        if (of_institution_[institution.value] == rule_.at_most_per_institution) return false;
      }
    }
    for (const InstitutionId institution : closure_.institutions(person)) {
      ++of_institution_[institution.value];
    }
    ++used_[kind];
    chosen_.push_back({place, kind, person});
    return true;
  }

  void give_back() {
    const Chosen& last = chosen_.back();
    for (const InstitutionId institution : closure_.institutions(last.person)) {
      --of_institution_[institution.value];
    }
    --used_[last.kind];
    chosen_.pop_back();
  }

  // Whether those chosen may still grow into a quorum once the place `index` is taken. Exact enough
  // to cut, never to cut what would have been one.
  bool promising(std::size_t index) const {
    if (aim_ == Aim::furthest) return true;
    const std::size_t open = places_.size() - index - 1;
    const std::vector<PersonId> persons = people();
    if (rule_.across_institutions > 1 &&
        most_apart_by_institution(closure_, persons) + open < rule_.across_institutions) {
      return false;
    }
    if (rule_.across_branches > 1 &&
        most_apart_by_branch(closure_, persons) + open < rule_.across_branches) {
      return false;
    }
    return std::none_of(
        kinds_.commanders.begin(), kinds_.commanders.end(),
        [&](const Commander& commander) { return holds_all_from(commander, index + 1); });
  }

  // Whether one closure holds everyone chosen and everyone who could fill the places still open.
  bool holds_all_from(const Commander& commander, std::size_t index) const {
    const auto holds = [&](std::uint32_t kind) { return commander.holds[kind]; };
    for (const Chosen& chosen : chosen_) {
      if (!holds(chosen.kind)) return false;
    }
    for (; index < places_.size(); ++index) {
      const std::vector<std::uint32_t>& kinds = kinds_.groups[places_[index].group].kinds;
      if (!std::all_of(kinds.begin(), kinds.end(), holds)) return false;
    }
    return true;
  }

  std::vector<PersonId> people() const {
    std::vector<PersonId> persons;
    persons.reserve(chosen_.size());
    for (const Chosen& chosen : chosen_) persons.push_back(chosen.person);
    return persons;
  }

  // Every place is decided: how far is this, and is it further than what was seen before?
  bool judge() {
    const std::vector<PersonId> persons = people();
    Progress progress;
    progress.filled = static_cast<std::uint32_t>(persons.size());
    if (goal_.institutions != 0) {
      progress.institutions =
          std::min(goal_.institutions, most_apart_by_institution(closure_, persons));
    }
    if (goal_.branches != 0) {
      progress.branches = std::min(goal_.branches, most_apart_by_branch(closure_, persons));
    }
    progress.beyond_one_command =
        progress.filled == goal_.filled &&
        !is_puppet_quorum(closure_, context_.klass, context_.initiator, persons);
    if (progress > furthest_.progress) {
      furthest_.progress = progress;
      std::fill(furthest_.approvers.begin(), furthest_.approvers.end(), std::nullopt);
      for (const Chosen& chosen : chosen_) {
        furthest_.approvers[places_[chosen.place].slot] = chosen.person;
      }
    }
    return reached_goal();
  }

  const QuorumContext& context_;
  const Closure& closure_;
  const Rule& rule_;
  const Aim aim_;
  std::uint64_t& steps_;
  const Kinds kinds_;
  std::vector<Place> places_;
  std::uint32_t fillable_ = 0;
  Progress goal_;

  std::vector<std::uint32_t> used_;            // of each kind
  std::vector<std::uint32_t> of_institution_;  // chosen, by institution
  std::vector<Chosen> chosen_;
  Found furthest_;
};

}  // namespace

std::optional<Found> search_quorum(const QuorumContext& context, const Branch& branch,
                                   std::span<const PersonId> available, std::uint64_t& steps) {
  BranchSearch search(context, branch, available, BranchSearch::Aim::quorum, steps);
  Found found = search.run();
  if (!search.reached_goal()) return std::nullopt;
  return found;
}

Found search_furthest(const QuorumContext& context, const Branch& branch,
                      std::span<const PersonId> available, std::uint64_t& steps) {
  return BranchSearch(context, branch, available, BranchSearch::Aim::furthest, steps).run();
}

}  // namespace keyturn
