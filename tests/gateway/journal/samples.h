// What the journal's tests share: a folder that goes away, a key, entries, and a small journal.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gateway/journal/journal.h"
#include "gateway/journal/sqlite.h"
#include "keys/signing_key.h"

namespace keyturn::journal_tests {

class TemporaryFolder {
 public:
  // In memory where there is such a place: these tests fsync thousands of times, and what a sync
  // keeps is not asked of the real disk but of the one in fault_disk.h.
  TemporaryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code ignored;
    const bool there = std::filesystem::is_directory(memory, ignored);
    const auto parent = there ? memory : std::filesystem::temp_directory_path();
    std::string name = (parent / "keyturn-journal-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline const std::string origin = "keyturn/joint-autonomy";

inline SigningKey journal_key(unsigned char tag = 7) {
  return SigningKey::from_seed(SecretBytes(std::string(32, static_cast<char>(tag)))).value();
}

inline std::vector<std::string> entries(std::uint64_t first, std::uint64_t count) {
  std::vector<std::string> out;
  for (std::uint64_t i = first; i < first + count; ++i)
    out.push_back("entry " + std::to_string(i) + "\n");
  return out;
}

inline Result<void> feed_nothing(std::string_view) { return {}; }

// Where a journal of the tests lies: its mark in a folder of its own, as on another mount.
inline JournalPlace place_in(const TemporaryFolder& folder) {
  std::filesystem::create_directories(folder.path() / "mount");
  return {folder.path() / "data", folder.path() / "mount" / "high-water"};
}

inline std::unique_ptr<Journal> open_journal(const JournalPlace& place) {
  return Journal::open(place, origin, journal_key(), feed_nothing).value();
}

// A journal of `size` entries, appended in batches of `batch`.
inline JournalPlace make_journal(const TemporaryFolder& folder, std::uint64_t size,
                                 std::uint64_t batch = 4) {
  const JournalPlace place = place_in(folder);
  REQUIRE(Journal::create(place, origin, journal_key()).ok());
  const auto journal = open_journal(place);
  for (std::uint64_t i = 0; i < size; i += batch)
    REQUIRE(journal->append(entries(i, std::min(batch, size - i))).value() == Appended::ok);
  return place;
}

}  // namespace keyturn::journal_tests
