// MetricsText: Prometheus' text exposition format 0.0.4, written line by line.
//
// Promises: each family has one HELP and one TYPE before its samples; label values and help are
// escaped as the format says; a histogram's buckets are cumulative and end with +Inf, its _count is
// that bucket. The caller gives every family once, and every set of labels of a family once. Thread
// rule: a plain value.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/metrics/meter.h"

namespace keyturn {

class MetricsText {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

  void counter(std::string_view name, std::string_view help) { family(name, "counter", help); }
  void gauge(std::string_view name, std::string_view help) { family(name, "gauge", help); }
  void histogram(std::string_view name, std::string_view help) { family(name, "histogram", help); }

  // Of the family that was begun last.
  void sample(const Labels& labels, std::uint64_t value);
  void sample(const Labels& labels, double value);
  // In seconds.
  template <std::size_t size>
  void buckets(const Labels& labels, const Bounds<size>& bounds, const HistogramSum<size>& sum) {
    write_buckets(labels, bounds, sum.buckets, sum.nanoseconds);
  }

  std::string take() { return std::move(text_); }

 private:
  void family(std::string_view name, std::string_view type, std::string_view help);
  void line(std::string_view suffix, const Labels& labels, std::string_view value);
  void write_buckets(const Labels& labels, std::span<const std::chrono::nanoseconds> bounds,
                     std::span<const std::uint64_t> buckets, std::uint64_t nanoseconds);

  std::string text_;
  std::string name_;
};

}  // namespace keyturn
