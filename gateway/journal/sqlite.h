// SqliteStore: the embedded store. One file in WAL mode with synchronous=FULL; one transaction an
// append.
//
//   meta  (one, schema, size, checkpoint)   one row; schema_version is the only one this binary
//   reads entry (idx, bytes)                      the entries, from 0 node  (level, idx, hash) RFC
//   6962 nodes; level 0 holds the leaf hashes
//
// A file whose tables differ from these, even by a trigger, is refused. Two connections, so that
// readers never wait for the disk that the writer waits for. Promises and thread rule of Store.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "gateway/journal/store.h"

namespace keyturn {

class SqliteStore final : public Store {
 public:
  // Makes a new, empty file (0600); an existing one is Code::conflict.
  static Result<void> create(const std::filesystem::path& path);
  // `vfs` names another SQLite VFS: for tests of its faults.
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path,
                                                   const std::string& vfs = {});
  // Never writes, not even a repair; one snapshot for its whole life. append is Code::forbidden.
  // Works beside a running gateway, and on a copy of its folder.
  static Result<std::unique_ptr<SqliteStore>> open_read_only(const std::filesystem::path& path);
  // One whole state as a new file (0600), beside a running gateway too; an existing one is
  // Code::conflict.
  static Result<void> copy(const std::filesystem::path& from, const std::filesystem::path& to);
  ~SqliteStore() override;

  Result<Appended> append(const Append& append) override;
  Result<void> read(std::uint64_t from, std::uint64_t to, const EntrySink& sink) const override;
  Result<std::uint64_t> size() const override;
  Result<Digest> node(std::uint8_t level, std::uint64_t index) const override;
  Result<std::string> checkpoint() const override;
  Result<Counts> count() const override;

 private:
  class Writer;
  class Reader;
  SqliteStore();
  std::unique_ptr<Writer> writer_;  // null: read-only
  std::unique_ptr<Reader> reader_;
};

}  // namespace keyturn
