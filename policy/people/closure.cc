#include "policy/people/closure.h"

#include <algorithm>

namespace keyturn {
namespace {

// Command as a graph: a person points at the authority of each office he holds and at whoever is
// under him in person; an office's authority points at the authority and the holders of the offices
// under it. An office thus brings in those under it, vacant offices between them or not, and never
// fellow holders [I1].
class CommandGraph {
 public:
  CommandGraph(const Charter& charter, std::span<const DelegationEdge> delegations)
      : charter_(charter),
        holders_(charter.offices.size()),
        offices_below_(charter.offices.size()),
        under_in_person_(charter.persons.size()),
        office_seen_by_(charter.offices.size(), none),
        person_seen_by_(charter.persons.size(), none) {
    for (std::uint32_t office = 0; office < charter.offices.size(); ++office) {
      for (const OfficeId above : charter.offices[office].under) {
        offices_below_[above.value].push_back(office);
      }
    }
    for (std::uint32_t person = 0; person < charter.persons.size(); ++person) {
      for (const OfficeId held : charter.persons[person].holds) {
        holders_[held.value].push_back(person);
      }
      for (const PersonId above : charter.persons[person].under) {
        under_in_person_[above.value].push_back(person);
      }
    }
    for (const DelegationEdge& edge : delegations)
      under_in_person_[edge.delegator.value].push_back(edge.delegate.value);
  }

  // All in cl({person}), himself included; sorted. Cycles of command are harmless: everyone on one
  // is in everyone's closure.
  std::vector<PersonId> closure_of(std::uint32_t person) {
    std::vector<PersonId> closure;
    std::vector<std::uint32_t> persons_open, offices_open;
    const auto reach_person = [&](std::uint32_t reached) {
      if (person_seen_by_[reached] == person) return;
      person_seen_by_[reached] = person;
      persons_open.push_back(reached);
      closure.push_back(PersonId{reached});
    };
    const auto reach_office = [&](std::uint32_t reached) {
      if (office_seen_by_[reached] == person) return;
      office_seen_by_[reached] = person;
      offices_open.push_back(reached);
    };

    reach_person(person);
    while (!persons_open.empty() || !offices_open.empty()) {
      if (!persons_open.empty()) {
        const std::uint32_t open = persons_open.back();
        persons_open.pop_back();
        for (const std::uint32_t below : under_in_person_[open]) reach_person(below);
        for (const OfficeId held : charter_.persons[open].holds) reach_office(held.value);
        continue;
      }
      const std::uint32_t open = offices_open.back();
      offices_open.pop_back();
      for (const std::uint32_t below : offices_below_[open]) {
        reach_office(below);
        for (const std::uint32_t holder : holders_[below]) reach_person(holder);
      }
    }
    std::sort(closure.begin(), closure.end());
    return closure;
  }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  const Charter& charter_;
  std::vector<std::vector<std::uint32_t>> holders_, offices_below_, under_in_person_;
  // By whose walk a node was last reached: saves clearing marks between walks.
  std::vector<std::uint32_t> office_seen_by_, person_seen_by_;
};

template <class Value>
void sort_unique(std::vector<Value>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  values.shrink_to_fit();
}

}  // namespace

Closure::Closure(const Charter& charter, std::span<const DelegationEdge> delegations)
    : superiors_(charter.persons.size()),
      subordinates_(charter.persons.size()),
      institutions_(charter.persons.size()),
      branches_(charter.persons.size()) {
  CommandGraph graph(charter, delegations);
  for (std::uint32_t person = 0; person < charter.persons.size(); ++person) {
    subordinates_[person] = graph.closure_of(person);
    // Walks run in the order of ids, so each list of superiors comes out sorted.
    for (const PersonId below : subordinates_[person]) {
      superiors_[below.value].push_back(PersonId{person});
    }
  }
  for (std::uint32_t person = 0; person < charter.persons.size(); ++person) {
    for (const PersonId above : superiors_[person]) {
      const InstitutionId institution = charter.person(above).institution;
      institutions_[person].push_back(institution);
      branches_[person].push_back(charter.institution(institution).branch);
    }
    sort_unique(institutions_[person]);
    sort_unique(branches_[person]);
  }
}

bool Closure::in_closure(PersonId person, PersonId superior) const {
  const std::vector<PersonId>& superiors = superiors_[person.value];
  return std::binary_search(superiors.begin(), superiors.end(), superior);
}

std::span<const PersonId> Closure::superiors(PersonId person) const {
  return superiors_[person.value];
}

std::span<const PersonId> Closure::subordinates(PersonId person) const {
  return subordinates_[person.value];
}

std::span<const InstitutionId> Closure::institutions(PersonId person) const {
  return institutions_[person.value];
}

std::span<const BranchId> Closure::branches(PersonId person) const {
  return branches_[person.value];
}

}  // namespace keyturn
