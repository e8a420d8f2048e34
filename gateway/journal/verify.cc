#include "gateway/journal/verify.h"

#include <algorithm>
#include <utility>

#include "gateway/journal/sqlite.h"
#include "keys/verify/merkle.h"
#include "keys/verify/tlog_proof.h"
#include "keyturn/limits.h"

namespace keyturn {

namespace {

// Notes that lie about, their signatures checked; one that is wrong is a finding.
class Notes {
 public:
  Notes(std::string_view origin, const PublicKey& key, JournalReport& report)
      : origin_(origin), key_(key), report_(report) {}

  void add(const std::string& by, std::string_view note) {
    auto checkpoint = verify_checkpoint(note, origin_, key_);
    if (!checkpoint) {
      report_.findings.push_back({std::nullopt, "the " + by + ": " + checkpoint.error().message});
      return;
    }
    vouched_.push_back({by, *checkpoint});
    report_.vouched.push_back(by + " " + std::to_string(checkpoint->size));
  }
  void add_file(const std::string& by, const std::filesystem::path& path) {
    auto note = read_file(path, checkpoint_bytes_max);
    if (note) return add(by, *note);
    report_.findings.push_back({std::nullopt, "the " + by + ": " + note.error().message});
  }
  const std::vector<Vouched>& vouched() const { return vouched_; }

 private:
  const std::string_view origin_;
  const PublicKey& key_;
  JournalReport& report_;
  std::vector<Vouched> vouched_;
};

// A store that cannot even be opened, or read to the end, is the worst finding, not a failed
// question.
bool is_finding(const Error& error) {
  return error.code == Code::corrupt || error.code == Code::not_found ||
         error.code == Code::unsupported;
}

}  // namespace

Result<JournalReport> verify_journal(const JournalPlace& place, std::string_view origin,
                                     const PublicKey& key,
                                     const std::optional<std::string>& checkpoint) {
  JournalReport report;
  Notes notes(origin, key, report);
  // Before the snapshot is taken: a gateway at work writes them after its entries.
  notes.add_file("high-water mark", place.high_water_file());
  notes.add_file("published checkpoint", place.checkpoint());
  if (checkpoint) notes.add("given checkpoint", *checkpoint);
  auto store = SqliteStore::open_read_only(place.database());
  if (!store) {
    if (!is_finding(store.error())) return store.error();
    report.findings.push_back({std::nullopt, store.error().message});
    return report;
  }
  if (auto stored = (*store)->checkpoint(); !stored) {
    report.findings.push_back({std::nullopt, stored.error().message});
  } else if (!stored->empty()) {
    notes.add("stored checkpoint", *stored);
  } else if (const auto size = (*store)->size(); size.ok() && *size > 0) {
    report.findings.push_back({std::nullopt, std::string(no_stored_checkpoint)});
  }
  auto recounted = recount(**store, Tree(), notes.vouched(), {});
  if (!recounted) {
    if (!is_finding(recounted.error())) return recounted.error();
    report.findings.push_back({std::nullopt, recounted.error().message});
    return report;
  }
  report.size = recounted->tree.size();
  report.root = recounted->tree.root();
  if (recounted->difference)
    report.findings.insert(report.findings.begin(),
                           {recounted->difference->index, recounted->difference->what});
  return report;
}

Result<std::vector<ShownEntry>> show_entries(const JournalPlace& place, std::uint64_t from,
                                             std::uint64_t to) {
  TRY(const auto store, SqliteStore::open_read_only(place.database()));
  std::vector<ShownEntry> out;
  CHECK_OK(store->read(from, to, [&](std::uint64_t index, std::string_view bytes) {
    out.push_back({index, leaf_hash(bytes), std::string(bytes), false});
    return Result<void>();
  }));
  for (ShownEntry& entry : out) {
    const auto stored = store->node(0, entry.index);
    entry.as_stored = stored.ok() && *stored == entry.leaf;
  }
  return out;
}

Result<std::string> prove_entry(const JournalPlace& place, std::string_view origin,
                                const PublicKey& key, std::uint64_t index) {
  TlogProof proof;
  proof.index = index;
  // Read before the snapshot, so that the snapshot holds what it covers.
  TRY(proof.checkpoint, read_file(place.high_water_file(), checkpoint_bytes_max));
  TRY(const Checkpoint newest, verify_checkpoint(proof.checkpoint, origin, key));
  TRY(const auto store, SqliteStore::open_read_only(place.database()));
  TRY(proof.hashes, inclusion_proof(index, newest.size, [&](std::uint8_t level, std::uint64_t i) {
        return store->node(level, i);
      }));
  std::string entry;
  CHECK_OK(store->read(index, index + 1, [&](std::uint64_t, std::string_view bytes) {
    entry = bytes;
    return Result<void>();
  }));
  auto verified = verify_tlog_proof(proof, entry, origin, key);
  if (!verified)
    return Error{Code::corrupt, "entry " + std::to_string(index) +
                                    " is not in the tree of its checkpoint (" +
                                    verified.error().message + "): run `keyturn journal verify`"};
  return proof.to_text();
}

}  // namespace keyturn
