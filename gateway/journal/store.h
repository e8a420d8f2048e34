// Store: where the journal's entries and tree nodes lie. Three calls: append, read, watch [T12];
// the rest looks at what append wrote. One interface over memory (tests, exercises) and SQLite.
//
// Promises: append is one compare-and-swap on the size. `ok`: durable. `conflict`: the size is
// another, nothing was written. `unknown`: the commit was begun and its outcome is not known; the
// caller must end and let the next start answer it [T5]. An Error (unavailable): certainly nothing
// was written; the same append may be tried again. A store checks nothing that it holds: that is
// the journal's part. Thread rule: append from one thread; everything else from any, at any time.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keys/tree.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

enum class Appended : unsigned char { ok, conflict, unknown };

struct Append {
  std::uint64_t expected_size = 0;
  std::span<const std::string> entries;  // each at most entry_bytes_max
  std::span<const TreeNode> nodes;       // every node that these entries complete, leaves included
  // The signed checkpoint of expected_size, kept beside the entries: signatures are made after a
  // commit, so each append brings the one before its own. Empty: keep the one that is there.
  std::string_view checkpoint;
};

// One entry of a read; an error ends the read and is its result.
using EntrySink = std::function<Result<void>(std::uint64_t index, std::string_view bytes)>;

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  virtual Result<Appended> append(const Append& append) = 0;
  // Entries [from, to) in order. Code::corrupt where one is missing, not_found where to > size().
  virtual Result<void> read(std::uint64_t from, std::uint64_t to, const EntrySink& sink) const = 0;
  // Calls `tell` with the size after each append that was ok, on the appending thread; it must
  // return soon and call nothing here. Call before the first append.
  void watch(std::function<void(std::uint64_t size)> tell);

  virtual Result<std::uint64_t> size() const = 0;
  virtual Result<Digest> node(std::uint8_t level, std::uint64_t index) const = 0;
  // The signed checkpoint that the last append brought; empty before the first.
  virtual Result<std::string> checkpoint() const = 0;
  // Rows that are there, whether or not they belong: a store that was written to behind our back.
  struct Counts {
    std::uint64_t entries = 0, nodes = 0;
  };
  virtual Result<Counts> count() const = 0;

 protected:
  void tell_watchers(std::uint64_t size) const;
  static Result<void> check_range(std::uint64_t from, std::uint64_t to, std::uint64_t size);
  static Error no_node(std::uint8_t level, std::uint64_t index);

 private:
  std::vector<std::function<void(std::uint64_t)>> watchers_;
};

}  // namespace keyturn
