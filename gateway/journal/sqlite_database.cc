#include "gateway/journal/sqlite_database.h"

#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <system_error>
#include <utility>

#include "gateway/world/files.h"
#include "keyturn/limits.h"

namespace keyturn {

namespace fs = std::filesystem;

namespace {

Code code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_CONSTRAINT:  // a row that should not be there, or not of that type
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:  // a table that should be there is not, or differs
      return Code::corrupt;
    case SQLITE_TOOBIG:
      return Code::too_large;
    default:
      return Code::unavailable;
  }
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return text;
}

Error error_of(sqlite3* handle, std::string_view what, const fs::path& path) {
  const int result = handle == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(handle);
  return {code_of(result), one_line("cannot " + std::string(what) + " `" + path.string() + "`: " +
                                    (handle == nullptr ? "no memory" : sqlite3_errmsg(handle)) +
                                    " (SQLite " + std::to_string(result) + ")")};
}

std::string file_of(sqlite3* handle) {
  const char* name = sqlite3_db_filename(handle, nullptr);
  return name == nullptr ? "" : name;
}

// A path as a file: URI, every byte that is not plain behind a percent sign.
std::string uri_of(const fs::path& path, std::string_view query) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "file:";
  for (const char c : fs::absolute(path).string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out.append("?").append(query);
}

Error wrong_type(std::string_view expected, sqlite3* handle, int column) {
  return {Code::corrupt, "`" + file_of(handle) + "` holds no " + std::string(expected) +
                             " in column " + std::to_string(column) + " of a row"};
}

}  // namespace

// --- Statement
// --------------------------------------------------------------------------------------

Statement::Statement(Statement&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)),
      statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(statement_, other.statement_);
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

