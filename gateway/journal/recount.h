// Recount: what a store holds, hashed again from its entries and compared with everything that
// vouches for it. Start-up, the sweep and the auditor's verify run this one function.
//
// Promises: reads only; stops at the first difference and says where. Thread rule: a plain
// function.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/journal/store.h"
#include "keys/tree.h"
#include "keys/verify/checkpoint.h"
#include "keyturn/result.h"

namespace keyturn {

// Each entry's bytes, in order: the Replayer's next. An error ends the reading, with the entry's
// index.
using EntryFeed = std::function<Result<void>(std::string_view entry)>;

// Every append brings the checkpoint before its own, so a store with entries has one.
inline constexpr std::string_view no_stored_checkpoint =
    "the store holds entries, and no checkpoint beside them";

// A checkpoint whose signature was verified, and who showed it: `high-water mark`.
struct Vouched {
  std::string by;
  Checkpoint checkpoint;
};

struct Difference {
  std::optional<std::uint64_t> index;  // the first entry in question
  std::string what;                    // one line
};

struct Recounted {
  Tree tree;  // of everything read, whether or not it differs
  std::optional<Difference> difference;
};

// Reads on from `tree`, which holds the entries before. Every entry is compared with its stored
// leaf and the nodes it completes, then fed to `feed` (which may be empty); every checkpoint in
// `vouched` that is not behind `tree` with the tree as it passes that size. Errors: the store's,
// and feed's.
Result<Recounted> recount(const Store& store, Tree tree, std::span<const Vouched> vouched,
                          const EntryFeed& feed);

}  // namespace keyturn
