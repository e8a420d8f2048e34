// Time: whole seconds since 1970-01-01T00:00:00Z, without leap seconds. Duration: whole seconds.
//
// One granularity everywhere, so that a time in a signed text, in an entry and in a comparison is
// the same number. Nothing here reads a clock. Text form: RFC 3339 in UTC, `2026-11-21T22:58:04Z`.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "keyturn/result.h"

namespace keyturn {

struct Duration {
  std::int64_t seconds = 0;
  friend auto operator<=>(const Duration&, const Duration&) = default;
  friend Duration operator+(Duration a, Duration b) { return {a.seconds + b.seconds}; }

  // The largest unit that divides it: 90s, 30m, 8h, 7d; `0s`.
  std::string to_string() const;
  // Exactly the form above: `60m` is refused, because it is written `1h`.
  static Result<Duration> parse(std::string_view text);
};

struct Time {
  std::int64_t seconds = 0;
  friend auto operator<=>(const Time&, const Time&) = default;
  friend Time operator+(Time t, Duration d) { return {t.seconds + d.seconds}; }
  friend Time operator-(Time t, Duration d) { return {t.seconds - d.seconds}; }
  friend Duration operator-(Time a, Time b) { return {a.seconds - b.seconds}; }

  std::string to_string() const;  // 2026-11-21T22:58:04Z; years 1970 to 9999
  // Exactly the form above; a date that does not exist is Code::invalid.
  static Result<Time> parse(std::string_view text);
  // `2026-11-21`, midnight UTC.
  static Result<Time> parse_date(std::string_view text);
};

}  // namespace keyturn
