// Count and Histogram: what is counted while requests pass.
//
// Each has one writer, the thread of its lane, and any number of readers: an increment is a plain
// load and store of a relaxed atomic, without a lock, a locked instruction or an allocation. Values
// of several lanes are added up when somebody asks (HistogramSum). Thread rule: as said.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace keyturn {

class Count {
 public:
  void add(std::uint64_t more = 1) { set(value() + more); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// The upper bounds of a histogram's buckets, in nanoseconds, rising; one more stands for all above.
template <std::size_t size>
using Bounds = std::array<std::chrono::nanoseconds, size>;

template <std::size_t size>
struct HistogramSum {
  std::array<std::uint64_t, size + 1> buckets{};  // each alone, not cumulative
  std::uint64_t nanoseconds = 0;
};

template <std::size_t size>
class Histogram {
 public:
  explicit constexpr Histogram(const Bounds<size>& bounds) : bounds_(bounds) {}

  void observe(std::chrono::nanoseconds took) {
    const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), took) - bounds_.begin();
    buckets_[static_cast<std::size_t>(bucket)].add();
    sum_.add(static_cast<std::uint64_t>(std::max(took, std::chrono::nanoseconds{}).count()));
  }
  void add_to(HistogramSum<size>& sum) const {
    for (std::size_t i = 0; i <= size; ++i) sum.buckets[i] += buckets_[i].value();
    sum.nanoseconds += sum_.value();
  }

 private:
  const Bounds<size>& bounds_;  // a constant of the program
  std::array<Count, size + 1> buckets_;
  Count sum_;
};

}  // namespace keyturn
