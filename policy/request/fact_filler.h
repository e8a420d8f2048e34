// Fills Facts in place, so that strings and vectors keep their memory from one request to the next,
// and counts what it fills in against facts_bytes_max. Private to extract.cc.
#pragma once

#include <cstddef>
#include <string_view>

#include "keyturn/result.h"
#include "policy/request/facts.h"
#include "policy/request/json.h"
#include "policy/request/pointer.h"

namespace keyturn {

class FactFiller {
 public:
  explicit FactFiller(Facts& facts) : facts_(facts) {}

  bool fits() const;
  void count(std::size_t bytes) { bytes_ += bytes; }
  void add_header(std::string_view name, std::string_view value);
  // The values at `pointer`, written `text`; none if there is no body. Errors: invalid, where an
  // object on the way has a member that some readers take for the step's.
  Result<void> add_fact(const Pointer& pointer, std::string_view text, const JsonValue* root);
  // Ends headers and facts: those of an earlier request go.
  void end();

 private:
  Result<void> draw(JsonValue value, const Pointer& pointer, std::size_t depth, bool in_element);
  void add_value(const JsonValue& value);
  void add_unreachable() { next_value().kind = Value::Kind::null; }
  Value& next_value();

  Facts& facts_;
  Fact* fact_ = nullptr;
  std::size_t headers_ = 0, body_ = 0, values_ = 0;  // in use
  std::size_t bytes_ = 0;
};

}  // namespace keyturn
