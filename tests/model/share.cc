#include "tests/model/share.h"

#include <algorithm>

namespace keyturn::model {
namespace {

using Subject = Limit::Subject;

const Agent* find_agent(const World& world, const Name& name) {
  for (const Agent& agent : world.agents) {
    if (agent.name == name) return &agent;
  }
  return nullptr;
}

Name institution_of(const World& world, const Name& person) {
  for (const Person& candidate : world.persons) {
    if (candidate.name == person) return candidate.institution;
  }
  return {};
}

bool within(const Name& pool, const Name& of) { return pool == of || pool.starts_with(of + "/"); }

Systems joined(Systems a, const Systems& b) {
  a.insert(b.begin(), b.end());
  return a;
}

bool touches(const World& world, const Systems& systems, const Limit& limit) {
  return weight(world, systems, limit.pool) > 0;
}

}  // namespace

Name person_behind(const World& world, const Name& principal) {
  const Agent* agent = find_agent(world, principal);
  return agent == nullptr ? principal : agent->sponsor;
}

std::set<Name> holders(const World& world, const Relations& relations, const Limit& limit,
                       const Name& principal, const std::vector<Name>& approvers) {
  const Name person = person_behind(world, principal);
  const Agent* agent = find_agent(world, principal);
  std::set<Name> out;
  switch (limit.subject) {
    case Subject::person:
      return {person};
    case Subject::institution:
      return {institution_of(world, person)};
    case Subject::span:
      for (const Person& above : world.persons) {
        if (relations.in_closure(person, above.name)) out.insert(above.name);
      }
      return out;
    case Subject::agents:
      if (agent != nullptr && agent->provider == limit.provider) out.insert(limit.provider);
      return out;
    case Subject::cosigned:
      return {approvers.begin(), approvers.end()};
  }
  return out;
}

Systems directed(const World& world, const Relations& relations, const std::vector<Lease>& leases,
                 const Holder& holder, Seconds at, Seconds over) {
  Limit any;
  any.subject = holder.kind;
  any.provider = holder.name;
  Systems out;
  for (const Lease& lease : leases) {
    const bool counts = lease.from <= at && lease.end() > at - over;
    if (!counts) continue;
    if (holders(world, relations, any, lease.principal, lease.approvers).contains(holder.name)) {
      out = joined(out, lease.systems);
    }
  }
  return out;
}

std::uint64_t weight(const World& world, const Systems& systems, const Name& pool) {
  std::uint64_t sum = 0;
  for (const System& system : world.systems) {
    if (systems.contains(system.name) && within(system.pool, pool)) sum += system.weight;
  }
  return sum;
}

std::uint64_t allowed(const World& world, const Limit& limit) {
  std::uint64_t registered = 0;
  for (const System& system : world.systems) {
    if (within(system.pool, limit.pool)) registered += system.weight;
  }
  return std::min(limit.at_most, registered * limit.basis_points / 10'000);
}

bool fits_claim(const World& world, const Relations& relations, const std::vector<Lease>& leases,
                const Lease& lease) {
  return fits_proposal(world, relations, leases, {}, lease);
}

bool fits_proposal(const World& world, const Relations& relations, const std::vector<Lease>& leases,
                   const Systems& pending, const Lease& lease) {
  const Name person = person_behind(world, lease.principal);
  for (const Limit& limit : world.limits) {
    if (!touches(world, lease.systems, limit)) continue;
    const bool of_persons = limit.subject == Subject::person || limit.subject == Subject::span;
    for (const Name& name : holders(world, relations, limit, lease.principal, lease.approvers)) {
      Systems systems = joined(
          directed(world, relations, leases, {limit.subject, name}, lease.from, limit.over_seconds),
          lease.systems);
      if (of_persons && name == person) systems = joined(systems, pending);
      if (weight(world, systems, limit.pool) > allowed(world, limit)) return false;
    }
  }
  return true;
}

std::optional<std::string> exceeded(const World& world, const Relations& relations,
                                    const std::vector<Lease>& leases, Seconds at) {
  for (const Limit& limit : world.limits) {
    std::set<Name> everybody;
    for (const Lease& lease : leases) {
      for (const Name& name : holders(world, relations, limit, lease.principal, lease.approvers)) {
        everybody.insert(name);
      }
    }
    for (const Name& name : everybody) {
      const Systems systems =
          directed(world, relations, leases, {limit.subject, name}, at, limit.over_seconds);
      if (weight(world, systems, limit.pool) > allowed(world, limit)) {
        return name + " directs " + std::to_string(weight(world, systems, limit.pool)) + " of " +
               limit.pool + ", allowed is " + std::to_string(allowed(world, limit));
      }
    }
  }
  return std::nullopt;
}

}  // namespace keyturn::model
