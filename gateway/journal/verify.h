// What `keyturn journal verify | replay | show | prove` do: an auditor's view of a journal that is
// only read. Works on a live folder, on a copy, and on a damaged one: what is wrong is a finding,
// not an error; an Error means that the question could not be asked at all.
//
// Thread rule: plain functions, one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/journal/journal.h"
#include "keys/verify/checkpoint.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"
#include "policy/charter/charter.h"

namespace keyturn {

struct Finding {
  std::optional<std::uint64_t> index;  // the first entry that differs, where one can be named
  std::string what;                    // one line
};

struct JournalReport {
  std::uint64_t size = 0;            // entries that were recomputed
  Digest root;                       // over them
  std::vector<std::string> vouched;  // what was compared, `high-water 1204`
  std::vector<Finding> findings;     // empty: sound
  bool sound() const { return findings.empty(); }
};

// Recomputes every hash and compares with the stored nodes, the stored checkpoint, and the
// checkpoint and high-water files of `place` that are there (a missing high-water mark is a
// finding), and `checkpoint`: a note from elsewhere, of a witness or an earlier visit.
Result<JournalReport> verify_journal(const JournalPlace& place, std::string_view origin,
                                     const PublicKey& key,
                                     const std::optional<std::string>& checkpoint = std::nullopt);

struct ShownEntry {
  std::uint64_t index = 0;
  Digest leaf;       // of the bytes
  std::string text;  // verbatim: an entry is lines of text; escape it before it meets a terminal
  bool as_stored = false;  // the leaf hash is the stored one
};
Result<std::vector<ShownEntry>> show_entries(const JournalPlace& place, std::uint64_t from,
                                             std::uint64_t to);

// C2SP tlog-proof of one entry in the newest checkpoint that the journal holds.
Result<std::string> prove_entry(const JournalPlace& place, std::string_view origin,
                                const PublicKey& key, std::uint64_t index);

}  // namespace keyturn
