#include "gateway/journal/sqlite.h"

#include <array>
#include <utility>

#include "gateway/journal/sqlite_database.h"

namespace keyturn {

namespace {

constexpr std::uint64_t schema_version = 1;

constexpr std::array<TableSql, 3> tables = {{
    {"meta",
     "CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), schema INTEGER NOT NULL, "
     "size INTEGER NOT NULL, checkpoint TEXT NOT NULL) STRICT"},
    {"entry", "CREATE TABLE entry (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT"},
    {"node",
     "CREATE TABLE node (level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL, "
     "PRIMARY KEY (level, idx)) STRICT, WITHOUT ROWID"},
}};

Result<void> check_schema(Database& database, const std::filesystem::path& path) {
  TRY(Statement query, database.prepare("SELECT schema FROM meta WHERE one = 1"));
  TRY(const bool row, query.step());
  if (!row) return Error{Code::corrupt, "`" + path.string() + "` does not say its size"};
  TRY(const std::uint64_t schema, query.integer(0));
  if (schema != schema_version)
    return Error{Code::unsupported, "`" + path.string() + "` has schema " + std::to_string(schema) +
                                        "; this keyturn reads schema " +
                                        std::to_string(schema_version)};
  return {};
}

}  // namespace

class SqliteStore::Writer {
 public:
  static Result<std::unique_ptr<Writer>> open(const std::filesystem::path& path,
                                              const std::string& vfs) {
    auto writer = std::make_unique<Writer>();
    TRY(writer->database_, Database::open(path, tables, vfs));
    Database& database = *writer->database_;
    CHECK_OK(check_schema(database, path));
    // After a sync that failed, the kernel may show us pages that are not on the disk, and call
    // them clean: an fsync now would not write them. Copying the WAL into the file writes every
    // page anew, so what we are about to fold and sign is what a power cut would leave.
    CHECK_OK(database.settle());
    TRY(writer->swap_,
        database.prepare("UPDATE meta SET size = ?2, checkpoint = CASE WHEN ?3 = '' THEN "
                         "checkpoint ELSE ?3 END WHERE one = 1 AND size = ?1"));
    TRY(writer->entry_, database.prepare("INSERT INTO entry (idx, bytes) VALUES (?1, ?2)"));
    TRY(writer->node_, database.prepare("INSERT INTO node (level, idx, hash) VALUES (?1, ?2, ?3)"));
    return writer;
  }

  Result<Appended> append(const Append& append) {
    CHECK_OK(database_->begin());
    auto written = write(append);
    if (!written || *written == Appended::conflict) {
      database_->rollback();
      return written;
    }
    auto committed = database_->commit();
    if (committed) return Appended::ok;
    if (committed.error().code == Code::unknown) return Appended::unknown;
    return std::move(committed).error();
  }

 private:
  // Everything before the COMMIT: until that is written, nothing is.
  Result<Appended> write(const Append& append) {
    CHECK_OK(swap_.bind(1, append.expected_size)
                 .bind(2, append.expected_size + append.entries.size())
                 .bind_text(3, append.checkpoint)
                 .run());
    if (database_->changes() != 1) return Appended::conflict;
    std::uint64_t index = append.expected_size;
    for (const std::string& bytes : append.entries) {
      CHECK_OK(entry_.bind(1, index++).bind(2, std::string_view(bytes)).run());
    }
    for (const TreeNode& node : append.nodes) {
      CHECK_OK(
          node_.bind(1, std::uint64_t{node.level}).bind(2, node.index).bind(3, node.hash).run());
    }
    return Appended::ok;
  }

  std::unique_ptr<Database> database_;
  Statement swap_, entry_, node_;
};

class SqliteStore::Reader {
 public:
  static Result<std::unique_ptr<Reader>> open(Result<std::unique_ptr<Database>> opened,
                                              const std::filesystem::path& path) {
    auto reader = std::make_unique<Reader>();
    TRY(reader->database_, std::move(opened));
    Database& database = *reader->database_;
    CHECK_OK(check_schema(database, path));
    CHECK_OK(database.execute("PRAGMA query_only=ON"));
    TRY(reader->meta_, database.prepare("SELECT size, checkpoint FROM meta WHERE one = 1"));
    TRY(reader->entries_,
        database.prepare("SELECT idx, bytes FROM entry WHERE idx >= ?1 AND idx < ?2 ORDER BY idx"));
    TRY(reader->node_, database.prepare("SELECT hash FROM node WHERE level = ?1 AND idx = ?2"));
    TRY(reader->count_,
        database.prepare("SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM node)"));
    return reader;
  }

