// Names: what each declared name stands for. Making it reports names declared twice; asking for one
// that is not there reports it with the nearest that is [C11].
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/charter/declared.h"
#include "policy/charter/diagnostics.h"

namespace keyturn {

// The names of one kind; indices are positions in the declared model's vector.
class NameTable {
 public:
  explicit NameTable(std::string_view what) : what_(what) {}

  // Reports a name that is here already, or in `beside` (kinds that share their names).
  void add(const Name& name, Diagnostics& diagnostics, const NameTable* beside = nullptr);
  std::optional<std::uint32_t> find(std::string_view name) const;
  // INVARIANT: only for names that require() was true for.
  std::uint32_t at(std::string_view name) const { return entries_.at(name).index; }
  bool require(const Name& name, Diagnostics& diagnostics) const;
  std::uint32_t line_of(std::string_view name) const { return entries_.at(name).place.line; }

 private:
  struct Entry {
    std::uint32_t index = 0;
    Place place;
  };
  std::string_view what_;  // "an institution"
  std::unordered_map<std::string_view, Entry> entries_;
  std::vector<std::string_view> names_;
  std::uint32_t added_ = 0;
};

struct Names {
  Names(const DeclaredCharter& declared, Diagnostics& diagnostics);

  NameTable institutions{"an institution"}, offices{"an office"}, persons{"a person"},
      agents{"an agent"}, providers{"a provider"}, pools{"a pool"}, endpoints{"an endpoint"},
      classes{"a class"}, passes{"a pass"};
};

}  // namespace keyturn
