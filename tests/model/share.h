// Directed share by the words of S: leases as a list, systems as sets of names, everything counted
// anew each time it is asked. Slow, and plain. Knows nothing of quorums: whoever calls it says what
// is asked for, and who approved.
#pragma once

#include <optional>

#include "tests/model/people.h"
#include "tests/model/world.h"

namespace keyturn::model {

using Systems = std::set<Name>;
using Seconds = std::int64_t;

// How long past its end a lease still counts [S2].
constexpr Seconds lease_grace = 5;

struct Lease {
  Name principal;  // a person or an agent
  std::vector<Name> approvers;
  Systems systems;
  Seconds from = 0, until = 0;
  std::optional<Seconds> released;

  Seconds end() const { return released ? *released : until + lease_grace; }
};

// One whose share a limit bounds: a person, an institution or a provider.
struct Holder {
  Limit::Subject kind = Limit::Subject::person;
  Name name;
  friend auto operator<=>(const Holder&, const Holder&) = default;
};

// The person behind a principal: an agent's sponsor [I3].
Name person_behind(const World& world, const Name& principal);

// Everyone whose share under `limit` a command of this principal adds to, whose approvers these
// are.
std::set<Name> holders(const World& world, const Relations& relations, const Limit& limit,
                       const Name& principal, const std::vector<Name>& approvers);

// The systems under leases that count for `holder` at `at`, or that did within `over` before [S4].
Systems directed(const World& world, const Relations& relations, const std::vector<Lease>& leases,
                 const Holder& holder, Seconds at, Seconds over);

std::uint64_t weight(const World& world, const Systems& systems, const Name& pool);
std::uint64_t allowed(const World& world, const Limit& limit);

// A claim's question: do all limits still hold once `lease` begins [S1 S5]?
bool fits_claim(const World& world, const Relations& relations, const std::vector<Lease>& leases,
                const Lease& lease);

// A proposal's question: with what its person has pending it fits his own limits, and no other
// limit excludes it already [S1].
bool fits_proposal(const World& world, const Relations& relations, const std::vector<Lease>& leases,
                   const Systems& pending, const Lease& lease);

// The first limit that somebody is above at `at`, whoever he is; in words.
std::optional<std::string> exceeded(const World& world, const Relations& relations,
                                    const std::vector<Lease>& leases, Seconds at);

}  // namespace keyturn::model
