// Shapes: the members that the body of a directing class may have [C6]. A second addressing field
// that no `directs` reads would direct systems unseen; so every scalar must be covered by a
// pattern, and a container must be covered or lead to one. Keeps its memory; one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/request/json.h"
#include "policy/request/pointer.h"

namespace keyturn {

class ShapeCheck {
 public:
  // Whether `shape` lists all of `root`. In a pattern, a name is a member of an object, `*` an
  // element of an array, and `**` everything below, whatever it is.
  bool holds(const std::vector<Pointer>& shape, const JsonValue& root);

  // After holds() was false: the pointer of the first member that is not listed, in the order of
  // the text. Of one longer than fact_value_bytes_max, the nearest container that fits.
  const std::string& first_unlisted() const { return unlisted_; }

 private:
  bool holds_below(const JsonValue& container, std::size_t depth, std::size_t begin,
                   std::size_t end);
  bool holds_child(const JsonChild& child, bool in_array, std::size_t depth, std::size_t begin,
                   std::size_t end);

  const std::vector<Pointer>* shape_ = nullptr;
  // A stack: for the value at hand, the patterns that cover the way to it, by their index in the
  // shape.
  std::vector<std::uint32_t> alive_;
  std::string unlisted_;
};

}  // namespace keyturn
