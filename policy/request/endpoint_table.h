// What extraction needs to know of one endpoint, compiled once from the charter: which pointers to
// draw for which matcher, which headers count, which classes have a shape. Immutable; any thread.
// Views into the charter, which must outlive it. Private to extract.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/charter/charter.h"

namespace keyturn {

struct MatcherTable {
  const Matcher* matcher = nullptr;
  std::vector<std::uint32_t> pointers;  // of its conditions: indices into EndpointTable::pointers
};

// A class or a pass.
struct EntryTable {
  const Class* klass = nullptr;  // null: a pass
  std::vector<MatcherTable> matchers;
  std::vector<std::uint32_t> pointers;  // of sources and effect
  bool has_shape = false;

  bool reads_body(const MatcherTable& matcher) const {
    return has_shape || !pointers.empty() || !matcher.pointers.empty();
  }
};

struct DrawnPointer {
  const Pointer* pointer = nullptr;
  std::string text;
};

struct EndpointTable {
  std::vector<std::string> headers;  // those of C7 and the declared ones; sorted, distinct
  std::vector<DrawnPointer> pointers;
  std::vector<EntryTable> entries;  // classes, then passes, in the charter's order
};

EndpointTable compile_endpoint(const Charter& charter, EndpointId id);

}  // namespace keyturn
