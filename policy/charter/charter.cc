#include "policy/charter/charter.h"

#include <algorithm>

namespace keyturn {
namespace {

template <class Map>
std::optional<typename Map::mapped_type> lookup(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

}  // namespace

bool Selector::selects(PersonId person) const {
  return std::binary_search(people.begin(), people.end(), person);
}

// Exact: a weight is at most charter_systems_max times system_weight_max, 10^15, and 10^4 times
// that fits 64 bits. Rounds down, so that `held <= allowed` is `held * 10000 <= weight *
// basis_points`.
std::uint64_t Limit::allowed(std::uint64_t registered_weight) const {
  std::uint64_t out = registered_weight;
  if (has_fraction) out = registered_weight * basis_points / 10000;
  if (has_absolute) out = std::min(out, absolute);
  return out;
}

std::optional<PersonId> Charter::find_person(std::string_view wanted) const {
  return lookup(person_names_, wanted);
}

std::optional<AgentId> Charter::find_agent(std::string_view wanted) const {
  return lookup(agent_names_, wanted);
}

std::optional<SystemId> Charter::find_system(std::string_view wanted) const {
  return lookup(system_names_, wanted);
}

std::optional<EndpointId> Charter::find_endpoint(std::string_view wanted) const {
  return lookup(endpoint_names_, wanted);
}

std::optional<ClassId> Charter::find_class(std::string_view wanted) const {
  return lookup(class_names_, wanted);
}

std::optional<PoolId> Charter::find_pool(std::string_view wanted) const {
  const auto found =
      std::find_if(pools.begin(), pools.end(), [&](const Pool& one) { return one.name == wanted; });
  if (found == pools.end()) return std::nullopt;
  return PoolId{static_cast<std::uint32_t>(found - pools.begin())};
}

const FreezeBlock* Charter::freeze_block(PoolId pool) const {
  for (const FreezeBlock& block : freezes)
    if (std::binary_search(block.pools.begin(), block.pools.end(), pool)) return &block;
  return nullptr;
}

const FreezeBlock* Charter::freeze_block(ClassId klass) const {
  for (const FreezeBlock& block : freezes)
    if (block.klass == klass) return &block;
  return nullptr;
}

std::optional<PrincipalRef> Charter::find_principal(std::string_view wanted) const {
  if (const std::optional<PersonId> person = find_person(wanted))
    return PrincipalRef{std::nullopt, *person};
  if (const std::optional<AgentId> agent = find_agent(wanted))
    return PrincipalRef{*agent, agents[agent->value].sponsor};
  return std::nullopt;
}

std::optional<PrincipalRef> Charter::find_token(const Digest& token) const {
  return lookup(tokens_, token);
}

std::optional<PrincipalRef> Charter::find_certificate(const Digest& key) const {
  return lookup(certificates_, key);
}

std::string_view Charter::principal_name(const PrincipalRef& principal) const {
  if (principal.agent) return agents[principal.agent->value].name;
  return persons[principal.person.value].name;
}

std::uint64_t Charter::weight_between(SystemId first, SystemId last) const {
  return weight_before_[last.value] - weight_before_[first.value];
}

}  // namespace keyturn
