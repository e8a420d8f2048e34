#include "keyturn/time.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace keyturn {
namespace {

constexpr std::int64_t last_second = 253402300799;

TEST_CASE("times are the seconds that everybody else counts") {
  const std::pair<std::int64_t, std::string_view> known[] = {
      {0, "1970-01-01T00:00:00Z"},          {951782400, "2000-02-29T00:00:00Z"},
      {1709164799, "2024-02-28T23:59:59Z"}, {1795301884, "2026-11-21T22:58:04Z"},
      {4107542400, "2100-03-01T00:00:00Z"}, {last_second, "9999-12-31T23:59:59Z"}};
  for (const auto& [seconds, text] : known) {
    CHECK(Time{seconds}.to_string() == text);
    CHECK(Time::parse(text).value().seconds == seconds);
  }
  CHECK(Time::parse_date("2026-11-21").value() == Time::parse("2026-11-21T00:00:00Z").value());
}

TEST_CASE("every second from 1970 to 9999 survives its text") {
  CHECK(rc::check("parse(to_string(t)) == t", [] {
    const Time time{*rc::gen::inRange<std::int64_t>(0, last_second + 1)};
    RC_ASSERT(Time::parse(time.to_string()).value() == time);
  }));
}

TEST_CASE("a time that does not exist, or has another form, is refused") {
  for (const std::string_view text :
       {"2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-12-31T23:59:60Z",
        "1969-12-31T23:59:59Z", "2026-01-01T00:00:00", "2026-01-01t00:00:00z",
        "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.0Z", "2026-01-01T00:00:00+00:00",
        "2026-1-01T00:00:00Z", "+2026-01-01T00:00:0Z", "2026-01-01T00:00:00Z ", ""}) {
    CAPTURE(text);
    CHECK(!Time::parse(text).ok());
  }
  CHECK(!Time::parse_date("2026-11-21T00:00:00Z").ok());
  CHECK(!Time::parse_date("2026-11-31").ok());
}

TEST_CASE("a time outside 1970 to 9999 has no text that can be read back") {
  for (const std::int64_t seconds : {std::int64_t{-1}, last_second + 1, INT64_MIN, INT64_MAX})
    CHECK(!Time::parse(Time{seconds}.to_string()).ok());
}

TEST_CASE("a duration is written in the largest unit that divides it") {
  CHECK(Duration{0}.to_string() == "0s");
  CHECK(Duration{90}.to_string() == "90s");
  CHECK(Duration{1800}.to_string() == "30m");
  CHECK(Duration{8 * 3600}.to_string() == "8h");
  CHECK(Duration{7 * 86400}.to_string() == "7d");
  CHECK(rc::check("parse(to_string(d)) == d", [] {
    const Duration duration{*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 39)};
    RC_ASSERT(Duration::parse(duration.to_string()).value() == duration);
  }));
}

TEST_CASE("a duration in a smaller unit, signed, padded or without a unit is refused") {
  for (const std::string_view text :
       {"60s", "60m", "24h", "0m", "00s", "030m", "-30m", "+30m", "30", "m", "", "30 m", "30M",
        "1w", "1h30m", "9999999999999d", "1000000000000d"}) {
    CAPTURE(text);
    CHECK(!Duration::parse(text).ok());
  }
  CHECK(!Duration::parse(Duration{-30}.to_string()).ok());
}

}  // namespace
}  // namespace keyturn
