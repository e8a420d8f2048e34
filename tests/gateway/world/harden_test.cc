#include "gateway/world/harden.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>

#include "gateway/world/files.h"
#include "tests/gateway/journal/samples.h"

using namespace keyturn;
using journal_tests::TemporaryFolder;

namespace {

// Runs `child` in a process of its own, and gives its exit status: what is given up there is not
// given up here.
int in_child(const std::function<int()>& child) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(child());
  REQUIRE(pid > 0);
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool opens(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor >= 0) ::close(descriptor);
  return descriptor >= 0;
}

// 0, or why it failed.
int connect_error(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int done =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = done == 0 ? 0 : errno;
  ::close(descriptor);
  return error;
}

int bind_error(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int done = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = done == 0 ? 0 : errno;
  ::close(descriptor);
  return error;
}

bool skipped_without_landlock(int version) {
  if (landlock_version() >= version) return false;
  std::printf("skipped: Landlock (this kernel has version %d, %d is needed)\n", landlock_version(),
              version);
  return true;
}

}  // namespace

TEST_CASE("a hardened process gains no privileges, and dumps no core [T35]") {
  const int status = in_child([] {
    if (!harden({}).ok()) return 1;
    if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 2;
    if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 3;
    rlimit core{1, 1};
    if (::getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0) return 4;
    return 0;
  });
  CHECK(status == 0);
}

TEST_CASE("a hardened process reads and writes where it was told, and opens nothing elsewhere") {
  if (skipped_without_landlock(1)) return;
  const TemporaryFolder folder;
  for (const char* name : {"data", "read", "elsewhere"}) {
    REQUIRE(make_directory(folder.path() / name).ok());
    REQUIRE(create_file(folder.path() / name / "file", "x").ok());
  }
  const auto at = [&](const char* name) { return folder.path() / name; };
  const int status = in_child([&] {
    Confinement confinement;
    confinement.read = {at("read"), at("not-there")};
    confinement.read_write = {at("data")};
    const auto hardened = harden(confinement);
    if (!hardened.ok() || hardened->landlock < 1) return 1;
    if (!opens(at("data") / "file", O_RDWR) || !opens(at("data") / "new", O_RDWR | O_CREAT)) {
      return 2;
    }
    if (!write_file_atomically(at("data") / "file", "y").ok()) return 3;
    if (!opens(at("read") / "file", O_RDONLY)) return 4;
    if (opens(at("read") / "file", O_RDWR) || opens(at("read") / "new", O_RDWR | O_CREAT)) return 5;
    if (opens(at("elsewhere") / "file", O_RDONLY) || opens("/etc/passwd", O_RDONLY)) return 6;
    if (::rename((at("data") / "file").c_str(), (at("elsewhere") / "moved").c_str()) == 0) return 7;
    char* const arguments[] = {nullptr};
    ::execv("/bin/true", arguments);  // does not come back if it may
    return errno == EACCES ? 0 : 8;
  });
  CHECK(status == 0);
}

TEST_CASE("a hardened process listens on its own ports and connects to its endpoints', no others") {
  if (skipped_without_landlock(4)) return;
  // Nobody listens on any of them: allowed ones refuse the connection, others are never tried.
  const int status = in_child([] {
    Confinement confinement;
    confinement.limit_bind = confinement.limit_connect = true;
    confinement.bind = {0};
    confinement.connect = {1};
    const auto hardened = harden(confinement);
    if (!hardened.ok() || !hardened->tcp || !hardened->missing.empty()) return 1;
    if (connect_error(1) != ECONNREFUSED) return 2;
    if (connect_error(2) != EACCES) return 3;
    if (bind_error(0) != 0) return 4;
    return bind_error(2) == EACCES ? 0 : 5;
  });
  CHECK(status == 0);
}
