#include "tests/model/freeze.h"

#include <algorithm>

#include "tests/model/quorum.h"

namespace keyturn::model {
namespace {

bool within(const Name& pool, const Name& of) { return pool == of || pool.starts_with(of + "/"); }

}  // namespace

bool frozen(const World& world, const std::vector<Freeze>& freezes, const Systems& systems,
            Seconds at) {
  for (const Freeze& freeze : freezes) {
    if (at < freeze.from || at >= freeze.end()) continue;
    for (const System& system : world.systems) {
      if (systems.contains(system.name) && within(system.pool, freeze.pool)) return true;
    }
  }
  return false;
}

bool may_freeze(const World& world, const Relations& relations, const std::vector<Freeze>& freezes,
                const Freeze& freeze) {
  const bool named =
      std::any_of(world.freezes.begin(), world.freezes.end(), [&](const FreezeBlock& block) {
        return within(freeze.pool, block.pool) &&
               selects(block.by, find_person(world, freeze.person));
      });
  if (!named || freeze.until <= freeze.from || freeze.until > freeze.from + freeze_longest) {
    return false;
  }
  for (const Freeze& before : freezes) {
    const bool there = within(before.pool, freeze.pool) || within(freeze.pool, before.pool);
    if (!there || freeze.from >= before.end() + freeze_pause) continue;
    for (const Name& institution : relations.institutions(freeze.person)) {
      if (relations.institutions(before.person).contains(institution)) return false;
    }
  }
  return true;
}

}  // namespace keyturn::model
