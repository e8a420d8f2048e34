// Freezes by the words of A4: a list, looked through each time. Slow, and plain.
#pragma once

#include "tests/model/share.h"

namespace keyturn::model {

constexpr Seconds freeze_longest = 24 * 3600, freeze_pause = 7 * 24 * 3600;

struct Freeze {
  Name person, pool;
  Seconds from = 0, until = 0;
  std::optional<Seconds> lifted;

  Seconds end() const { return lifted ? *lifted : until; }
};

// Whether some freeze that runs at `at` stops a command that directs these systems.
bool frozen(const World& world, const std::vector<Freeze>& freezes, const Systems& systems,
            Seconds at);

// Whether `freeze`, which begins at its `from`, is one that the world's blocks and the freezes
// before it allow.
bool may_freeze(const World& world, const Relations& relations, const std::vector<Freeze>& freezes,
                const Freeze& freeze);

}  // namespace keyturn::model
