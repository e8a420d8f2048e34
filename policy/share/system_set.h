// A set of systems as sorted, disjoint, non-adjacent ranges of SystemId. Since every pool is one
// range of ids, unions and the weight within a pool are merges and prefix sums, however many
// systems.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keyturn/result.h"
#include "policy/charter/charter.h"

namespace keyturn {

class SystemSet {
 public:
  struct Range {
    SystemId first, last;  // [first, last)
    friend bool operator==(const Range&, const Range&) = default;
  };
  SystemSet() = default;
  static SystemSet of(std::span<const SystemId> sorted);
  // The union of ranges in any order, overlapping or not.
  static SystemSet united(std::vector<Range> ranges);

  void add(const SystemSet& other);
  bool empty() const { return ranges_.empty(); }
  std::span<const Range> ranges() const { return ranges_; }
  std::uint64_t weight(const Charter& charter) const;
  std::uint64_t weight_in(const Charter& charter, PoolId pool) const;

  // `uav-[003..004] uav-007`: runs of names that differ in one number of equal width become ranges;
  // empty set: empty text. parse() takes exactly what to_text() writes.
  std::string to_text(const Charter& charter) const;
  static Result<SystemSet> parse(const Charter& charter, std::string_view text);
  friend bool operator==(const SystemSet&, const SystemSet&) = default;

 private:
  std::vector<Range> ranges_;
};

}  // namespace keyturn
