// Files: bounded reading, atomic and durable writing, secret files, and the lock that says one
// process.
//
// Promises: a file written atomically is, after any crash, wholly the old or wholly the new one,
// and the new one once the call has returned ok. Errors name the path and what to do. Paths are the
// operator's, never a caller's. Thread rule: plain functions; a FileLock has one owner.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "keys/secret.h"
#include "keyturn/result.h"

namespace keyturn {

// At most bytes_max; a longer file is Code::too_large, a missing one not_found.
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t bytes_max);

// As read_file, for keys and tokens: refuses (forbidden) a file that others than its owner may read
// or write, one that is not ours, and what is not a regular file.
Result<SecretBytes> read_secret_file(const std::filesystem::path& path, std::uint64_t bytes_max);

enum class Durable : bool { no, yes };  // no: atomic still, but may be lost with the power

// Writes a temporary file in the same folder, fsyncs it, renames it over `path`, fsyncs the folder.
// Code::unknown where the rename was done and only its durability is in doubt.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                                   unsigned mode = 0600, Durable durable = Durable::yes);

// As above, and never replaces: an existing path is Code::conflict. For keys.
Result<void> create_file(const std::filesystem::path& path, std::string_view bytes,
                         unsigned mode = 0600);

// A folder for its owner alone (0700), and its parents as they come; an existing one must be ours
// and closed to others.
Result<void> make_directory(const std::filesystem::path& path);

// An exclusive lock, held until the object goes: by destruction or with the process, however it
// ends.
class FileLock {
 public:
  // Somebody else holds it: Code::conflict.
  static Result<FileLock> acquire(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace keyturn
