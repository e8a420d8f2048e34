// A strict reader of Prometheus' text exposition format 0.0.4: what it does not know is an error.
// Every family has HELP, then TYPE, then its samples, once; no two samples are the same; a
// histogram's buckets rise to +Inf, which is its count.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "keyturn/result.h"

namespace keyturn::testing {

class Exposition {
 public:
  static Result<Exposition> parse(std::string_view text);

  // Of `name{label="value",…}`, as the text has it; -1 where there is no such sample.
  double value(const std::string& sample) const;
  const std::map<std::string, double>& samples() const { return samples_; }
  // counter, gauge or histogram, by family.
  const std::map<std::string, std::string>& types() const { return types_; }

 private:
  Result<void> take_line(std::string_view line);
  Result<void> take_sample(std::string_view line);
  Result<void> finish_family();

  std::map<std::string, std::string> types_;
  std::map<std::string, double> samples_;
  std::string family_, type_;
  std::map<std::string, std::pair<double, double>> buckets_;  // by labels: last bound, last count
  std::map<std::string, double> counts_, sums_;               // of a histogram, by labels
};

}  // namespace keyturn::testing
