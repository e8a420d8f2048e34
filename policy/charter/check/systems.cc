// No two declarations name the same system: ranges do not overlap [C9].
#include <string>
#include <unordered_map>

#include "keyturn/limits.h"
#include "policy/charter/check/check.h"
#include "policy/charter/compile.h"

namespace keyturn {

std::unordered_set<std::string_view> endpoints_with_systems(const DeclaredCharter& declared) {
  std::unordered_set<std::string_view> out;
  for (const DeclaredSystem& system : declared.systems) out.insert(system.endpoint.text);
  return out;
}

void check_systems(const DeclaredCheck& check) {
  std::uint64_t count = 0;
  for (const DeclaredSystem& system : check.declared.systems) {
    count += system.last - system.first + 1;
    if (count > charter_systems_max)
      return check.diagnostics.error(system.name.place,
                                     "more than " + std::to_string(charter_systems_max) +
                                         " systems up to here (charter_systems_max)");
  }
  std::unordered_map<std::string, const DeclaredSystem*> owners;
  owners.reserve(count);
  for (const DeclaredSystem& system : check.declared.systems) {
    for (std::uint64_t number = system.first; number <= system.last; ++number) {
      const auto [found, is_new] = owners.emplace(system_name(system, number), &system);
      if (is_new) continue;
      const DeclaredSystem& other = *found->second;
      check.diagnostics.error(system.name.place,
                              quoted(found->first) + " is declared already, by " +
                                  quoted(other.name.text) + " in line " +
                                  std::to_string(other.name.place.line) + " [C9]");
      break;
    }
  }
}

}  // namespace keyturn
