#include "gateway/journal/verify.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "keyturn/limits.h"
#include "tests/gateway/journal/samples.h"

using namespace keyturn;
using namespace keyturn::journal_tests;
namespace fs = std::filesystem;

namespace {

JournalReport verify(const JournalPlace& place) {
  return verify_journal(place, origin, journal_key().public_key()).value();
}

JournalPlace copy_of(const JournalPlace& place, const fs::path& to) {
  fs::create_directories(to);
  fs::copy(place.folder, to / "data", fs::copy_options::recursive);
  fs::copy_file(place.high_water_file(), to / "high-water");
  return {to / "data", to / "high-water"};
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& file : fs::directory_iterator(folder)) out.push_back(file.path().filename());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("verify looks at a journal at rest without leaving anything beside it") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 9);
  const auto before = files_in(place.folder);
  const auto image = read_file(place.database(), 1u << 20).value();
  CHECK(verify(place).sound());
  CHECK(prove_entry(place, origin, journal_key().public_key(), 3).ok());
  CHECK(show_entries(place, 0, 9).value().size() == 9);
  CHECK(files_in(place.folder) == before);
  CHECK(read_file(place.database(), 1u << 20).value() == image);
}

TEST_CASE("verify works beside the gateway, and on a copy made while it runs") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 9);
  const auto journal = open_journal(place);
  REQUIRE(journal->append(entries(9, 5)).value() == Appended::ok);
  REQUIRE(fs::file_size(place.database().string() + "-wal") > 0);
  const JournalReport report = verify(place);
  CHECK(report.findings.empty());
  CHECK(report.size == 14);
  const JournalPlace copy = copy_of(place, folder.path() / "copy");
  CHECK(verify(copy).sound());
  CHECK(verify(copy).size == 14);
  CHECK(show_entries(copy, 13, 14).value()[0].text == entries(13, 1)[0]);
  // And the gateway goes on.
  REQUIRE(journal->append(entries(14, 5)).value() == Appended::ok);
  CHECK(verify(copy).size == 14);
}

TEST_CASE("verify is right at every moment of a journal that grows") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 0);
  std::atomic<bool> done = false;
  std::atomic<bool> failed = false;
  std::thread gateway([&] {
    const auto journal = open_journal(place);
    for (std::uint64_t size = 0; size < 400 && !failed; size += 4)
      if (journal->append(entries(size, 4)).value() != Appended::ok) failed = true;
    done = true;
  });
  std::string finding;
  int rounds = 0;
  while (!done || rounds == 0) {
    const JournalReport report = verify(place);
    if (!report.sound() && finding.empty()) finding = report.findings[0].what;
    ++rounds;
  }
  gateway.join();
  CHECK_FALSE(failed);
  CHECK(finding.empty());
  CHECK(verify(place).size == 400);
}

TEST_CASE("verify names every note that is missing, and a foreign key for what it is") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 9);
  const auto foreign = verify_journal(place, origin, journal_key(8).public_key()).value();
  CHECK(foreign.findings.size() == 3);
  CHECK(foreign.size == 9);
  CHECK(
      verify_journal(place, "keyturn/other", journal_key().public_key()).value().findings.size() ==
      3);
  fs::remove(place.checkpoint());
  REQUIRE(verify(place).findings.size() == 1);
  CHECK(verify(place).findings[0].what.find("published checkpoint") != std::string::npos);
  fs::remove(place.database());
  CHECK(verify(place).findings.size() == 2);
}

TEST_CASE("verify compares with a checkpoint that somebody kept from before") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 5);
  const std::string kept = read_file(place.high_water_file(), checkpoint_bytes_max).value();
  REQUIRE(open_journal(place)->append(entries(5, 5)).value() == Appended::ok);
  const PublicKey key = journal_key().public_key();
  CHECK(verify_journal(place, origin, key, kept).value().sound());
  const std::string newest = read_file(place.high_water_file(), checkpoint_bytes_max).value();
  CHECK_FALSE(verify_journal(place, origin, key, "rubbish").value().sound());
  CHECK(verify_journal(place, origin, key, newest).value().sound());
}
