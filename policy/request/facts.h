// Facts: all that classification drew from one request [T9]. decide sees facts, never bodies;
// whoever holds the body draws them again with the same function and compares.
//
// A pure function of (charter, endpoint, request): extract() in extract.h. Values of other types
// are named, not kept; strings longer than fact_value_bytes_max become `too_long`, which no matcher
// can evaluate and which therefore refuses [C3].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keyturn {

struct Value {
  enum class Kind : unsigned char {
    string,
    integer,
    boolean,
    null,
    number,
    array,
    object,
    too_long
  } kind = Kind::null;
  std::string string;        // string only
  std::int64_t integer = 0;  // integer only: within ±2^53
  friend bool operator==(const Value&, const Value&) = default;
};

struct Fact {
  std::string pointer;  // as the charter writes it
  // Empty: an object on the way lacks the member. With `*`: one for each element, in order. What
  // cannot be reached counts as Kind::null, which is present and which nothing can evaluate [C3
  // C5]: an element that lacks the rest of the pointer, a list without elements, a value of another
  // type on the way.
  std::vector<Value> values;
  friend bool operator==(const Fact&, const Fact&) = default;
};

struct Facts {
  std::string endpoint;  // its name
  std::string method;
  std::string target;  // path and query, as received
  std::vector<std::pair<std::string, std::string>>
      headers;             // content-type, accept, declared; sorted
  bool body_read = false;  // whether some class of this path reads the body [C3]
  std::uint64_t body_bytes = 0;
  std::vector<Fact> body;  // by pointer, each pointer once, in the charter's order
  // For each class with a shape that method and path meet, and each that directs: its name, and the
  // first member (with its array indices) that the shape does not list [C6]; classes whose shape
  // holds are absent.
  std::vector<std::pair<std::string, std::string>> out_of_shape;
  friend bool operator==(const Facts&, const Facts&) = default;
};

struct Pointer;

// Null: these facts were not drawn for a charter that asks for this pointer; deny.
const Fact* find_fact(const Facts& facts, const Pointer& pointer);
// Null: the request has no such header, or the endpoint does not declare it.
const std::string* find_header(const Facts& facts, std::string_view name);

}  // namespace keyturn
