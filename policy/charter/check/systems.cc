// No two declarations name the same system, or two that are told apart by zeros alone [C9].
#include <string>
#include <unordered_map>

#include "keyturn/limits.h"
#include "policy/charter/check/check.h"
#include "policy/charter/compile.h"

namespace keyturn {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A name with every number in it at its least width: `uav-020` and `uav-0020` are one. People sign
// ranges of names, and would not see that `uav-0020` lies outside `uav-[001..040]`.
std::string without_leading_zeros(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool number_begins = i == 0 || !is_digit(name[i - 1]);
    if (number_begins)
      while (name[i] == '0' && i + 1 < name.size() && is_digit(name[i + 1])) ++i;
    out += name[i];
  }
  return out;
}

}  // namespace

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
  struct Owner {
    const DeclaredSystem* system;
    std::uint64_t number;
  };
  std::unordered_map<std::string, Owner> owners;  // by name without leading zeros
  owners.reserve(count);
  for (const DeclaredSystem& system : check.declared.systems) {
    for (std::uint64_t number = system.first; number <= system.last; ++number) {
      std::string name = system_name(system, number);
      const auto [found, is_new] =
          owners.emplace(without_leading_zeros(name), Owner{&system, number});
      if (is_new) continue;
      const DeclaredSystem& other = *found->second.system;
      const std::string other_name = system_name(other, found->second.number);
      const std::string trouble =
          name == other_name ? " is declared already, by "
                             : " differs only in zeros from " + quoted(other_name) + ", of ";
      check.diagnostics.error(system.name.place,
                              quoted(name) + trouble + quoted(other.name.text) + " in line " +
                                  std::to_string(other.name.place.line) + " [C9]");
      break;
    }
  }
}

}  // namespace keyturn
