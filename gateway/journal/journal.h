// Journal: the append-only Merkle log of every event; the state of everything is a fold over it.
//
// Promises: what append answered `ok` for is durable, is in the signed checkpoint, and is below the
// high-water mark, which lies in a file of its own (best on another mount), so that a journal that
// was rolled back or replaced does not start [T25]. open() recomputes every hash before anything is
// signed, and refuses, never repairs. One process a journal: an exclusive lock says so [T12].
// Thread rule: append and catch_up from one thread (the sequencer's); everything else from any.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/journal/recount.h"
#include "gateway/journal/store.h"
#include "gateway/world/files.h"
#include "keys/signing_key.h"
#include "keys/tree.h"
#include "keys/verify/checkpoint.h"
#include "keyturn/result.h"

namespace keyturn {

// Where a journal lies. Nothing here decides anything. init does not make the high-water mark's
// folder: where its mount is missing, a mark on the root disk would be no second place.
struct JournalPlace {
  std::filesystem::path folder;      // journal.db, checkpoint, lock
  std::filesystem::path high_water;  // empty: folder/high-water

  std::filesystem::path database() const { return folder / "journal.db"; }
  std::filesystem::path checkpoint() const { return folder / "checkpoint"; }
  std::filesystem::path lock() const { return folder / "lock"; }
  std::filesystem::path high_water_file() const {
    return high_water.empty() ? folder / "high-water" : high_water;
  }
};

// The origin of a deployment's checkpoints: keyturn/<deployment>.
std::string journal_origin(std::string_view deployment);

// Each entry's bytes, in order: the Replayer's next. An error ends the start, with the entry's
// index.
using EntryFeed = std::function<Result<void>(std::string_view entry)>;

class Journal {
 public:
  // `keyturn init`: the folder, an empty store, the checkpoint of size 0 and its high-water mark.
  // Code::conflict where any of them is there already.
  static Result<void> create(const JournalPlace& place, std::string_view origin,
                             const SigningKey& key);

  // Takes the lock, recomputes the journal, feeds every entry to `feed`, compares with the stored
  // nodes, the stored checkpoint and the high-water mark, and signs the present size. Errors:
  // conflict (another process has it), not_found (run create), corrupt (says where), unavailable.
  static Result<std::unique_ptr<Journal>> open(const JournalPlace& place, std::string_view origin,
                                               SigningKey key, const EntryFeed& feed);
  // Over a given store: memory for exercises (`place` nullopt: no lock, no files), faults for
  // tests.
  static Result<std::unique_ptr<Journal>> open_on(std::unique_ptr<Store> store,
                                                  std::optional<JournalPlace> place,
                                                  std::string_view origin, SigningKey key,
                                                  const EntryFeed& feed);
  ~Journal();

  // Appends all or none. ok: durable, signed, below the high-water mark: now callers may be
  // answered. conflict: the store grew behind us: catch_up, decide again. unknown: the journal
  // takes no further append (unavailable); end the process, the next start answers it [T5]. Errors:
  // certainly nothing was written: too_large, exhausted (batch_entries_max), unavailable.
  Result<Appended> append(std::span<const std::string> entries);
  // After a conflict: folds what others appended, exactly as open does.
  Result<void> catch_up(const EntryFeed& feed);

  std::uint64_t size() const;
  Checkpoint checkpoint() const;          // of the present size
  std::string signed_checkpoint() const;  // its note
  const std::string& origin() const { return origin_; }
  const PublicKey& key() const;

  // Entries [from, to), at most batch_entries_max, each proved to be in the present tree: a changed
  // row is Code::corrupt and is not returned.
  Result<std::vector<std::string>> read(std::uint64_t from, std::uint64_t to) const;
  // Both are checked against the present root before they are returned.
  Result<std::vector<Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size) const;
  Result<std::vector<Digest>> consistency_proof(std::uint64_t size1, std::uint64_t size2) const;
  // C2SP tlog-proof text: the entry's place in the present checkpoint, for offline verification.
  Result<std::string> prove(std::uint64_t index) const;
  // Recomputes everything stored and compares it with the tree in memory [T24]. Slow, reads only.
  Result<void> sweep() const;

  // As Store::watch; told after the high-water mark is durable. Call before the first append.
  void watch(std::function<void(std::uint64_t size)> tell);

 private:
  Journal(std::optional<JournalPlace> place, std::optional<FileLock> lock,
          std::unique_ptr<Store> store, std::string_view origin, SigningKey key);
  static Result<std::unique_ptr<Journal>> start(std::unique_ptr<Journal> journal,
                                                const EntryFeed& feed);
  // Checkpoints that our own key signed, wherever they lie.
  Result<std::vector<Vouched>> vouched() const;
  Result<void> fold(Tree from, std::span<const Vouched> vouched, const EntryFeed& feed);
  Result<void> publish();  // signs the tree's size, advances the high-water mark
  Result<Digest> node(std::uint8_t level, std::uint64_t index) const;

  // Constant after construction. The lock is let go after the store is closed.
  const std::optional<JournalPlace> place_;
  const std::optional<FileLock> lock_;
  const std::unique_ptr<Store> store_;
  const std::string origin_;
  const SigningKey key_;
  std::vector<std::function<void(std::uint64_t)>> watchers_;
  // The appending thread's alone.
  Tree tree_;
  bool ended_ =
      false;  // INVARIANT: once an append was unknown, nothing is appended or signed again
  // Protected by mutex_: what the last publish() made true.
  mutable std::mutex mutex_;
  Checkpoint checkpoint_;
  std::string note_;
};

}  // namespace keyturn
