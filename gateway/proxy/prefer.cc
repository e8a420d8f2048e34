#include "gateway/proxy/prefer.h"

#include <charconv>
#include <string_view>

namespace keyturn {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Up to the first `end` outside quotes, which is taken off `text` with it.
std::string_view take_until(std::string_view& text, char end) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size() && (quoted || text[at] != end); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] == '\\' && quoted) ++at;
  }
  at = at < text.size() ? at : text.size();
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at < text.size() ? at + 1 : at);
  return taken;
}

std::optional<std::int64_t> seconds_of(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int64_t> Preferences::wait_ms(std::int64_t step_ms) const {
  if (!wait_seconds || *wait_seconds * 1000 > step_ms) return std::nullopt;
  return *wait_seconds * 1000;
}

Preferences preferences_of(const Request& request) {
  Preferences out;
  bool wait_seen = false;
  for (const Field& field : request.fields) {
    if (!same_name(field.name, "prefer")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      std::string_view preference = take_until(rest, ',');
      preference = take_until(preference, ';');  // parameters: none is defined for these two
      const std::string_view name = trimmed(take_until(preference, '='));
      const std::string_view value = trimmed(preference);
      if (same_name(name, "respond-async")) out.respond_async = true;
      if (same_name(name, "wait") && !wait_seen) {
        wait_seen = true;
        out.wait_seconds = seconds_of(value);
      }
    }
  }
  return out;
}

}  // namespace keyturn
