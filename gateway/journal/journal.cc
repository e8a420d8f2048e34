#include "gateway/journal/journal.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "gateway/journal/sqlite.h"
#include "keys/verify/merkle.h"
#include "keys/verify/tlog_proof.h"
#include "keyturn/limits.h"

// Where a crash can fall in append(), and what the next start finds:
//
//   1. before COMMIT            the entries are not there. The store is at N, so is the high-water
//   mark.
//   2. within COMMIT            SQLite's recovery finds the commit record, or does not: 1 or 3.
//   This is also
//                               what `unknown` means [T5].
//   3. after COMMIT, before     the store is ahead of the mark, by one append at most: an append
//   begins only
//      the mark is durable      after the one before was published, and brings that one's
//      checkpoint into the
//                               store. Nobody was answered. The start checks that the mark's root
//                               is the store's root at the mark's size, folds the rest, and signs.
//   4. the mark's rename done,  either mark is found: 3 or 5.
//      its folder not synced
//   5. after the mark           the store and the mark agree; the callers may or may not have been
//   answered.
//
// So a store that is behind a mark, has another root at its size, or is ahead of every signature by
// more than one append was never left by a crash. It was restored, replaced or edited: the start
// refuses [T25]. The `checkpoint` file is a public copy: it is written before the mark and not
// synced, so a torn one after a power cut means nothing, and the next start writes it anew; a whole
// one with our signature counts.

