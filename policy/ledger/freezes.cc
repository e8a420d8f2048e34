#include "policy/ledger/freezes.h"

#include <algorithm>

#include "keyturn/limits.h"
#include "policy/ledger/ledger.h"

namespace keyturn {

const RecordedWord* word_of(const std::vector<RecordedWord>& words, PersonId person) {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const RecordedWord& one) { return one.person == person; });
  return found == words.end() ? nullptr : &*found;
}

std::string freeze_id(std::uint64_t index) { return "freeze-" + std::to_string(index); }

bool freeze_covers(const Charter& charter, const Freeze& freeze,
                   const std::vector<ClassId>& classes, const SystemSet& systems) {
  if (freeze.klass)
    return std::find(classes.begin(), classes.end(), *freeze.klass) != classes.end();
  return freeze.pool && systems.weight_in(charter, *freeze.pool) > 0;
}

std::vector<const Freeze*> freezes_on(const Ledger& ledger, const std::vector<ClassId>& classes,
                                      const SystemSet& systems, Time at) {
  const std::vector<Freeze>& all = ledger.freezes();
  const Duration longest{static_cast<std::int64_t>(freeze_seconds_max)};
  std::vector<const Freeze*> out;
  // They stand in the order of their entries, so all before one this old have ended.
  for (auto freeze = all.rbegin(); freeze != all.rend() && freeze->from + longest > at; ++freeze)
    if (freeze->alive_at(at) && freeze_covers(ledger.charter(), *freeze, classes, systems))
      out.push_back(&*freeze);
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace keyturn
