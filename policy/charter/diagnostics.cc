#include "policy/charter/diagnostics.h"

#include <tuple>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

Diagnostic make(Place place, std::string message, bool is_notice) {
  return Diagnostic{place.line, place.column, std::max(1U, place.length), std::move(message),
                    is_notice};
}

void sort_by_place(std::vector<Diagnostic>& found) {
  std::stable_sort(found.begin(), found.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
}

void cut(std::vector<Diagnostic>& found) {
  sort_by_place(found);
  if (found.size() <= charter_errors_max) return;
  const std::size_t more = found.size() - (charter_errors_max - 1);
  found.resize(charter_errors_max);
  found.back().message = "and " + std::to_string(more) + " more from here on (charter_errors_max)";
}

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

constexpr std::size_t suggested_edits_max = 2;
constexpr std::size_t quoted_bytes_max = 80;

// Where a UTF-8 sequence begins at or before `at`.
std::size_t sequence_start(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

// Control bytes as `?`: a charter cannot drive the terminal of whoever checks it.
std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return out;
}

std::string_view line_of(std::string_view text, std::uint32_t line) {
  for (std::uint32_t i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

constexpr std::size_t shown_bytes_max = 160;

}  // namespace

void Diagnostics::error(Place place, std::string message) {
  errors_.push_back(make(place, std::move(message), false));
}

void Diagnostics::notice(Place place, std::string message) {
  notices_.push_back(make(place, std::move(message), true));
}

bool Diagnostics::is_full() const { return errors_.size() >= charter_errors_max; }

std::vector<Diagnostic> Diagnostics::take_errors() {
  cut(errors_);
  return std::move(errors_);
}

std::vector<Diagnostic> Diagnostics::take_notices() {
  cut(notices_);
  return std::move(notices_);
}

std::string quoted(std::string_view input) {
  if (input.size() <= quoted_bytes_max) return "`" + printable(input) + "`";
  return "`" + printable(input.substr(0, sequence_start(input, quoted_bytes_max))) + "…`";
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& names) {
  std::size_t nearest = std::clamp<std::size_t>(word.size() / 3, 1, suggested_edits_max) + 1;
  std::string_view found;
  for (const std::string_view name : names) {
    const std::size_t apart =
        name.size() > word.size() ? name.size() - word.size() : word.size() - name.size();
    if (apart >= nearest) continue;
    const std::size_t d = distance(word, name);
    if (d < nearest) {
      nearest = d;
      found = name;
    }
  }
  if (found.empty()) return {};
  return "; did you mean " + quoted(found) + "?";
}

std::string render_diagnostic(const Diagnostic& diagnostic, std::string_view file,
                              std::string_view text) {
  std::string out = std::string(file) + ":" + std::to_string(diagnostic.line) + ":" +
                    std::to_string(diagnostic.column) +
                    (diagnostic.is_notice ? ": notice: " : ": error: ") + diagnostic.message + "\n";
  std::string_view line = line_of(text, diagnostic.line);
  std::size_t at = std::min<std::size_t>(diagnostic.column - 1, line.size());
  if (line.size() > shown_bytes_max) {  // a window of a long line, with the mark inside
    const std::size_t from =
        sequence_start(line, at > shown_bytes_max / 2 ? at - shown_bytes_max / 2 : 0);
    line = line.substr(from, sequence_start(line.substr(from), shown_bytes_max));
    at = std::min(at - from, line.size());  // bytes that start no character leave a shorter window
  }
  out += "  " + printable(line) + "\n  " + std::string(characters(line.substr(0, at)), ' ') + "^";
  const std::size_t marked = characters(line.substr(at, diagnostic.length));
  if (marked > 1) out += std::string(marked - 1, '~');
  return out + "\n";
}

}  // namespace keyturn
