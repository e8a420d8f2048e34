// T28: crashes and failing disks. Kill -9 shows what a dying process leaves; the fault disk what a
// dying machine does. In both: what was answered ok is there, and the journal is a prefix of what
// was asked.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/journal/sqlite.h"
#include "gateway/journal/verify.h"
#include "tests/gateway/journal/fault_disk.h"
#include "tests/gateway/journal/samples.h"

using namespace keyturn;
using namespace keyturn::journal_tests;
namespace fs = std::filesystem;

namespace {

// Starts as the gateway does, on the real disk, and looks at everything.
void check_after_restart(const JournalPlace& place, std::uint64_t answered, std::uint64_t asked) {
  CHECK(verify_journal(place, origin, journal_key().public_key()).value().sound());
  auto opened = Journal::open(place, origin, journal_key(), feed_nothing);
  if (!opened.ok()) {
    FAIL_CHECK(opened.error().message);
    return;
  }
  const auto journal = std::move(opened).value();
  CHECK(journal->size() >= answered);
  CHECK(journal->size() <= asked);
  std::uint64_t at = 0;
  bool same = true;
  while (at < journal->size()) {
    const std::uint64_t to = std::min<std::uint64_t>(at + 1000, journal->size());
    same = same && journal->read(at, to).value() == entries(at, to - at);
    at = to;
  }
  CHECK(same);
  CHECK(journal->sweep().ok());
}

}  // namespace

TEST_CASE("[T28] kill -9 at any moment loses nothing that was answered, and forks nothing") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 0);
  std::uint64_t answered = 0;
  constexpr std::uint64_t batch = 3;
  for (int round = 0; round < 25; ++round) {
    int answers[2];
    REQUIRE(::pipe(answers) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(answers[0]);
      auto opened = Journal::open(place, origin, journal_key(), feed_nothing);
      while (opened.ok()) {
        const std::uint64_t size = (*opened)->size();
        const auto appended = (*opened)->append(entries(size, batch));
        if (!appended.ok() || *appended != Appended::ok) break;
        const std::uint64_t now = size + batch;
        if (::write(answers[1], &now, sizeof now) != sizeof now) break;
      }
      ::_exit(1);
    }
    ::close(answers[1]);
    // The child dies somewhere in the appends after the one whose answer we wait for.
    const int wait_for = 1 + (round * 7) % 11;
    for (int i = 0; i < wait_for; ++i) {
      std::uint64_t size = 0;
      REQUIRE(::read(answers[0], &size, sizeof size) == sizeof size);
      answered = size;
    }
    ::usleep(static_cast<unsigned>((round * 37) % 400));
    ::kill(child, SIGKILL);
    std::uint64_t size = 0;
    while (::read(answers[0], &size, sizeof size) == sizeof size) answered = size;
    ::close(answers[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    check_after_restart(place, answered, answered + batch);
  }
}

TEST_CASE("[T28] whichever call of the disk fails, or is the last: nothing answered is lost") {
  using Fault = FaultDisk::Fault;
  using Kept = FaultDisk::Kept;
  const struct {
    const char* name;
    Fault fault;
    Kept kept;
  } flavours[] = {
      {"the call fails", Fault::fails, Kept::everything},
      {"the call fails but was done", Fault::fails_done, Kept::everything},
      {"the process ends", Fault::stops, Kept::everything},
      {"the power goes, the unsynced is lost", Fault::stops, Kept::synced_only},
      {"the power goes, some of the unsynced is kept", Fault::stops, Kept::some},
      {"the call fails, and later the power goes", Fault::fails, Kept::synced_only},
      {"the call fails but was done, and later the power goes", Fault::fails_done, Kept::some},
  };
  int opened_not = 0, refused = 0, unknown = 0;
  for (const auto& flavour : flavours) {
    INFO(flavour.name);
    for (int at_call = 1;; ++at_call) {
      CAPTURE(at_call);
      const TemporaryFolder folder;
      const JournalPlace place = make_journal(folder, 4);
      FaultDisk disk;
      disk.arm(flavour.fault, at_call);
      std::uint64_t answered = 4, asked = 4;
      auto store = SqliteStore::open(place.database(), disk.vfs_name());
      if (store.ok()) {
        auto opened =
            Journal::open_on(std::move(store).value(), place, origin, journal_key(), feed_nothing);
        if (!opened.ok()) {
          CHECK(opened.error().code == Code::unavailable);
          ++opened_not;
        }
        for (int i = 0; opened.ok() && i < 4; ++i) {
          Journal& journal = **opened;
          const std::uint64_t count = i == 2 ? 40 : 3;
          asked = answered + count;
          const auto appended = journal.append(entries(answered, count));
          if (!appended.ok()) {
            CHECK(appended.error().code == Code::unavailable);
            CHECK(journal.size() == answered);
            ++refused;
            continue;
          }
          CHECK(*appended != Appended::conflict);
          if (*appended == Appended::ok) answered = asked;
          if (*appended == Appended::unknown) {
            ++unknown;
            break;
          }
        }
      } else {
        CHECK(store.error().code == Code::unavailable);
        ++opened_not;
      }
      // Everything is closed by now: the fault may have struck there, too.
      const bool struck = disk.calls() >= at_call;
      fs::remove(place.database().string() + "-shm");
      disk.cut_power(flavour.kept, static_cast<std::uint64_t>(at_call) * 2654435761u);
      check_after_restart(place, answered, asked);
      if (!struck) break;
    }
  }
  CHECK(opened_not > 0);
  CHECK(refused > 0);
  CHECK(unknown > 0);
}
