// Whether the people of one closure meet the terms of a branch: `need`, `across`, `at most`, by
// everyone's own institution, as if independence were never asked [I7].
//
// Exact where at most one of `across … institutions`, `across … branches` and `at most` binds: sets
// of people that fill different slots are the independent sets of a transversal matroid, so people
// of m institutions who fill m slots extend to a whole quorum. Where several bind, each is asked by
// itself, which can only err towards "met".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policy/charter/charter.h"

namespace keyturn {

class BranchTerms {
 public:
  BranchTerms(const Charter& charter, const Rule& rule, const Branch& branch);

  // People among `people` who meet the terms, sorted; nothing if none do.
  std::optional<std::vector<PersonId>> met_by(std::span<const PersonId> people) const;

 private:
  // People whom the terms cannot tell apart; nobody needs more than the branch's slots of them.
  struct Kind {
    std::uint32_t fits = 0;  // which slots, a bit each
    std::uint32_t institution = 0, branch = 0;
    std::vector<PersonId> persons;
  };
  std::vector<Kind> sort(std::span<const PersonId> people) const;
  // Whether people of `wanted` different groups fill different slots: one of each is added to
  // `seeds`.
  bool spread(const std::vector<Kind>& kinds, std::uint32_t Kind::*group, std::uint32_t wanted,
              std::vector<PersonId>& seeds) const;
  bool fills_at_most(const std::vector<Kind>& kinds, std::uint32_t per_institution) const;
  // A whole quorum that keeps `seeds`, people who fill different slots.
  std::optional<std::vector<PersonId>> fill(const std::vector<Kind>& kinds,
                                            const std::vector<PersonId>& seeds) const;

  const Charter& charter_;
  const Rule& rule_;
  std::uint32_t slots_ = 0;
  std::vector<std::uint32_t> fits_;  // by person
};

}  // namespace keyturn
