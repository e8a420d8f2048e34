#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "gateway/world/clock.h"
#include "gateway/world/entropy.h"
#include "gateway/world/files.h"
#include "tests/gateway/journal/samples.h"

using namespace keyturn;
namespace fs = std::filesystem;
using journal_tests::TemporaryFolder;

namespace {

unsigned mode_of(const fs::path& path) {
  struct stat about {};
  REQUIRE(::lstat(path.c_str(), &about) == 0);
  return about.st_mode & 0777;
}

}  // namespace

TEST_CASE("a manual clock stands still until it is moved, and its timers never go back") {
  ManualClock clock(Time{1000});
  CHECK(clock.now() == Time{1000});
  clock.advance(Duration{5});
  CHECK(clock.now() == Time{1005});
  CHECK(clock.monotonic().count() == 5000);
  clock.set(Time{10});
  CHECK(clock.now() == Time{10});
  CHECK(clock.monotonic().count() == 5000);
  clock.advance_ms(7);
  CHECK(clock.monotonic().count() == 5007);
  CHECK(clock.now() == Time{10});
}

TEST_CASE("the system's clock gives a time of this century, and its timers do not go back") {
  const SystemClock clock;
  CHECK(clock.now() > Time{1700000000});
  const auto first = clock.monotonic();
  CHECK(clock.monotonic() >= first);
}

TEST_CASE("seeded entropy repeats with its seed; the system's does not repeat") {
  SeededEntropy one(1), again(1), other(2);
  const auto first = one.array<100>();
  CHECK(first == again.array<100>());
  CHECK(first != other.array<100>());
  CHECK(first != one.array<100>());
  SystemEntropy system;
  CHECK(system.array<32>() != system.array<32>());
  CHECK(system.secret_key().size() == 32);
}

TEST_CASE("a file is read up to its bound, and refused by name beyond it") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  REQUIRE(write_file_atomically(path, "0123456789").ok());
  CHECK(read_file(path, 10).value() == "0123456789");
  CHECK(read_file(path, 9).error().code == Code::too_large);
  CHECK(read_file(folder.path() / "none", 9).error().code == Code::not_found);
  CHECK(read_file(folder.path(), 9).error().code == Code::unavailable);
  CHECK(read_file("/proc/self/status", 100).error().code == Code::too_large);
  CHECK(read_file("/proc/self/status", 1u << 20).value().starts_with("Name:"));
}

TEST_CASE("a file is replaced as a whole, with its mode, and nothing is left beside it") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  std::ofstream(folder.path() / "file.new") << "left by a crash";
  REQUIRE(write_file_atomically(path, "one", 0640).ok());
  CHECK(mode_of(path) == 0640);
  REQUIRE(write_file_atomically(path, "two", 0600, Durable::no).ok());
  CHECK(mode_of(path) == 0600);
  CHECK(read_file(path, 100).value() == "two");
  CHECK_FALSE(fs::exists(folder.path() / "file.new"));
  CHECK(write_file_atomically(folder.path() / "none" / "file", "x").error().code ==
        Code::not_found);
}

TEST_CASE("a file is created once and never replaced") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "key";
  REQUIRE(create_file(path, "first").ok());
  CHECK(mode_of(path) == 0600);
  CHECK(create_file(path, "second").error().code == Code::conflict);
  CHECK(read_file(path, 100).value() == "first");
  CHECK_FALSE(fs::exists(folder.path() / "key.new"));
}

TEST_CASE("a secret file that others may open, a link and a device are refused") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "key";
  REQUIRE(create_file(path, "secret").ok());
  CHECK(text_of(read_secret_file(path, 100).value().expose()) == "secret");
  CHECK(read_secret_file(path, 5).error().code == Code::too_large);
  for (const unsigned mode : {0640u, 0604u, 0620u, 0602u, 0610u, 0601u}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    CHECK(read_secret_file(path, 100).error().code == Code::forbidden);
  }
  REQUIRE(::chmod(path.c_str(), 0400) == 0);
  CHECK(read_secret_file(path, 100).ok());
  fs::create_symlink(path, folder.path() / "link");
  CHECK(read_secret_file(folder.path() / "link", 100).error().code == Code::forbidden);
  REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK(read_secret_file(folder.path() / "pipe", 100).error().code == Code::forbidden);
  CHECK(read_secret_file("/dev/null", 100).error().code == Code::forbidden);
}

TEST_CASE("a folder is made for its owner alone, and an open one is refused") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a" / "b";
  REQUIRE(make_directory(path).ok());
  CHECK(mode_of(path) == 0700);
  CHECK(make_directory(path).ok());
  REQUIRE(::chmod(path.c_str(), 0750) == 0);
  CHECK(make_directory(path).error().code == Code::forbidden);
  REQUIRE(create_file(folder.path() / "file", "").ok());
  CHECK(make_directory(folder.path() / "file").error().code == Code::conflict);
}

TEST_CASE("a lock is held by one, and is free once that one is gone [T12]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "lock";
  {
    const FileLock held = FileLock::acquire(path).value();
    CHECK(FileLock::acquire(path).error().code == Code::conflict);
  }
  FileLock again = FileLock::acquire(path).value();
  const FileLock moved = std::move(again);
  CHECK(FileLock::acquire(path).error().code == Code::conflict);
}
