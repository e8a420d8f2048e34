#include "keyturn/time.h"

#include <array>

namespace keyturn {
namespace {

constexpr std::int64_t seconds_per_day = 86400;
constexpr std::int64_t last_second = 253402300799;  // 9999-12-31T23:59:59Z

struct Unit {
  char name;
  std::int64_t seconds;
};
constexpr std::array<Unit, 4> units = {{{'d', seconds_per_day}, {'h', 3600}, {'m', 60}, {'s', 1}}};

struct Date {
  std::int64_t year;
  unsigned month, day;
};

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back. After Howard
// Hinnant, "chrono-compatible low-level date algorithms": years begin in March, eras are 400 years.
std::int64_t days_from_civil(const Date& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = year / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

Date civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = days / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<unsigned>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const auto month =
      static_cast<unsigned>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

void put_padded(std::string& out, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  out.append(width - digits.size(), '0').append(digits);
}

// Whether `text` has the form of `pattern`, in which 9 stands for any digit.
bool has_form(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == '9' ? !digit : text[i] != pattern[i]) return false;
  }
  return true;
}

std::int64_t number_at(std::string_view text, std::size_t offset, std::size_t width) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value * 10 + (text[offset + i] - '0');
  return value;
}

}  // namespace

std::string Duration::to_string() const {
  if (seconds == 0) return "0s";
  for (const Unit& unit : units)
    if (seconds % unit.seconds == 0) return std::to_string(seconds / unit.seconds) + unit.name;
  std::abort();  // INVARIANT: a second divides every duration
}

Result<Duration> Duration::parse(std::string_view text) {
  const Error error{Code::invalid, "expected a duration in its largest unit, such as 30m"};
  // Twelve digits cannot overflow, whatever the unit.
  if (text.size() < 2 || text.size() > 13) return error;
  std::int64_t count = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return error;
    count = count * 10 + (c - '0');
  }
  for (const Unit& unit : units)
    if (unit.name == text.back()) {
      const Duration duration{count * unit.seconds};
      if (duration.to_string() != text) return error;
      return duration;
    }
  return error;
}

std::string Time::to_string() const {
  // Such a time comes from arithmetic alone; no parser reads this back, so it is never signed.
  if (seconds < 0 || seconds > last_second) return "time-out-of-range";
  const Date date = civil_from_days(seconds / seconds_per_day);
  const std::int64_t of_day = seconds % seconds_per_day;
  std::string out;
  put_padded(out, date.year, 4);
  put_padded(out += '-', date.month, 2);
  put_padded(out += '-', date.day, 2);
  put_padded(out += 'T', of_day / 3600, 2);
  put_padded(out += ':', of_day / 60 % 60, 2);
  put_padded(out += ':', of_day % 60, 2);
  return out += 'Z';
}

Result<Time> Time::parse(std::string_view text) {
  const Error error{Code::invalid, "expected a time that exists, such as 2026-11-21T22:58:04Z"};
  if (!has_form(text, "9999-99-99T99:99:99Z")) return error;
  const std::int64_t hour = number_at(text, 11, 2);
  const std::int64_t minute = number_at(text, 14, 2);
  const std::int64_t second = number_at(text, 17, 2);
  TRY(const Time midnight, parse_date(text.substr(0, 10)));
  // No leap seconds: the 61st second of a minute would be the same number as the next one's first.
  if (hour > 23 || minute > 59 || second > 59) return error;
  return midnight + Duration{hour * 3600 + minute * 60 + second};
}

Result<Time> Time::parse_date(std::string_view text) {
  const Error error{Code::invalid, "expected a date that exists, such as 2026-11-21"};
  if (!has_form(text, "9999-99-99")) return error;
  const Date date{number_at(text, 0, 4), static_cast<unsigned>(number_at(text, 5, 2)),
                  static_cast<unsigned>(number_at(text, 8, 2))};
  if (date.year < 1970 || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31)
    return error;
  const Time midnight{days_from_civil(date) * seconds_per_day};
  // 30 February comes back as 1 or 2 March.
  if (midnight.to_string().substr(0, 10) != text) return error;
  return midnight;
}

}  // namespace keyturn
