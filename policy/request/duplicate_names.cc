#include "policy/request/duplicate_names.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace keyturn {
namespace {

// Comparing each pair is fastest up to about here.
constexpr std::size_t pairs_names_max = 16;
// Steps of one search before the names are taken for an attack on the hash: in a table at most half
// full, honest names stay well below.
constexpr std::size_t probes_max = 64;

}  // namespace

bool DuplicateNames::found() {
  return names_.size() <= pairs_names_max ? found_by_pairs() : found_by_table();
}

bool DuplicateNames::found_by_pairs() const {
  for (std::size_t i = 1; i < names_.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (names_[i] == names_[j]) return true;
  return false;
}

bool DuplicateNames::found_by_table() {
  const std::size_t mask = std::bit_ceil(names_.size() * 2) - 1;
  table_.assign(mask + 1, 0);
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::uint64_t name_hash = hash(names_[i]);
    const std::uint64_t tag = name_hash >> 32 << 32;
    std::size_t slot = name_hash & mask;
    for (std::size_t probes = 0; table_[slot] != 0; slot = (slot + 1) & mask) {
      const std::uint64_t entry = table_[slot];
      // Most other names differ in their tag, which spares a look at the names themselves.
      if ((entry ^ tag) >> 32 == 0 && names_[(entry & 0xffff'ffff) - 1] == names_[i]) return true;
      if (++probes == probes_max) return found_by_sorting();
    }
    table_[slot] = tag | (i + 1);
  }
  return false;
}

bool DuplicateNames::found_by_sorting() {
  std::sort(names_.begin(), names_.end());
  return std::adjacent_find(names_.begin(), names_.end()) != names_.end();
}

std::uint64_t DuplicateNames::hash(std::string_view name) {
  std::uint64_t state = name.size() * 0x9e37'79b9'7f4a'7c15;
  while (!name.empty()) {
    std::uint64_t word = 0;
    const std::size_t taken = std::min(name.size(), sizeof word);
    std::memcpy(&word, name.data(), taken);
    state = (std::rotl(state, 29) ^ word) * 0xbf58'476d'1ce4'e5b9;
    state ^= state >> 32;
    name.remove_prefix(taken);
  }
  return state;
}

}  // namespace keyturn
