// Limits bound something [S5]: `each` has pools to speak of, a maker's share is within its bound
// from the start, and a limit that admits no system at all is said out loud.
#include <algorithm>

#include "policy/charter/check/check.h"
#include "policy/charter/compile.h"

namespace keyturn {
namespace {

void check_supply(const CompiledCheck& check, const DeclaredLimit& declared) {
  const Pool& pool = check.charter.pool(limited_pools(check.charter, declared).front());
  const ProviderId provider{check.names.providers.at(declared.provider->text)};
  std::uint64_t supplied = 0;
  for (std::uint32_t i = pool.first.value; i < pool.last.value; ++i) {
    const System& system = check.charter.systems[i];
    if (system.provider == provider) supplied += system.weight;
  }
  // At most 10^15 times 10^4: exact in 64 bits.
  if (supplied * 10000 <= pool.weight * declared.basis_points) return;
  check.diagnostics.error(declared.place, quoted(declared.provider->text) + " supplies " +
                                              std::to_string(supplied) + " of the " +
                                              std::to_string(pool.weight) + " of " +
                                              quoted(pool.name) + ", more than this limit [S5]");
}

void check_bound(const CompiledCheck& check, const DeclaredLimit& declared, const Pool& pool,
                 const Limit& limit) {
  if (pool.first == pool.last) return;
  std::uint64_t lightest = check.charter.system(pool.first).weight;
  for (std::uint32_t i = pool.first.value; i < pool.last.value; ++i)
    lightest = std::min(lightest, check.charter.systems[i].weight);
  const std::uint64_t allowed = limit.allowed(pool.weight);
  if (allowed >= lightest) return;
  check.diagnostics.notice(declared.place, "in " + quoted(pool.name) + " this allows a weight of " +
                                               std::to_string(allowed) +
                                               ", and the lightest system weighs " +
                                               std::to_string(lightest) + ": it admits none");
}

}  // namespace

void check_limits(const DeclaredCheck& check) {
  for (const DeclaredLimit& limit : check.declared.limits) {
    if (!limit.each || !check.names.pools.find(limit.pool.text)) continue;
    const std::string prefix = std::string(limit.pool.text) + "/";
    const auto& pools = check.declared.pools;
    const bool has_pools = std::any_of(pools.begin(), pools.end(), [&](const DeclaredPool& pool) {
      return pool.name.text.starts_with(prefix);
    });
    if (!has_pools)
      check.diagnostics.error(
          limit.pool.place, "no pool is below " + quoted(limit.pool.text) + ": nothing is limited");
  }
}

void check_weights(const CompiledCheck& check) {
  std::size_t at = 0;  // Charter::limits are in the order of the declared ones
  for (const DeclaredLimit& declared : check.declared.limits) {
    if (declared.subject == DeclaredLimit::Subject::supply) {
      check_supply(check, declared);
      continue;
    }
    for (const PoolId pool : limited_pools(check.charter, declared))
      check_bound(check, declared, check.charter.pool(pool), check.charter.limits[at++]);
  }
}

}  // namespace keyturn
