// JSON pointers (RFC 6901) of the charter: `/specification/@type`, with `*` for each element of an
// array and, last only and in shapes only, `**` for everything below. Plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "keyturn/result.h"

namespace keyturn {

struct Pointer {
  struct Step {
    enum class Kind : unsigned char { member, element, below } kind = Kind::member;
    std::string name;  // unescaped (`~0` `~1`)
    friend bool operator==(const Step&, const Step&) = default;
  };
  std::vector<Step> steps;

  bool has_wildcard() const;
  std::string to_string() const;
  static Result<Pointer> parse(std::string_view text);
  friend bool operator==(const Pointer&, const Pointer&) = default;
};

}  // namespace keyturn
