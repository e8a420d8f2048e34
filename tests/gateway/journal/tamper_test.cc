// T24, T25, T26: what somebody with write access to the journal's files can do, and how it is seen.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "gateway/journal/verify.h"
#include "keys/verify/merkle.h"
#include "keyturn/limits.h"
#include "tests/gateway/journal/samples.h"

using namespace keyturn;
using namespace keyturn::journal_tests;
namespace fs = std::filesystem;

namespace {

void run_sql(const fs::path& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  CAPTURE(sql);
  CHECK(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

std::vector<std::vector<std::string>> query(const fs::path& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  std::vector<std::vector<std::string>> rows;
  const auto collect = [](void* out, int columns, char** values, char**) {
    auto& all = *static_cast<std::vector<std::vector<std::string>>*>(out);
    all.emplace_back();
    for (int i = 0; i < columns; ++i) all.back().push_back(values[i] == nullptr ? "" : values[i]);
    return 0;
  };
  CHECK(sqlite3_exec(handle, sql.c_str(), collect, &rows, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
  return rows;
}

JournalReport verify(const JournalPlace& place) {
  return verify_journal(place, origin, journal_key().public_key()).value();
}

std::string message_of_open(const JournalPlace& place) {
  auto opened = Journal::open(place, origin, journal_key(), feed_nothing);
  return opened.ok() ? "" : opened.error().message;
}

// A journal, and fresh copies of it to damage.
class Original {
 public:
  explicit Original(std::uint64_t size) : place_(make_journal(folder_, size, 3)) {}
  const JournalPlace& place() const { return place_; }

  JournalPlace copy() {
    const fs::path to = folder_.path() / ("copy-" + std::to_string(copies_++));
    fs::create_directories(to);
    fs::copy(place_.folder, to / "data", fs::copy_options::recursive);
    fs::copy(place_.high_water.parent_path(), to / "mount", fs::copy_options::recursive);
    return {to / "data", to / "mount" / "high-water"};
  }

 private:
  TemporaryFolder folder_;
  JournalPlace place_;
  int copies_ = 0;
};

// INVARIANT: nothing was signed over a journal that was tampered with.
void check_detected(const JournalPlace& place) {
  const std::string mark = read_file(place.high_water_file(), checkpoint_bytes_max).value();
  CHECK_FALSE(verify(place).sound());
  CHECK_FALSE(message_of_open(place).empty());
  CHECK(read_file(place.high_water_file(), checkpoint_bytes_max).value() == mark);
}

}  // namespace

TEST_CASE("an untouched journal is sound, and its copy is") {
  Original original(7);
  const JournalReport report = verify(original.place());
  CHECK(report.findings.empty());
  CHECK(report.size == 7);
  CHECK(report.vouched == std::vector<std::string>{"high-water mark 7", "published checkpoint 7",
                                                   "stored checkpoint 6"});
  CHECK(report.root == open_journal(original.place())->checkpoint().root);
  CHECK(verify(original.copy()).sound());
}

TEST_CASE("[T24] every column of every row of every table is covered") {
  Original original(7);
  int mutations = 0;
  for (const auto& table :
       query(original.place().database(), "SELECT name FROM sqlite_schema WHERE type = 'table'")) {
    const std::string& name = table[0];
    const auto columns = query(original.place().database(), "PRAGMA table_info(" + name + ")");
    const std::string key = name == "node"    ? "level || '/' || idx"
                            : name == "entry" ? "idx"
                                              : "one";
    for (const auto& row : query(original.place().database(), "SELECT " + key + " FROM " + name)) {
      for (const auto& column : columns) {
        const std::string& field = column[1];
        const std::string changed = column[2] == "INTEGER" ? field + " + 1000"
                                    : column[2] == "TEXT"
                                        ? "replace(" + field + ", 'A', 'B') || 'x'"
                                        : "CAST('x' || " + field + " AS BLOB)";
        const JournalPlace place = original.copy();
        run_sql(place.database(), "PRAGMA ignore_check_constraints = ON; UPDATE " + name + " SET " +
                                      field + " = " + changed + " WHERE " + key + " = '" + row[0] +
                                      "'");
        CAPTURE(name);
        CAPTURE(field);
        CAPTURE(row[0]);
        check_detected(place);
        ++mutations;
      }
    }
  }
  CHECK(mutations == 4 + 7 * 2 + 11 * 3);
}

TEST_CASE("[T24] a changed entry is located, also when its hashes were changed along with it") {
  Original original(7);
  for (std::uint64_t i = 0; i < 7; ++i) {
    const JournalPlace place = original.copy();
    run_sql(place.database(),
            "UPDATE entry SET bytes = CAST('forged' AS BLOB) WHERE idx = " + std::to_string(i));
    const JournalReport report = verify(place);
    REQUIRE_FALSE(report.sound());
    CHECK(report.findings[0].index == i);
    CHECK(message_of_open(place).find("entry " + std::to_string(i) + " ") != std::string::npos);
    const auto shown = show_entries(place, 0, 7).value();
    for (const ShownEntry& entry : shown) CHECK(entry.as_stored == (entry.index != i));
  }
  // All hashes recomputed, as somebody who knows RFC 6962 would: only the signed roots tell. The
  // stored checkpoint is of size 6, the mark of 7.
  for (const std::uint64_t forged : {2u, 6u}) {
    const JournalPlace place = original.copy();
    Tree tree;
    std::vector<TreeNode> nodes;
    auto bytes = entries(0, 7);
    bytes[forged] = "forged";
    std::string sql =
        "UPDATE entry SET bytes = CAST('forged' AS BLOB) WHERE idx = " + std::to_string(forged);
    for (const auto& entry : bytes) tree.append(leaf_hash(entry), nodes);
    for (const TreeNode& node : nodes)
      sql += "; UPDATE node SET hash = x'" + hex_encode(node.hash.bytes) +
             "' WHERE level = " + std::to_string(node.level) +
             " AND idx = " + std::to_string(node.index);
    run_sql(place.database(), sql);
    const JournalReport report = verify(place);
    REQUIRE_FALSE(report.sound());
    CHECK(report.findings[0].index == (forged == 2 ? 0 : 6));
    check_detected(place);
  }
}

TEST_CASE("[T24] rows taken away, put in, or put in the place of others are seen") {
  Original original(7);
  for (const std::string sql : {
           "DELETE FROM entry WHERE idx = 6",
           "DELETE FROM entry WHERE idx = 0",
           "DELETE FROM node WHERE level = 2",
           "DELETE FROM meta",
           "INSERT INTO entry VALUES (7, x'00')",
           "INSERT INTO entry VALUES (-1, x'00')",
           "INSERT INTO node VALUES (3, 0, x'00')",
           "INSERT INTO node VALUES (-1, 0, x'00')",
           "UPDATE meta SET size = 6",
           "UPDATE meta SET size = 6, checkpoint = ''",
           "UPDATE meta SET checkpoint = ''",
           "UPDATE entry SET bytes = (SELECT bytes FROM entry WHERE idx = 1) WHERE idx = 0",
           "UPDATE meta SET schema = 2",
           "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM node; END",
           "CREATE VIEW v AS SELECT 1",
           "CREATE TABLE other (a)",
           "CREATE INDEX i ON entry (bytes)",
           "DROP TABLE node",
           "DROP TABLE meta; CREATE VIEW meta AS SELECT 1 AS one, 1 AS schema, 0 AS size, '' AS "
           "checkpoint",
       }) {
    CAPTURE(sql);
    const JournalPlace place = original.copy();
    run_sql(place.database(), sql);
    check_detected(place);
  }
}

TEST_CASE(
    "[T24] a row that changes under a running journal is not served, and the sweep finds it") {
  Original original(7);
  const auto journal = open_journal(original.place());
  REQUIRE(journal->sweep().ok());
  run_sql(original.place().database(),
          "UPDATE entry SET bytes = CAST('forged' AS BLOB) WHERE idx = 3");
  CHECK(journal->read(0, 3).ok());
  CHECK(journal->read(0, 4).error().code == Code::corrupt);
  CHECK(journal->sweep().error().code == Code::corrupt);
  run_sql(original.place().database(),
          "UPDATE entry SET bytes = CAST('entry 3' || char(10) AS BLOB) WHERE idx = 3");
  CHECK(journal->sweep().ok());
  run_sql(original.place().database(), "UPDATE node SET hash = zeroblob(32) WHERE level = 1");
  CHECK(journal->inclusion_proof(0, 7).error().code == Code::corrupt);
  CHECK(journal->consistency_proof(3, 7).error().code == Code::corrupt);
  CHECK(journal->prove(5).error().code == Code::corrupt);
}

TEST_CASE("[T24] a damaged file is refused or read rightly, byte by byte") {
  Original original(5);
  const std::string image = read_file(original.place().database(), 1u << 20).value();
  const JournalPlace place = original.copy();
  int seen = 0;
  for (std::size_t at = 0; at < image.size(); at += 41) {
    std::string damaged = image;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(place.database().string() + suffix);
    REQUIRE(write_file_atomically(place.database(), damaged, 0600, Durable::no).ok());
    const JournalReport report = verify(place);
    if (report.sound()) {
      // Unused space: what is read is what was signed.
      CHECK(report.size == 5);
    } else {
      ++seen;
    }
  }
  CHECK(seen > 10);
}

TEST_CASE("[T25] a journal that was rolled back does not start, whatever was rolled back with it") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 6);
  const fs::path backup = folder.path() / "backup";
  fs::copy(place.folder, backup, fs::copy_options::recursive);
  REQUIRE(open_journal(place)->append(entries(6, 3)).value() == Appended::ok);
  // The database alone, and the whole folder; the mark lies on another mount.
  SUBCASE("the database") {
    fs::copy_file(backup / "journal.db", place.database(), fs::copy_options::overwrite_existing);
  }
  SUBCASE("the folder") {
    fs::remove_all(place.folder);
    fs::copy(backup, place.folder, fs::copy_options::recursive);
  }
  SUBCASE("the database, grown anew to the same size with other entries") {
    JournalPlace elsewhere{folder.path() / "elsewhere", {}};
    fs::copy(backup, elsewhere.folder, fs::copy_options::recursive);
    fs::copy_file(backup / "checkpoint", elsewhere.high_water_file());
    REQUIRE(open_journal(elsewhere)->append(entries(100, 3)).value() == Appended::ok);
    fs::copy_file(elsewhere.database(), place.database(), fs::copy_options::overwrite_existing);
  }
  check_detected(place);
  CHECK(message_of_open(place).find("high-water mark") != std::string::npos);
}

TEST_CASE("[T25] a missing, forged or foreign high-water mark does not start") {
  Original original(6);
  const Checkpoint claimed{origin, 6, open_journal(original.place())->checkpoint().root};
  const JournalPlace place = original.copy();
  const auto with_mark = [&](const std::string& note) {
    REQUIRE(write_file_atomically(place.high_water_file(), note).ok());
    CHECK_FALSE(verify(place).sound());
    return message_of_open(place);
  };
  CHECK(with_mark("").find("high-water mark") != std::string::npos);
  CHECK(with_mark(journal_key(8).sign_checkpoint(origin, claimed.to_text()))
            .find("high-water mark") != std::string::npos);
  Checkpoint foreign = claimed;
  foreign.origin = "keyturn/other";
  CHECK(with_mark(journal_key().sign_checkpoint("keyturn/other", foreign.to_text()))
            .find("high-water mark") != std::string::npos);
  fs::remove(place.high_water_file());
  CHECK_FALSE(verify(place).sound());
  CHECK(message_of_open(place).find("high-water mark") != std::string::npos);
  CHECK_FALSE(fs::exists(place.high_water_file()));
}

TEST_CASE("[T26] of two forks of one journal neither passes for the other") {
  const TemporaryFolder one_folder, other_folder;
  const JournalPlace one = make_journal(one_folder, 6);
  const JournalPlace other = place_in(other_folder);
  fs::copy(one.folder, other.folder, fs::copy_options::recursive);
  fs::copy_file(one.high_water_file(), other.high_water_file());
  REQUIRE(open_journal(one)->append(entries(6, 2)).value() == Appended::ok);
  REQUIRE(open_journal(other)->append(entries(60, 2)).value() == Appended::ok);
  CHECK(verify(one).sound());
  CHECK(verify(other).sound());
  // Two signed checkpoints of one size with two roots: the evidence, whoever brings it.
  const std::string note = read_file(other.high_water_file(), checkpoint_bytes_max).value();
  const auto report = verify_journal(one, origin, journal_key().public_key(), note).value();
  REQUIRE_FALSE(report.sound());
  CHECK(report.findings[0].index == 6);  // up to there the stored checkpoint agrees
  CHECK(report.findings[0].what.find("given checkpoint") != std::string::npos);
  fs::copy_file(other.high_water_file(), one.high_water_file(),
                fs::copy_options::overwrite_existing);
  check_detected(one);
}

TEST_CASE("[T25] a mark that is behind is folded over, if its root is the journal's at that size") {
  Original original(6);
  const JournalPlace place = original.copy();
  REQUIRE(open_journal(place)->append(entries(6, 2)).value() == Appended::ok);
  // As a crash between the commit and the mark leaves it.
  for (const fs::path& file : {place.high_water_file(), place.checkpoint()})
    fs::copy_file(original.place().high_water_file(), file, fs::copy_options::overwrite_existing);
  CHECK(verify(place).sound());
  CHECK(open_journal(place)->size() == 8);
  CHECK(verify_checkpoint(read_file(place.high_water_file(), checkpoint_bytes_max).value(), origin,
                          journal_key().public_key())
            .value()
            .size == 8);
}

TEST_CASE("[T25] entries beyond what one crash can leave unsigned are not taken up") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 2);
  // Whoever writes the database, without the key, appends more than one append's worth.
  const auto store = SqliteStore::open(place.database()).value();
  Tree tree;
  std::vector<TreeNode> ignored;
  for (const auto& entry : entries(0, 2)) tree.append(leaf_hash(entry), ignored);
  const auto forge = [&](std::uint64_t count) {
    const std::uint64_t size = tree.size();
    const auto bytes = entries(size, count);
    std::vector<TreeNode> nodes;
    for (const auto& entry : bytes) tree.append(leaf_hash(entry), nodes);
    REQUIRE(store->append({size, bytes, nodes, {}}).value() == Appended::ok);
  };
  forge(batch_entries_max);
  forge(1);
  CHECK(message_of_open(place).find("newest signature") != std::string::npos);
}