// Binding fails only for want of memory or a wrong number; the row would then not be what was
// asked, but NULL, which every column refuses: the step answers for it.
Statement& Statement::bind(int parameter, std::uint64_t value) {
  // 2^63 and more are no sizes, indices or levels of ours: NULL, as above.
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<sqlite3_int64>::max()))
    (void)sqlite3_bind_int64(statement_, parameter, static_cast<sqlite3_int64>(value));
  else
    (void)sqlite3_bind_null(statement_, parameter);
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view bytes) {
  // A null pointer would be NULL, not the empty blob.
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  (void)sqlite3_bind_blob64(statement_, parameter, data, bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind(int parameter, const Digest& digest) {
  return bind(parameter, text_of(digest.bytes));
}

Statement& Statement::bind_text(int parameter, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  (void)sqlite3_bind_text64(statement_, parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) {
    reset();
    return false;
  }
  const Error error = error_of(database_, "use", file_of(database_));
  reset();
  return error;
}

Result<void> Statement::run() {
  TRY(const bool row, step());
  if (row) reset();
  return {};
}

void Statement::reset() { (void)sqlite3_reset(statement_); }

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<std::uint64_t> Statement::integer(int column) const {
  const sqlite3_int64 value = sqlite3_column_int64(statement_, column);
  if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER || value < 0)
    return wrong_type("count", database_, column);
  return static_cast<std::uint64_t>(value);
}

Result<std::string_view> Statement::blob(int column) const {
  if (sqlite3_column_type(statement_, column) != SQLITE_BLOB)
    return wrong_type("bytes", database_, column);
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

Result<Digest> Statement::digest(int column) const {
  TRY(const std::string_view bytes, blob(column));
  if (bytes.size() != 32) return wrong_type("digest", database_, column);
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

Result<std::string_view> Statement::text(int column) const {
  if (sqlite3_column_type(statement_, column) != SQLITE_TEXT)
    return wrong_type("text", database_, column);
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

// --- Database
// ---------------------------------------------------------------------------------------

Database::Database(sqlite3* handle, fs::path path) : handle_(handle), path_(std::move(path)) {}

Database::~Database() {
  for (Statement* statement : {&begin_, &commit_, &rollback_}) *statement = Statement();
  sqlite3_close_v2(handle_);
}

Error Database::error(std::string_view what) const { return error_of(handle_, what, path_); }

Result<std::unique_ptr<Database>> Database::connect(const fs::path& path, const std::string& name,
                                                    int flags, const std::string& vfs) {
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      vfs.empty() ? nullptr : vfs.c_str());
  if (opened != SQLITE_OK) {
    const Error error = error_of(handle, "open", path);
    sqlite3_close_v2(handle);
    return error;
  }
  std::unique_ptr<Database> database(new Database(handle, path));
  sqlite3_busy_timeout(handle, static_cast<int>(database_busy_ms_max));
  // Whoever can write the file could plant a trigger or a view that runs inside our transactions.
  for (const auto& [setting, on] :
       {std::pair{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, std::pair{SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        std::pair{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1}}) {
    if (sqlite3_db_config(handle, setting, on, nullptr) != SQLITE_OK)
      return database->error("configure");
  }
  CHECK_OK(database->execute("PRAGMA cell_size_check=ON"));
  return database;
}

Result<void> Database::create(const fs::path& path, std::span<const TableSql> tables,
                              const std::string& fill) {
  // Made in memory and written as one file, so that a crash leaves all of it or none.
  TRY(const auto database,
      connect(path, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, {}));
  for (const TableSql& table : tables) {
    CHECK_OK(database->execute(std::string(table.sql)));
  }
  if (!fill.empty()) {
    CHECK_OK(database->execute(fill));
  }
  sqlite3_int64 size = 0;
  unsigned char* image = sqlite3_serialize(database->handle_, "main", &size, 0);
  if (image == nullptr) return database->error("make");
  const std::string bytes(reinterpret_cast<const char*>(image), static_cast<std::size_t>(size));
  sqlite3_free(image);
  return create_file(path, bytes, 0600);
}

Result<std::unique_ptr<Database>> Database::open(const fs::path& path,
                                                 std::span<const TableSql> tables,
                                                 const std::string& vfs) {
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    return Error{Code::not_found, "there is no `" + path.string() + "`: `keyturn init` makes it"};
  TRY(auto database, connect(path, path.string(), SQLITE_OPEN_READWRITE, vfs));
  TRY(Statement mode, database->prepare("PRAGMA journal_mode=WAL"));
  TRY(const bool row, mode.step());
  if (!row) return database->error("ask for the journal mode of");
  TRY(const std::string_view name, mode.text(0));
  if (name != "wal")
    return Error{Code::unavailable, "`" + path.string() + "` cannot be written in WAL mode"};
  mode.reset();
  CHECK_OK(database->execute("PRAGMA synchronous=FULL"));
  CHECK_OK(database->check_tables(tables));
  TRY(database->begin_, database->prepare("BEGIN IMMEDIATE"));
  TRY(database->commit_, database->prepare("COMMIT"));
  TRY(database->rollback_, database->prepare("ROLLBACK"));
  return database;
}

Result<std::unique_ptr<Database>> Database::open_read_only(const fs::path& path,
                                                           std::span<const TableSql> tables) {
  std::error_code failed;
  if (!fs::exists(path, failed))
    return Error{Code::not_found, "there is no `" + path.string() + "`"};
  const fs::path wal = path.string() + "-wal";
  const std::uintmax_t wal_bytes = fs::exists(wal, failed) ? fs::file_size(wal, failed) : 0;
  // Without a WAL nobody has it open, and nothing but the file itself says what it holds. Opened as
  // an ordinary WAL database it would get a new WAL and index beside it.
  const bool alone = !fs::exists(wal, failed);
  if (!alone) {
    auto database = connect(path, path.string(), SQLITE_OPEN_READONLY, {});
    if (!database) return database;
    auto taken = (*database)->take_snapshot(tables);
    if (taken) return database;
    // A folder that we may not write has no place for the WAL's index.
    if (taken.error().code != Code::unavailable) return std::move(taken).error();
    if (wal_bytes > 0)
      return Error{Code::unavailable,
                   taken.error().message + "; copy the file and its -wal to a folder of your own"};
  }
  TRY(auto database,
      connect(path, uri_of(path, "immutable=1"), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, {}));
  CHECK_OK(database->take_snapshot(tables));
  return database;
}

Result<void> Database::copy_to(const fs::path& path) {
  // SQLite would make the file for everybody to read.
  CHECK_OK(create_file(path, {}, 0600));
  TRY(const auto copy, connect(path, path.string(), SQLITE_OPEN_READWRITE, {}));
  CHECK_OK(copy->execute("PRAGMA synchronous=FULL"));
  sqlite3_backup* const backup = sqlite3_backup_init(copy->handle_, "main", handle_, "main");
  if (backup == nullptr) return copy->error("copy to");
  sqlite3_backup_step(backup, -1);
  // Its result is that of the last step too.
  if (sqlite3_backup_finish(backup) != SQLITE_OK) return copy->error("copy to");
  return {};
}

Result<void> Database::take_snapshot(std::span<const TableSql> tables) {
  CHECK_OK(execute("BEGIN"));
  return check_tables(tables);
}

Result<void> Database::check_tables(std::span<const TableSql> tables) {
  TRY(Statement query, prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY rowid"));
  std::size_t seen = 0;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) break;
    TRY(const std::string_view type, query.text(0));
    TRY(const std::string_view name, query.text(1));
    const bool ours = type == "table" && seen < tables.size() && name == tables[seen].name;
    const auto sql = ours ? query.text(2) : Result<std::string_view>(std::string_view());
    if (!sql || *sql != (ours ? tables[seen].sql : std::string_view("?")))
      return Error{Code::corrupt,
                   one_line("`" + path_.string() + "` holds a " + std::string(type) + " `" +
                            std::string(name) + "` that Keyturn did not make")};
    ++seen;
  }
  if (seen != tables.size())
    return Error{Code::corrupt,
                 "`" + path_.string() + "` has no table `" + std::string(tables[seen].name) + "`"};
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  Statement statement;
  statement.database_ = handle_;
  if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement.statement_, nullptr) != SQLITE_OK)
    return error("read");
  return statement;
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return error("use");
  return {};
}

Result<void> Database::begin() { return begin_.run(); }

Result<void> Database::commit() {
  auto committed = commit_.run();
  if (committed) return committed;
  Error error = std::move(committed).error();
  // Busy is decided before anything is written. After every other failure the commit record may be
  // in the WAL, and a later start would find it there: a sync that failed says nothing about what
  // it synced.
  const bool busy = (sqlite3_errcode(handle_) & 0xff) == SQLITE_BUSY;
  rollback();
  error.code = busy ? Code::unavailable : Code::unknown;
  return error;
}

void Database::rollback() {
  // Many errors have rolled back by themselves. Should this one fail too, the next begin() does.
  if (sqlite3_get_autocommit(handle_) == 0) (void)rollback_.run();
}

std::uint64_t Database::changes() const {
  return static_cast<std::uint64_t>(sqlite3_changes64(handle_));
}

Result<void> Database::settle() {
  if (sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) !=
      SQLITE_OK)
    return error("settle");
  return {};
}

}  // namespace keyturn
