#include "gateway/metrics/text.h"

#include <charconv>

namespace keyturn {
namespace {

std::string number(double value) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  return error == std::errc() ? std::string(digits, end) : std::string("NaN");
}

std::string seconds(std::chrono::nanoseconds time) {
  return number(static_cast<double>(time.count()) / 1e9);
}

// In help a backslash and a line feed, in a label's value a quote too.
void append_escaped(std::string& out, std::string_view text, bool quoted) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quoted) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

}  // namespace

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_ += "# HELP " + name_ + " ";
  append_escaped(text_, help, false);
  text_ += "\n# TYPE " + name_ + " " + std::string(type) + "\n";
}

void MetricsText::line(std::string_view suffix, const Labels& labels, std::string_view value) {
  text_ += name_;
  text_ += suffix;
  char before = '{';
  for (const auto& [name, content] : labels) {
    text_ += before;
    text_ += name;
    text_ += "=\"";
    append_escaped(text_, content, true);
    text_ += '"';
    before = ',';
  }
  if (!labels.empty()) text_ += '}';
  text_ += ' ';
  text_ += value;
  text_ += '\n';
}

void MetricsText::sample(const Labels& labels, std::uint64_t value) {
  line("", labels, std::to_string(value));
}

void MetricsText::sample(const Labels& labels, double value) { line("", labels, number(value)); }

void MetricsText::write_buckets(const Labels& labels,
                                std::span<const std::chrono::nanoseconds> bounds,
                                std::span<const std::uint64_t> buckets, std::uint64_t nanoseconds) {
  std::uint64_t below = 0;
  Labels with = labels;
  with.emplace_back("le", "");
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    below += buckets[i];
    const std::string bound = i < bounds.size() ? seconds(bounds[i]) : std::string("+Inf");
    with.back().second = bound;
    line("_bucket", with, std::to_string(below));
  }
  line("_sum", labels, seconds(std::chrono::nanoseconds{static_cast<std::int64_t>(nanoseconds)}));
  line("_count", labels, std::to_string(below));
}

}  // namespace keyturn