namespace keyturn {

namespace {

namespace fs = std::filesystem;

Error corrupt(const Difference& difference) {
  return {Code::corrupt,
          "the journal does not verify: " + difference.what +
              "; nothing is signed: find out why, and restore the journal that was signed last"};
}

Result<void> write_checkpoint(const JournalPlace& place, std::string_view note) {
  CHECK_OK(write_file_atomically(place.checkpoint(), note, 0644, Durable::no));
  return write_file_atomically(place.high_water_file(), note, 0644, Durable::yes);
}

std::string sign(const SigningKey& key, const Checkpoint& checkpoint) {
  return key.sign_checkpoint(checkpoint.origin, checkpoint.to_text());
}

}  // namespace

std::string journal_origin(std::string_view deployment) {
  return "keyturn/" + std::string(deployment);
}

Result<void> Journal::create(const JournalPlace& place, std::string_view origin,
                             const SigningKey& key) {
  CHECK_OK(make_directory(place.folder));
  TRY(const FileLock lock, FileLock::acquire(place.lock()));
  std::error_code failed;
  if (fs::exists(place.database(), failed))
    return Error{Code::conflict,
                 "there is a journal at `" + place.database().string() + "` already"};
  // A mark without its journal: a crash of create leaves one for size 0; any other says that a
  // journal is missing, and making an empty one in its place would be the rollback that it guards
  // against.
  if (auto mark = read_file(place.high_water_file(), checkpoint_bytes_max);
      mark || mark.error().code != Code::not_found) {
    const auto known = mark ? verify_checkpoint(*mark, origin, key.public_key())
                            : Result<Checkpoint>(mark.error());
    if (!known || known->size != 0)
      return Error{Code::conflict, "the high-water mark `" + place.high_water_file().string() +
                                       "` belongs to a journal with entries: restore that one"};
  }
  CHECK_OK(write_checkpoint(place, sign(key, {std::string(origin), 0, empty_tree_root()})));
  return SqliteStore::create(place.database());
}

Result<std::unique_ptr<Journal>> Journal::open(const JournalPlace& place, std::string_view origin,
                                               SigningKey key, const EntryFeed& feed) {
  std::error_code failed;
  if (!fs::exists(place.database(), failed))
    return Error{Code::not_found, "there is no journal at `" + place.database().string() +
                                      "`: `keyturn init` makes one"};
  TRY(FileLock lock, FileLock::acquire(place.lock()));
  TRY(std::unique_ptr<Store> store, SqliteStore::open(place.database()));
  return start(std::unique_ptr<Journal>(
                   new Journal(place, std::move(lock), std::move(store), origin, std::move(key))),
               feed);
}

Result<std::unique_ptr<Journal>> Journal::open_on(std::unique_ptr<Store> store,
                                                  std::optional<JournalPlace> place,
                                                  std::string_view origin, SigningKey key,
                                                  const EntryFeed& feed) {
  std::optional<FileLock> lock;
  if (place) {
    TRY(FileLock held, FileLock::acquire(place->lock()));
    lock = std::move(held);
  }
  return start(std::unique_ptr<Journal>(new Journal(std::move(place), std::move(lock),
                                                    std::move(store), origin, std::move(key))),
               feed);
}

Journal::Journal(std::optional<JournalPlace> place, std::optional<FileLock> lock,
                 std::unique_ptr<Store> store, std::string_view origin, SigningKey key)
    : place_(std::move(place)),
      lock_(std::move(lock)),
      store_(std::move(store)),
      origin_(origin),
      key_(std::move(key)) {}

Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::start(std::unique_ptr<Journal> journal,
                                                const EntryFeed& feed) {
  TRY(const std::vector<Vouched> vouched, journal->vouched());
  CHECK_OK(journal->fold(Tree(), vouched, feed));
  // Where a journal lies only in memory, nothing vouches for it and nothing can roll it back.
  std::uint64_t signed_size = journal->place_ ? 0 : journal->tree_.size();
  for (const Vouched& one : vouched) signed_size = std::max(signed_size, one.checkpoint.size);
  if (journal->tree_.size() > signed_size + batch_entries_max)
    return corrupt({signed_size, "the newest signature covers " + std::to_string(signed_size) +
                                     " of " + std::to_string(journal->tree_.size()) +
                                     " entries; one append has at most " +
                                     std::to_string(batch_entries_max)});
  CHECK_OK(journal->publish());
  return journal;
}

Result<std::vector<Vouched>> Journal::vouched() const {
  std::vector<Vouched> out;
  TRY(const std::string stored, store_->checkpoint());
  if (!stored.empty()) {
    auto checkpoint = verify_checkpoint(stored, origin_, key_.public_key());
    if (!checkpoint)
      return corrupt({std::nullopt, "the stored checkpoint: " + checkpoint.error().message});
    out.push_back({"stored checkpoint", *checkpoint});
  }
  TRY(const std::uint64_t size, store_->size());
  if (stored.empty() && size > 0) return corrupt({std::nullopt, std::string(no_stored_checkpoint)});
  if (!place_) return out;
  auto mark = read_file(place_->high_water_file(), checkpoint_bytes_max);
  if (!mark)
    return Error{mark.error().code,
                 "the journal's high-water mark: " + mark.error().message +
                     "; without it nobody can tell whether the journal was rolled "
                     "back: bring it back from its mount"};
  auto high_water = verify_checkpoint(*mark, origin_, key_.public_key());
  if (!high_water)
    return corrupt({std::nullopt, "the high-water mark `" + place_->high_water_file().string() +
                                      "`: " + high_water.error().message});
  out.push_back({"high-water mark", *high_water});
  if (auto note = read_file(place_->checkpoint(), checkpoint_bytes_max)) {
    if (auto published = verify_checkpoint(*note, origin_, key_.public_key()))
      out.push_back({"published checkpoint", *published});
  }
  return out;
}

Result<void> Journal::fold(Tree from, std::span<const Vouched> vouched, const EntryFeed& feed) {
  TRY(Recounted recounted, recount(*store_, std::move(from), vouched, feed));
  if (recounted.difference) return corrupt(*recounted.difference);
  tree_ = std::move(recounted.tree);
  return {};
}

Result<void> Journal::publish() {
  Checkpoint checkpoint{origin_, tree_.size(), tree_.root()};
  std::string note = sign(key_, checkpoint);
  if (place_) {
    CHECK_OK(write_checkpoint(*place_, note));
  }
  const std::lock_guard lock(mutex_);
  checkpoint_ = std::move(checkpoint);
  note_ = std::move(note);
  return {};
}

Result<Appended> Journal::append(std::span<const std::string> entries) {
  if (ended_)
    return Error{Code::unavailable,
                 "the outcome of an earlier append is unknown: the journal must be opened anew"};
  if (entries.empty()) return Appended::ok;
  if (entries.size() > batch_entries_max)
    return Error{Code::exhausted, "an append of " + std::to_string(entries.size()) +
                                      " entries: batch_entries_max is " +
                                      std::to_string(batch_entries_max)};
  Tree grown = tree_;
  std::vector<TreeNode> nodes;
  nodes.reserve(2 * entries.size() + 64);
  for (const std::string& entry : entries) {
    if (entry.size() > entry_bytes_max)
      return Error{Code::too_large, "an entry of " + std::to_string(entry.size()) +
                                        " bytes: entry_bytes_max is " +
                                        std::to_string(entry_bytes_max)};
    grown.append(leaf_hash(entry), nodes);
  }
  // note_ is written by this thread alone.
  TRY(const Appended appended, store_->append({tree_.size(), entries, nodes, note_}));
  if (appended == Appended::conflict) return appended;
  // Committed, or nobody knows. An entry that is committed and whose mark is not durable is not
  // answered for either: the next start does (3 and 4 above).
  ended_ = true;
  if (appended == Appended::unknown) return appended;
  tree_ = std::move(grown);
  if (!publish()) return Appended::unknown;
  ended_ = false;
  for (const auto& tell : watchers_) tell(tree_.size());
  return Appended::ok;
}

Result<void> Journal::catch_up(const EntryFeed& feed) {
  if (ended_) return Error{Code::unavailable, "the journal must be opened anew"};
  TRY(const std::vector<Vouched> known, vouched());
  CHECK_OK(fold(tree_, known, feed));
  auto published = publish();
  if (!published) ended_ = true;
  return published;
}

std::uint64_t Journal::size() const { return checkpoint().size; }

Checkpoint Journal::checkpoint() const {
  const std::lock_guard lock(mutex_);
  return checkpoint_;
}

std::string Journal::signed_checkpoint() const {
  const std::lock_guard lock(mutex_);
  return note_;
}

const PublicKey& Journal::key() const { return key_.public_key(); }

Result<Digest> Journal::node(std::uint8_t level, std::uint64_t index) const {
  return store_->node(level, index);
}

Result<std::vector<std::string>> Journal::read(std::uint64_t from, std::uint64_t to) const {
  const Checkpoint present = checkpoint();
  if (from > to || to > present.size)
    return Error{Code::not_found, "there are no entries " + std::to_string(from) + " to " +
                                      std::to_string(to) + " in a journal of " +
                                      std::to_string(present.size)};
  if (to - from > batch_entries_max)
    return Error{Code::exhausted, "a read of " + std::to_string(to - from) +
                                      " entries: batch_entries_max is " +
                                      std::to_string(batch_entries_max)};
  std::vector<std::string> out;
  CHECK_OK(store_->read(from, to, [&](std::uint64_t, std::string_view bytes) {
    out.emplace_back(bytes);
    return Result<void>();
  }));
  const auto reader = [this](std::uint8_t level, std::uint64_t index) {
    return node(level, index);
  };
  for (std::uint64_t i = from; i < to; ++i) {
    TRY(const auto proof, keyturn::inclusion_proof(i, present.size, reader));
    auto included =
        verify_inclusion(i, present.size, leaf_hash(out[i - from]), proof, present.root);
    if (!included)
      return corrupt({i, "entry " + std::to_string(i) + " or its hashes changed in the store"});
  }
  return out;
}

Result<std::vector<Digest>> Journal::inclusion_proof(std::uint64_t index,
                                                     std::uint64_t size) const {
  const Checkpoint present = checkpoint();
  if (size > present.size || index >= size)
    return Error{Code::not_found, "there is no entry " + std::to_string(index) + " in a tree of " +
                                      std::to_string(size)};
  const auto reader = [this](std::uint8_t level, std::uint64_t i) { return node(level, i); };
  TRY(const Digest leaf, node(0, index));
  TRY(auto proof, keyturn::inclusion_proof(index, size, reader));
  TRY(const Digest root, root_at(size, reader));
  CHECK_OK(verify_inclusion(index, size, leaf, proof, root));
  // The root of an older size counts only as far as the present one, which we signed, contains it.
  TRY(const auto link, keyturn::consistency_proof(size, present.size, reader));
  CHECK_OK(verify_consistency(size, present.size, root, present.root, link));
  return proof;
}

Result<std::vector<Digest>> Journal::consistency_proof(std::uint64_t size1,
                                                       std::uint64_t size2) const {
  const Checkpoint present = checkpoint();
  if (size1 > size2 || size2 > present.size)
    return Error{Code::not_found, "there are no trees of " + std::to_string(size1) + " and " +
                                      std::to_string(size2) + " in a journal of " +
                                      std::to_string(present.size)};
  const auto reader = [this](std::uint8_t level, std::uint64_t i) { return node(level, i); };
  TRY(const Digest root1, root_at(size1, reader));
  TRY(const Digest root2, root_at(size2, reader));
  TRY(auto proof, keyturn::consistency_proof(size1, size2, reader));
  CHECK_OK(verify_consistency(size1, size2, root1, root2, proof));
  TRY(const auto link, keyturn::consistency_proof(size2, present.size, reader));
  CHECK_OK(verify_consistency(size2, present.size, root2, present.root, link));
  return proof;
}

Result<std::string> Journal::prove(std::uint64_t index) const {
  TlogProof proof;
  std::uint64_t size = 0;
  {
    const std::lock_guard lock(mutex_);
    proof.checkpoint = note_;
    size = checkpoint_.size;
  }
  proof.index = index;
  TRY(proof.hashes, inclusion_proof(index, size));
  return proof.to_text();
}

Result<void> Journal::sweep() const {
  const std::vector<Vouched> present = {{"checkpoint in memory", checkpoint()}};
  TRY(const Recounted recounted, recount(*store_, Tree(), present, {}));
  if (recounted.difference) return corrupt(*recounted.difference);
  return {};
}

void Journal::watch(std::function<void(std::uint64_t size)> tell) {
  watchers_.push_back(std::move(tell));
}

}  // namespace keyturn
