#include "policy/charter/check/terms_met.h"

#include <algorithm>
#include <map>

#include "policy/charter/check/flow.h"

namespace keyturn {
namespace {

bool has_bit(std::uint32_t bits, std::uint32_t bit) { return (bits >> bit & 1) != 0; }

}  // namespace

BranchTerms::BranchTerms(const Charter& charter, const Rule& rule, const Branch& branch)
    : charter_(charter),
      rule_(rule),
      slots_(static_cast<std::uint32_t>(branch.slots.size())),
      fits_(charter.persons.size(), 0) {
  for (std::uint32_t slot = 0; slot < slots_; ++slot)
    for (const PersonId person : rule.selectors[branch.slots[slot]].people)
      fits_[person.value] |= 1U << slot;
}

std::optional<std::vector<PersonId>> BranchTerms::met_by(std::span<const PersonId> people) const {
  if (people.size() < slots_) return std::nullopt;
  const std::vector<Kind> kinds = sort(people);
  std::vector<PersonId> seeds;
  if (!spread(kinds, &Kind::branch, rule_.across_branches, seeds)) return std::nullopt;
  if (rule_.across_institutions != 0) {
    seeds.clear();
    if (!spread(kinds, &Kind::institution, rule_.across_institutions, seeds)) return std::nullopt;
  }
  const std::uint32_t cap = rule_.at_most_per_institution;
  if (cap != 0 && !fills_at_most(kinds, cap)) return std::nullopt;
  return fill(kinds, seeds);
}

std::vector<BranchTerms::Kind> BranchTerms::sort(std::span<const PersonId> people) const {
  std::map<std::pair<std::uint32_t, std::uint32_t>, Kind> kinds;
  for (const PersonId person : people) {
    if (fits_[person.value] == 0) continue;
    const InstitutionId institution = charter_.person(person).institution;
    Kind& kind = kinds[{fits_[person.value], institution.value}];
    kind.fits = fits_[person.value];
    kind.institution = institution.value;
    kind.branch = charter_.institution(institution).branch.value;
    if (kind.persons.size() < slots_) kind.persons.push_back(person);
  }
  std::vector<Kind> out;
  for (auto& [key, kind] : kinds) out.push_back(std::move(kind));
  return out;
}

// source -> slots -> groups -> sink, all of capacity one.
bool BranchTerms::spread(const std::vector<Kind>& kinds, std::uint32_t Kind::*group,
                         std::uint32_t wanted, std::vector<PersonId>& seeds) const {
  if (wanted == 0) return true;
  std::vector<std::uint32_t> groups;
  for (const Kind& kind : kinds) groups.push_back(kind.*group);
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  const auto sink = static_cast<std::uint32_t>(1 + slots_ + groups.size());
  Flow flow(sink + 1);
  struct Choice {
    std::uint32_t edge;
    PersonId person;
  };
  std::vector<Choice> choices;
  for (const Kind& kind : kinds) {
    const auto at = static_cast<std::uint32_t>(
        std::lower_bound(groups.begin(), groups.end(), kind.*group) - groups.begin());
    for (std::uint32_t slot = 0; slot < slots_; ++slot)
      if (has_bit(kind.fits, slot))
        choices.push_back(Choice{flow.add_edge(1 + slot, 1 + slots_ + at, 1), kind.persons[0]});
  }
  for (std::uint32_t slot = 0; slot < slots_; ++slot) flow.add_edge(0, 1 + slot, 1);
  for (std::uint32_t at = 0; at < groups.size(); ++at) flow.add_edge(1 + slots_ + at, sink, 1);
  if (flow.run(0, sink) < wanted) return false;
  for (const Choice& choice : choices)
    if (flow.flow_on(choice.edge) != 0) seeds.push_back(choice.person);
  return true;
}

// source -> slots -> kinds (as many as they have people) -> institutions (as many as count) ->
// sink.
bool BranchTerms::fills_at_most(const std::vector<Kind>& kinds,
                                std::uint32_t per_institution) const {
  const auto institutions = static_cast<std::uint32_t>(charter_.institutions.size());
  const std::uint32_t first_kind = 1 + slots_;
  const auto first_institution = static_cast<std::uint32_t>(first_kind + kinds.size());
  const std::uint32_t sink = first_institution + institutions;
  Flow flow(sink + 1);
  for (std::uint32_t slot = 0; slot < slots_; ++slot) flow.add_edge(0, 1 + slot, 1);
  for (std::uint32_t at = 0; at < kinds.size(); ++at) {
    for (std::uint32_t slot = 0; slot < slots_; ++slot)
      if (has_bit(kinds[at].fits, slot)) flow.add_edge(1 + slot, first_kind + at, 1);
    flow.add_edge(first_kind + at, first_institution + kinds[at].institution,
                  static_cast<std::uint32_t>(kinds[at].persons.size()));
  }
  for (std::uint32_t at = 0; at < institutions; ++at)
    flow.add_edge(first_institution + at, sink, per_institution);
  return flow.run(0, sink) == slots_;
}

// source -> people -> slots -> sink. What leaves the source in the first run, to the seeds, still
// does after the second.
std::optional<std::vector<PersonId>> BranchTerms::fill(const std::vector<Kind>& kinds,
                                                       const std::vector<PersonId>& seeds) const {
  std::vector<PersonId> people = seeds;
  for (const Kind& kind : kinds)
    for (const PersonId person : kind.persons)
      if (std::find(seeds.begin(), seeds.end(), person) == seeds.end()) people.push_back(person);
  const auto first_slot = static_cast<std::uint32_t>(1 + people.size());
  const std::uint32_t sink = first_slot + slots_;
  Flow flow(sink + 1);
  for (std::uint32_t slot = 0; slot < slots_; ++slot) flow.add_edge(first_slot + slot, sink, 1);
  for (std::uint32_t at = 0; at < people.size(); ++at)
    for (std::uint32_t slot = 0; slot < slots_; ++slot)
      if (has_bit(fits_[people[at].value], slot)) flow.add_edge(1 + at, first_slot + slot, 1);
  std::vector<std::uint32_t> chosen;
  std::uint32_t filled = 0;
  for (std::uint32_t at = 0; at < people.size(); ++at) {
    chosen.push_back(flow.add_edge(0, 1 + at, 1));
    if (at + 1 == seeds.size()) filled = flow.run(0, sink);
  }
  if (filled + flow.run(0, sink) < slots_) return std::nullopt;
  std::vector<PersonId> out;
  for (std::uint32_t at = 0; at < people.size(); ++at)
    if (flow.flow_on(chosen[at]) != 0) out.push_back(people[at]);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace keyturn
