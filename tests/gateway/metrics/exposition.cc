#include "tests/gateway/metrics/exposition.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace keyturn::testing {
namespace {

bool name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool name_part(char c) { return name_start(c) || (c >= '0' && c <= '9'); }

std::string_view take_name(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && (size == 0 ? name_start(text[0]) : name_part(text[size]))) ++size;
  const std::string_view name = text.substr(0, size);
  text.remove_prefix(size);
  return name;
}

bool take(std::string_view& text, std::string_view expected) {
  if (text.substr(0, expected.size()) != expected) return false;
  text.remove_prefix(expected.size());
  return true;
}

// `\\`, `\n` and, where quoted, `\"` are all the escapes that there are.
bool take_escaped(std::string_view& text, bool quoted) {
  while (!text.empty() && !(quoted && text.front() == '"')) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') continue;
    if (text.empty()) return false;
    const char escape = text.front();
    if (escape != '\\' && escape != 'n' && !(quoted && escape == '"')) return false;
    text.remove_prefix(1);
  }
  return true;
}

bool number(std::string_view text, double& value) {
  if (text == "+Inf") {
    value = std::numeric_limits<double>::infinity();
    return true;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

Error bad(std::string_view line, std::string_view why) {
  return {Code::invalid, "`" + std::string(line) + "`: " + std::string(why)};
}

}  // namespace

Result<Exposition> Exposition::parse(std::string_view text) {
  Exposition out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return bad(text, "the last line has no end");
    CHECK_OK(out.take_line(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  CHECK_OK(out.finish_family());
  return out;
}

Result<void> Exposition::take_line(std::string_view line) {
  std::string_view rest = line;
  if (take(rest, "# HELP ")) {
    CHECK_OK(finish_family());
    family_ = take_name(rest);
    if (family_.empty() || !take(rest, " ") || rest.empty() || !take_escaped(rest, false)) {
      return bad(line, "HELP has a name and a text");
    }
    return types_.count(family_) == 0 ? Result<void>() : bad(line, "a family comes once");
  }
  if (take(rest, "# TYPE ")) {
    if (family_.empty() || take_name(rest) != family_ || !take(rest, " ") || !type_.empty()) {
      return bad(line, "TYPE stands behind its HELP, once");
    }
    if (rest != "counter" && rest != "gauge" && rest != "histogram") return bad(line, "what type?");
    type_ = rest;
    types_[family_] = type_;
    return {};
  }
  return take_sample(line);
}

Result<void> Exposition::take_sample(std::string_view line) {
  if (type_.empty()) return bad(line, "a sample before its HELP and TYPE");
  std::string_view rest = line;
  const std::string name(take_name(rest));
  std::vector<std::pair<std::string, std::string>> labels;
  if (take(rest, "{")) {
    do {
      const std::string label(take_name(rest));
      if (label.empty() || !take(rest, "=\"")) return bad(line, "a label is name=\"value\"");
      const std::string_view from = rest;
      if (!take_escaped(rest, true) || rest.empty()) return bad(line, "a bad escape");
      labels.emplace_back(label, std::string(from.substr(0, from.size() - rest.size())));
      (void)take(rest, "\"");
    } while (take(rest, ","));
    if (!take(rest, "}")) return bad(line, "labels end with }");
  }
  const std::string sample(line.substr(0, line.size() - rest.size()));
  double value = 0;
  if (!take(rest, " ") || !number(rest, value)) return bad(line, "one blank and a number");
  if (type_ != "gauge" && value < 0) return bad(line, "a count below zero");
  if (!samples_.emplace(sample, value).second) return bad(line, "it was said before");
  if (type_ != "histogram") return name == family_ ? Result<void>() : bad(line, "another family's");

  std::string others;
  double bound = -1;
  for (const auto& [label, content] : labels) {
    if (label != "le") {
      others += label + "=" + content + ";";
    } else if (!number(content, bound)) {
      return bad(line, "`le` is a number");
    }
  }
  if (name == family_ + "_sum") {
    sums_[others] = value;
  } else if (name == family_ + "_count") {
    counts_[others] = value;
  } else if (name == family_ + "_bucket" && bound >= 0) {
    const auto [last, first] = buckets_.try_emplace(others, bound, value);
    if (!first && (bound <= last->second.first || value < last->second.second)) {
      return bad(line, "buckets rise");
    }
    last->second = {bound, value};
  } else {
    return bad(line, "no sample of a histogram");
  }
  return {};
}

Result<void> Exposition::finish_family() {
  if (!family_.empty() && type_.empty()) return bad(family_, "a family without a TYPE");
  if (buckets_.size() != counts_.size() || buckets_.size() != sums_.size()) {
    return bad(family_, "a histogram has buckets, a sum and a count");
  }
  for (const auto& [labels, last] : buckets_) {
    if (!std::isinf(last.first)) return bad(family_, "the last bucket is +Inf");
    if (counts_.count(labels) == 0 || counts_[labels] != last.second) {
      return bad(family_, "the count is the last bucket");
    }
  }
  buckets_.clear();
  counts_.clear();
  sums_.clear();
  family_.clear();
  type_.clear();
  return {};
}

double Exposition::value(const std::string& sample) const {
  const auto found = samples_.find(sample);
  return found == samples_.end() ? -1 : found->second;
}

}  // namespace keyturn::testing
