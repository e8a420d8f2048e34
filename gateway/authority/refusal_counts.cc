#include "gateway/authority/refusal_counts.h"

#include "keyturn/limits.h"

namespace keyturn {
namespace {

constexpr Duration window_length{60};

}  // namespace

std::string RefusalCounts::principal_of(const Intent& intent) {
  if (const auto* propose = std::get_if<intent::Propose>(&intent)) return propose->principal;
  if (const auto* cancel = std::get_if<intent::Cancel>(&intent)) return cancel->principal;
  if (const auto* delegate = std::get_if<intent::Delegate>(&intent))
    return delegate->delegation.delegation().delegator;
  if (const auto* speak = std::get_if<intent::Speak>(&intent)) return speak->word.word().person;
  if (const auto* freeze = std::get_if<intent::Freeze>(&intent))
    return freeze->freeze.statement().person;
  if (const auto* unfreeze = std::get_if<intent::Unfreeze>(&intent))
    return unfreeze->unfreeze.statement().person;
  return {};
}

bool RefusalCounts::gets_entry(const std::string& principal, Time at) {
  if (principal.empty()) return true;
  const auto [found, added] = windows_.try_emplace(principal, Window{at, 0, 0});
  Window& window = found->second;
  // A window that has a count stays until it is drained.
  if (!added && at - window.from >= window_length && window.counted == 0) window = {at, 0, 0};
  if (window.entries < refusals_journalled_per_minute_max) {
    ++window.entries;
    return true;
  }
  ++window.counted;
  return false;
}

void RefusalCounts::take_back(const std::string& principal, bool had_entry) {
  const auto found = windows_.find(principal);
  if (found == windows_.end()) return;
  std::uint64_t& number = had_entry ? found->second.entries : found->second.counted;
  if (number > 0) --number;
}

std::vector<intent::Refusals> RefusalCounts::drain(Time now, bool all, std::size_t most) {
  std::vector<intent::Refusals> out;
  for (auto it = windows_.begin(); it != windows_.end() && out.size() < most;) {
    const Window& window = it->second;
    if (!all && now - window.from < window_length) {
      ++it;
      continue;
    }
    if (window.counted > 0) out.push_back(intent::Refusals{it->first, window.counted});
    it = windows_.erase(it);
  }
  return out;
}

void RefusalCounts::give_back(const intent::Refusals& refusals, Time now) {
  windows_.try_emplace(refusals.principal, Window{now, refusals_journalled_per_minute_max, 0})
      .first->second.counted += refusals.count;
}

}  // namespace keyturn
