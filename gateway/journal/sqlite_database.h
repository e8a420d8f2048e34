// Database: one SQLite connection and its prepared statements; sqlite_database.cc alone sees
// sqlite3.h.
//
// Promises: opened for writing it is in WAL mode with synchronous=FULL, and holds exactly the
// tables that its owner names, without triggers or views. commit() says apart what certainly did
// not happen (unavailable) and what may have (unknown) [T5]. A value of another type than asked for
// is Code::corrupt. Thread rule: one thread at a time; the owner locks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "keyturn/digest.h"
#include "keyturn/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace keyturn {

// A table, and the exact SQL that made it.
struct TableSql {
  std::string_view name;
  std::string_view sql;
};

class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Parameters count from 1. Bytes are not copied: they live until the statement was run.
  Statement& bind(int parameter, std::uint64_t value);
  Statement& bind(int parameter, std::string_view bytes);  // a blob
  Statement& bind(int parameter, const Digest& digest);
  Statement& bind_text(int parameter, std::string_view text);

  // Whether there is a(nother) row. Without one, or on an error, the statement is ready to be bound
  // anew.
  Result<bool> step();
  // For statements without rows.
  Result<void> run();
  // Ready to be bound anew, whatever is left to read.
  void reset();

  // Of the present row; columns count from 0. Views live until the next step.
  bool is_null(int column) const;
  Result<std::uint64_t> integer(int column) const;
  Result<std::string_view> blob(int column) const;
  Result<Digest> digest(int column) const;
  Result<std::string_view> text(int column) const;

 private:
  friend class Database;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  // A new file (0600) with these tables, after `fill`'s SQL. An existing one is Code::conflict.
  static Result<void> create(const std::filesystem::path& path, std::span<const TableSql> tables,
                             const std::string& fill);
  // `vfs`: another SQLite VFS, for tests of its faults.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path,
                                                std::span<const TableSql> tables,
                                                const std::string& vfs = {});
  // Writes nothing, neither the file nor beside it, where no gateway has it open; beside one, takes
  // a reader's place in its WAL. One snapshot from here on.
  static Result<std::unique_ptr<Database>> open_read_only(const std::filesystem::path& path,
                                                          std::span<const TableSql> tables);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  Result<Statement> prepare(std::string_view sql);
  Result<void> execute(const std::string& sql);

  Result<void> begin();
  // Error unavailable: not committed, and rolled back; unknown: nobody knows.
  Result<void> commit();
  void rollback();
  std::uint64_t changes() const;
  // The whole database as of now, or as of this connection's snapshot, as one new file (0600) of
  // its own, fsynced. An existing one is Code::conflict.
  Result<void> copy_to(const std::filesystem::path& path);
  // Copies the whole WAL into the file, fsyncs both, and empties the WAL.
  Result<void> settle();

 private:
  Database(sqlite3* handle, std::filesystem::path path);
  static Result<std::unique_ptr<Database>> connect(const std::filesystem::path& path,
                                                   const std::string& name, int flags,
                                                   const std::string& vfs);
  Result<void> check_tables(std::span<const TableSql> tables);
  Result<void> take_snapshot(std::span<const TableSql> tables);
  Error error(std::string_view what) const;

  sqlite3* const handle_;
  const std::filesystem::path path_;
  Statement begin_, commit_, rollback_;
};

}  // namespace keyturn
