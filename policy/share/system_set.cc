#include "policy/share/system_set.h"

#include <algorithm>

namespace keyturn {
namespace {

using Range = SystemSet::Range;

// Appends a range that begins no earlier than the last one, joining it where they touch.
void append(std::vector<Range>& ranges, Range range) {
  if (range.first >= range.last) return;
  if (!ranges.empty() && range.first <= ranges.back().last)
    ranges.back().last = std::max(ranges.back().last, range.last);
  else
    ranges.push_back(range);
}

}  // namespace

SystemSet SystemSet::of(std::span<const SystemId> sorted) {
  SystemSet out;
  for (const SystemId id : sorted) append(out.ranges_, {id, {id.value + 1}});
  return out;
}

SystemSet SystemSet::united(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  SystemSet out;
  for (const Range& range : ranges) append(out.ranges_, range);
  return out;
}

void SystemSet::add(const SystemSet& other) {
  if (other.empty()) return;
  std::vector<Range> merged;
  merged.reserve(ranges_.size() + other.ranges_.size());
  auto mine = ranges_.begin();
  auto theirs = other.ranges_.begin();
  while (mine != ranges_.end() || theirs != other.ranges_.end()) {
    const bool take_mine =
        theirs == other.ranges_.end() || (mine != ranges_.end() && mine->first <= theirs->first);
    append(merged, take_mine ? *mine++ : *theirs++);
  }
  ranges_ = std::move(merged);
}

std::uint64_t SystemSet::weight(const Charter& charter) const {
  std::uint64_t sum = 0;
  for (const Range& range : ranges_) sum += charter.weight_between(range.first, range.last);
  return sum;
}

std::uint64_t SystemSet::weight_in(const Charter& charter, PoolId pool) const {
  const Pool& bounds = charter.pool(pool);
  auto range = std::partition_point(ranges_.begin(), ranges_.end(),
                                    [&](const Range& r) { return r.last <= bounds.first; });
  std::uint64_t sum = 0;
  for (; range != ranges_.end() && range->first < bounds.last; ++range)
    sum += charter.weight_between(std::max(range->first, bounds.first),
                                  std::min(range->last, bounds.last));
  return sum;
}

}  // namespace keyturn
