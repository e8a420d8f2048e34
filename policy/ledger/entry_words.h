// The words of the entry format that both directions use. Internal to policy/ledger.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "policy/ledger/intent.h"

namespace keyturn {

inline constexpr std::string_view entry_header = "keyturn/entry/v1\n";
inline constexpr std::string_view events_header = "--\n";

// Values that facts name and do not keep.
inline constexpr std::array<std::pair<Value::Kind, std::string_view>, 6> value_words = {{
    {Value::Kind::boolean, "boolean"},
    {Value::Kind::null, "null"},
    {Value::Kind::number, "number"},
    {Value::Kind::array, "array"},
    {Value::Kind::object, "object"},
    {Value::Kind::too_long, "too-long"},
}};

inline std::string_view value_word(Value::Kind kind) {
  for (const auto& [one, word] : value_words)
    if (one == kind) return word;
  return "";
}

inline constexpr std::array<std::pair<intent::Outcome::Kind, std::string_view>, 3> outcome_words = {
    {
        {intent::Outcome::Kind::answered, "answered"},
        {intent::Outcome::Kind::not_sent, "not-sent"},
        {intent::Outcome::Kind::unknown, "unknown"},
    }};

inline std::string_view outcome_word(intent::Outcome::Kind kind) {
  for (const auto& [one, word] : outcome_words)
    if (one == kind) return word;
  return "";
}

}  // namespace keyturn
