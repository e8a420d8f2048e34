// Whether a name stands twice among the members of one object: the check that keeps two readers of
// a body from seeing two values. Names come from callers, who may choose many that fall on one
// hash; the worst case is therefore n log n, and the usual one linear. Keeps its memory; one thread
// at a time.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace keyturn {

class DuplicateNames {
 public:
  void clear() { names_.clear(); }
  void add(std::string_view name) { names_.push_back(name); }
  std::size_t size() const { return names_.size(); }
  // May reorder what was added; clear() before the next object.
  bool found();

  // Where the search for a name begins. Public so that tests can mount the attack.
  static std::uint64_t hash(std::string_view name);

 private:
  bool found_by_pairs() const;
  bool found_by_table();
  bool found_by_sorting();

  std::vector<std::string_view> names_;
  std::vector<std::uint64_t> table_;  // upper half of the hash, index into names_ plus one; 0: free
};

}  // namespace keyturn
