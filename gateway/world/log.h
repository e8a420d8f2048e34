// Log: what operators read. One line an event: its stable name, one sentence, and named values, as
// text or as JSON (docs/operations.md lists the events).
//
// Promises: no value can forge a line, leave its field or reach a terminal: control characters and
// everything outside printable ASCII are escaped in both forms [T32]. It is never given a token, a
// key, a passphrase, a credential or a body [T35]; nobody but its callers can see to that. A line
// below the level in force costs one load. prepare() does all that can fail and changes nothing;
// what it returns puts the new options in force, reopens the file, and cannot fail. Thread rule:
// any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "keyturn/result.h"

namespace keyturn {

enum class LogLevel : std::uint8_t { info, warn, alarm };  // alarm: somebody must act

struct LogOptions {
  LogLevel level = LogLevel::info;
  bool json = false;
  std::string file;     // empty: standard error
  bool access = false;  // a line for each request that passes or is refused
  friend bool operator==(const LogOptions&, const LogOptions&) = default;
};

// One named value of an event: text or a whole number. An empty text, and a number that is none,
// are left out of the line.
struct LogValue {
  template <class Text>
  requires std::is_convertible_v<const Text&, std::string_view> LogValue(std::string_view its_name,
                                                                         const Text& value)
      : name(its_name), text(value) {}
  template <class Number>
  requires std::is_integral_v<Number> LogValue(std::string_view its_name, Number value)
      : name(its_name), number(static_cast<std::int64_t>(value)), is_number(true) {}

  LogValue(std::string_view its_name, std::optional<std::int64_t> value)
      : name(its_name), number(value.value_or(0)), is_number(value.has_value()) {}

  bool absent() const { return !is_number && text.empty(); }

  std::string_view name;
  std::string_view text;
  std::int64_t number = 0;
  bool is_number = false;
};

class Log {
 public:
  using Values = std::initializer_list<LogValue>;

  // To standard error, as text.
  Log();
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Opens the file, if one is named.
  Result<std::function<void()>> prepare(const LogOptions& options);

  void info(std::string_view event, std::string_view message, Values values = {});
  void warn(std::string_view event, std::string_view message, Values values = {});
  void alarm(std::string_view event, std::string_view message, Values values = {});

 private:
  struct Impl;
  void write(LogLevel level, std::string_view event, std::string_view message, Values values);
  std::unique_ptr<Impl> impl_;
};

// `text` with everything but printable ASCII as \xNN, and `\` doubled.
std::string escaped(std::string_view text);
// One event without time and level: `event message name=value name="quoted value"`.
std::string text_line(std::string_view event, std::string_view message, Log::Values values);
// The same as the inside of a JSON object.
std::string json_members(std::string_view event, std::string_view message, Log::Values values);

}  // namespace keyturn