  Result<std::pair<std::uint64_t, std::string>> meta() {
    const std::lock_guard lock(mutex_);
    TRY(const bool row, meta_.step());
    if (!row) return Error{Code::corrupt, "the journal's database does not say its size"};
    const Resetting resetting(meta_);
    TRY(const std::uint64_t size, meta_.integer(0));
    TRY(const std::string_view checkpoint, meta_.text(1));
    return std::pair(size, std::string(checkpoint));
  }

  Result<void> read(std::uint64_t from, std::uint64_t to, const EntrySink& sink) {
    const std::lock_guard lock(mutex_);
    entries_.bind(1, from).bind(2, to);
    const Resetting resetting(entries_);
    for (std::uint64_t index = from; index < to; ++index) {
      TRY(const bool row, entries_.step());
      if (!row) return Error{Code::corrupt, "entry " + std::to_string(index) + " is missing"};
      TRY(const std::uint64_t stored, entries_.integer(0));
      if (stored != index)
        return Error{Code::corrupt, "entry " + std::to_string(index) + " is missing"};
      TRY(const std::string_view bytes, entries_.blob(1));
      CHECK_OK(sink(index, bytes));
    }
    return {};
  }

  Result<Digest> node(std::uint8_t level, std::uint64_t index) {
    const std::lock_guard lock(mutex_);
    TRY(const bool row, node_.bind(1, std::uint64_t{level}).bind(2, index).step());
    if (!row) return no_node(level, index);
    const Resetting resetting(node_);
    return node_.digest(0);
  }

  Result<Counts> count() {
    const std::lock_guard lock(mutex_);
    TRY(const bool row, count_.step());
    if (!row) return Error{Code::corrupt, "the journal's database does not count its rows"};
    const Resetting resetting(count_);
    TRY(const std::uint64_t entries, count_.integer(0));
    TRY(const std::uint64_t nodes, count_.integer(1));
    return Counts{entries, nodes};
  }

 private:
  // Lets go of the row, and of the snapshot with it, however the reading ends.
  class Resetting {
   public:
    explicit Resetting(Statement& statement) : statement_(statement) {}
    Resetting(const Resetting&) = delete;
    Resetting& operator=(const Resetting&) = delete;
    ~Resetting() { statement_.reset(); }

   private:
    Statement& statement_;
  };

  std::mutex mutex_;
  // Protected by mutex_.
  std::unique_ptr<Database> database_;
  Statement meta_, entries_, node_, count_;
};

SqliteStore::SqliteStore() = default;
SqliteStore::~SqliteStore() = default;

Result<void> SqliteStore::create(const std::filesystem::path& path) {
  return Database::create(path, tables,
                          "INSERT INTO meta (one, schema, size, checkpoint) VALUES (1, " +
                              std::to_string(schema_version) + ", 0, '')");
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path,
                                                       const std::string& vfs) {
  std::unique_ptr<SqliteStore> store(new SqliteStore());
  TRY(store->writer_, Writer::open(path, vfs));
  TRY(store->reader_, Reader::open(Database::open(path, tables, vfs), path));
  return store;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open_read_only(
    const std::filesystem::path& path) {
  std::unique_ptr<SqliteStore> store(new SqliteStore());
  TRY(store->reader_, Reader::open(Database::open_read_only(path, tables), path));
  return store;
}

Result<void> SqliteStore::copy(const std::filesystem::path& from, const std::filesystem::path& to) {
  TRY(const auto database, Database::open_read_only(from, tables));
  return database->copy_to(to);
}

Result<Appended> SqliteStore::append(const Append& append) {
  if (writer_ == nullptr)
    return Error{Code::forbidden, "this journal was opened to be read, not appended to"};
  TRY(const Appended appended, writer_->append(append));
  if (appended == Appended::ok) tell_watchers(append.expected_size + append.entries.size());
  return appended;
}

Result<void> SqliteStore::read(std::uint64_t from, std::uint64_t to, const EntrySink& sink) const {
  TRY(const std::uint64_t present, size());
  CHECK_OK(check_range(from, to, present));
  return reader_->read(from, to, sink);
}

Result<std::uint64_t> SqliteStore::size() const {
  TRY(auto meta, reader_->meta());
  return meta.first;
}

Result<Digest> SqliteStore::node(std::uint8_t level, std::uint64_t index) const {
  return reader_->node(level, index);
}

Result<std::string> SqliteStore::checkpoint() const {
  TRY(auto meta, reader_->meta());
  return std::move(meta.second);
}

Result<Store::Counts> SqliteStore::count() const { return reader_->count(); }

}  // namespace keyturn
