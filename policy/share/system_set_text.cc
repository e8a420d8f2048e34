// The text of a set of systems. INVARIANT: one set, one text: names in the order of the charter's
// ids, runs as long as they go, so that a signed text shows a fleet on one line [C8 C9].
#include <algorithm>

#include "policy/share/system_set.h"

namespace keyturn {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Decimal text plus one in the same width; empty where that would need another digit.
std::string successor(std::string_view digits) {
  std::string out(digits);
  for (std::size_t i = out.size(); i-- > 0;) {
    if (out[i] != '9') {
      ++out[i];
      return out;
    }
    out[i] = '0';
  }
  return {};
}

// Where in a name its counting number stands.
struct Number {
  std::size_t begin = 0, end = 0;
  friend bool operator==(const Number&, const Number&) = default;
  std::string_view of(std::string_view name) const { return name.substr(begin, end - begin); }
};

// Whether `next` follows `name`: alike but for one maximal number, which is one higher there.
bool follows(std::string_view name, std::string_view next, Number& number) {
  if (name.size() != next.size()) return false;
  const auto differ = std::mismatch(name.begin(), name.end(), next.begin());
  if (differ.first == name.end() || !is_digit(*differ.first)) return false;
  number.begin = number.end = static_cast<std::size_t>(differ.first - name.begin());
  while (number.begin > 0 && is_digit(name[number.begin - 1])) --number.begin;
  while (number.end < name.size() && is_digit(name[number.end])) ++number.end;
  return name.substr(number.end) == next.substr(number.end) &&
         successor(number.of(name)) == number.of(next);
}

void write_run(std::string& out, std::string_view first, std::string_view last, Number number) {
  if (!out.empty()) out += ' ';
  if (first == last) {
    out += first;
    return;
  }
  out.append(first.substr(0, number.begin)).append("[").append(number.of(first)).append("..");
  out.append(number.of(last)).append("]").append(first.substr(number.end));
}

// Adds every system of `uav-[003..004]` or `uav-007`.
Result<void> read_run(const Charter& charter, std::string_view word, std::vector<SystemId>& out) {
  const auto unknown = [](std::string_view name) {
    return Error{Code::invalid, "no system `" + std::string(name) + "` in the charter"};
  };
  const std::size_t open = word.find('['), dots = word.find(".."), close = word.find(']');
  if (open == std::string_view::npos) {
    const std::optional<SystemId> id = charter.find_system(word);
    if (!id) return unknown(word);
    out.push_back(*id);
    return {};
  }
  if (dots == std::string_view::npos || close == std::string_view::npos || dots < open ||
      close < dots + 2)
    return Error{Code::invalid, "`" + std::string(word) + "` is no range of systems"};
  const std::string head(word.substr(0, open)), tail(word.substr(close + 1));
  const std::string_view last = word.substr(dots + 2, close - dots - 2);
  // Ends at the first number that names no system, so a range costs no more than the charter's own.
  for (std::string number(word.substr(open + 1, dots - open - 1));; number = successor(number)) {
    const std::string name = head + number + tail;
    const std::optional<SystemId> id = charter.find_system(name);
    if (number.empty() || !id) return unknown(name);
    out.push_back(*id);
    if (number == last) return {};
  }
}

}  // namespace

std::string SystemSet::to_text(const Charter& charter) const {
  std::string out;
  std::string_view first, last;
  Number number;
  for (const Range& range : ranges_) {
    for (std::uint32_t id = range.first.value; id < range.last.value; ++id) {
      const std::string_view name = charter.system({id}).name;
      Number next;
      if (!first.empty() && follows(last, name, next) && (first == last || next == number)) {
        number = next;
        last = name;
        continue;
      }
      if (!first.empty()) write_run(out, first, last, number);
      first = last = name;
    }
  }
  if (!first.empty()) write_run(out, first, last, number);
  return out;
}

Result<SystemSet> SystemSet::parse(const Charter& charter, std::string_view text) {
  std::vector<SystemId> ids;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    CHECK_OK(read_run(charter, rest.substr(0, end), ids));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::sort(ids.begin(), ids.end());
  SystemSet out = of(ids);
  if (out.to_text(charter) != text)
    return Error{Code::invalid, "`" + std::string(text) +
                                    "` is not how these systems are written: `" +
                                    out.to_text(charter) + "`"};
  return out;
}

}  // namespace keyturn
