// Who acts in whose place, and the closure that follows [I2 c]. Liveness follows from intervals
// [T3].
#include <algorithm>

#include "policy/ledger/ledger.h"
#include "policy/people/closure.h"

namespace keyturn {

const RecordedDelegation* Ledger::delegation(PersonId delegator, PersonId delegate) const {
  const auto newest = std::find_if(
      delegations_.rbegin(), delegations_.rend(),
      [&](const auto& one) { return one.delegator == delegator && one.delegate == delegate; });
  return newest == delegations_.rend() ? nullptr : &*newest;
}

bool Ledger::may_act_for(PersonId delegate, PersonId delegator, const std::vector<ClassId>& classes,
                         Time at) const {
  const RecordedDelegation* one = delegation(delegator, delegate);
  return one != nullptr && at < one->until && !one->classes.empty() &&
         std::includes(one->classes.begin(), one->classes.end(), classes.begin(), classes.end());
}

std::vector<PersonId> Ledger::charged_for(PersonId initiator, Time at) const {
  std::vector<PersonId> out{initiator};
  for (std::size_t next = 0; next < out.size(); ++next) {
    for (const RecordedDelegation& one : delegations_) {
      if (one.delegate == out[next] && at < one.until && !one.classes.empty() &&
          std::find(out.begin(), out.end(), one.delegator) == out.end())
        out.push_back(one.delegator);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

// INVARIANT: an edge counts for all of the time that its statement named, ended early or not: by
// ending it nobody turns a quorum that was his own into an independent one [I8].
std::shared_ptr<const Closure> Ledger::closure_between(Time from, Time until) const {
  std::vector<DelegationEdge> edges;
  for (const RecordedDelegation& one : delegations_)
    if (one.at <= until && one.until > from && !one.classes.empty())
      edges.push_back({one.delegator, one.delegate});
  if (edges.empty()) return charter_->closure;
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  if (closure_cache_ == nullptr || edges != closure_edges_) {
    closure_cache_ = std::make_shared<const Closure>(*charter_, edges);
    closure_edges_ = std::move(edges);
  }
  return closure_cache_;
}

}  // namespace keyturn
