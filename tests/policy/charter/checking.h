// For tests of what the checker accepts and refuses: the defence charter with one change, and the
// place of the error marked by `§` in front of it.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "policy/charter/load.h"
#include "tests/support/charters.h"

namespace keyturn::testing {

// `pattern` with its one `from` replaced.
inline std::string with(std::string_view from, std::string_view to,
                        std::string_view pattern = defence) {
  std::string out(pattern);
  const std::size_t at = out.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, "not in the charter: " << std::string(from));
  REQUIRE_MESSAGE(out.find(from, at + 1) == std::string::npos, "twice: " << std::string(from));
  return out.replace(at, from.size(), to);
}

// `pattern` with `declarations` behind it.
inline std::string and_also(std::string_view declarations, std::string_view pattern = defence) {
  return std::string(pattern) + std::string(declarations);
}

inline std::string rendered(const CharterLoad& load, std::string_view text) {
  std::string out;
  for (const Diagnostic& error : load.errors) out += render_diagnostic(error, "charter", text);
  for (const Diagnostic& notice : load.notices) out += render_diagnostic(notice, "charter", text);
  return out;
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct Marked {
  std::string text;
  std::uint32_t line = 1, column = 1;
};

inline Marked take_mark(std::string_view pattern) {
  constexpr std::string_view mark = "§";
  Marked out{charter_text(pattern), 1, 1};
  const std::size_t at = out.text.find(mark);
  REQUIRE_MESSAGE(at != std::string::npos, "no § in the charter");
  out.text.erase(at, mark.size());
  for (std::size_t i = 0; i < at; ++i) {
    ++out.column;
    if (out.text[i] == '\n') {
      ++out.line;
      out.column = 1;
    }
  }
  return out;
}

inline bool is_at(const std::vector<Diagnostic>& found, const Marked& marked,
                  std::string_view message) {
  for (const Diagnostic& diagnostic : found)
    if (diagnostic.line == marked.line && diagnostic.column == marked.column &&
        contains(diagnostic.message, message))
      return true;
  return false;
}

// Refused, with an error at the mark whose message holds `message`.
inline void check_refused(std::string_view pattern, std::string_view message) {
  const Marked marked = take_mark(pattern);
  const CharterLoad load = load_charter(marked.text);
  CHECK(load.charter == nullptr);
  CHECK_MESSAGE(is_at(load.errors, marked, message),
                "expected " << marked.line << ":" << marked.column << " " << std::string(message)
                            << "\nfound\n"
                            << rendered(load, marked.text));
}

inline void check_noticed(std::string_view pattern, std::string_view message) {
  const Marked marked = take_mark(pattern);
  const CharterLoad load = load_charter(marked.text);
  CHECK(load.charter != nullptr);
  CHECK_MESSAGE(is_at(load.notices, marked, message),
                "expected " << marked.line << ":" << marked.column << " " << std::string(message)
                            << "\nfound\n"
                            << rendered(load, marked.text));
}

inline std::shared_ptr<const Charter> check_accepted(std::string_view pattern) {
  const std::string text = charter_text(pattern);
  const CharterLoad load = load_charter(text);
  CHECK_MESSAGE(load.charter != nullptr, rendered(load, text));
  return load.charter;
}

}  // namespace keyturn::testing
