// Appends a second, by batch size: the journal as the gateway runs it (SQLite in WAL mode with
// synchronous=FULL, Merkle nodes, a signed checkpoint, the high-water mark on the disk) beside bare
// SQLite that inserts the same entries, in as many transactions, with the same syncs. The two take
// turns in one run on one disk, so the ratio holds where the numbers do not.
//
//   keyturn_bench_journal [folder]      the folder decides the disk; default: the present one
#include "gateway/journal/journal.h"

#include <sqlite3.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace keyturn;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t entry_bytes = 700;  // about what an approval takes
constexpr double turn_seconds = 1.0;
constexpr int turns = 5;

void must(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "bench: %s failed\n", what);
  std::exit(1);
}

std::vector<std::string> make_batch(std::uint64_t first, std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::string entry = "entry " + std::to_string(first + i) + "\n";
    entry.resize(entry_bytes, 'x');
    out.push_back(std::move(entry));
  }
  return out;
}

class BareSqlite {
 public:
  explicit BareSqlite(const fs::path& path) {
    must(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK, "opening SQLite");
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE entry (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT");
    must(sqlite3_prepare_v2(handle_, "INSERT INTO entry VALUES (?1, ?2)", -1, &insert_, nullptr) ==
             SQLITE_OK,
         "preparing");
  }
  ~BareSqlite() {
    sqlite3_finalize(insert_);
    sqlite3_close(handle_);
  }
  BareSqlite(const BareSqlite&) = delete;
  BareSqlite& operator=(const BareSqlite&) = delete;

  void append(const std::vector<std::string>& entries) {
    run("BEGIN IMMEDIATE");
    for (const std::string& entry : entries) {
      sqlite3_bind_int64(insert_, 1, next_++);
      sqlite3_bind_blob64(insert_, 2, entry.data(), entry.size(), SQLITE_STATIC);
      must(sqlite3_step(insert_) == SQLITE_DONE, "inserting");
      sqlite3_reset(insert_);
    }
    run("COMMIT");
  }

 private:
  void run(const char* sql) {
    must(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  }
  sqlite3* handle_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_int64 next_ = 0;
};

// Entries a second over one turn.
template <class Append>
double measure(std::size_t batch, Append append) {
  using Now = std::chrono::steady_clock;
  const auto start = Now::now();
  std::uint64_t count = 0;
  double seconds = 0;
  do {
    append(make_batch(count, batch));
    count += batch;
    seconds = std::chrono::duration<double>(Now::now() - start).count();
  } while (seconds < turn_seconds);
  return static_cast<double>(count) / seconds;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  std::string name = (argc > 1 ? fs::path(argv[1]) : fs::current_path()) / "journal-bench-XXXXXX";
  must(::mkdtemp(name.data()) != nullptr, "making a folder");
  const fs::path folder = name;
  const JournalPlace place{folder / "data", folder / "high-water"};
  const auto key = [] { return SigningKey::from_seed(SecretBytes(std::string(32, 'k'))).value(); };
  must(Journal::create(place, "keyturn/bench", key()).ok(), "creating the journal");
  {
    const auto journal = Journal::open(place, "keyturn/bench", key(), {}).value();
    BareSqlite bare(folder / "bare.db");
    std::printf("%8s %16s %16s %8s\n", "batch", "journal", "bare SQLite", "ratio");
    for (const std::size_t batch : {1u, 16u, 128u, 1024u}) {
      std::vector<double> ours, theirs;
      for (int i = 0; i < turns; ++i) {
        ours.push_back(measure(batch, [&](const std::vector<std::string>& entries) {
          const auto appended = journal->append(entries);
          must(appended.ok() && *appended == Appended::ok, "appending");
        }));
        theirs.push_back(
            measure(batch, [&](const std::vector<std::string>& entries) { bare.append(entries); }));
      }
      std::printf("%8zu %12.0f /s  %12.0f /s  %7.2f\n", batch, median(ours), median(theirs),
                  median(ours) / median(theirs));
      std::fflush(stdout);
    }
  }
  fs::remove_all(folder);
  return 0;
}
