#include "gateway/world/notify.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "tests/gateway/journal/samples.h"

using namespace keyturn;
using journal_tests::TemporaryFolder;

namespace {

// The manager's end: a datagram socket under this name.
class Manager {
 public:
  explicit Manager(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    const bool abstract = name.front() == '@';
    if (abstract) address.sun_path[0] = '\0';
    const auto size =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1));
    descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  }
  ~Manager() { ::close(descriptor_); }
  std::string next() {
    pollfd ready{descriptor_, POLLIN, 0};
    if (::poll(&ready, 1, 10'000) != 1) return "nothing";
    char text[256];
    const ssize_t bytes = ::recv(descriptor_, text, sizeof text, 0);
    return {text, bytes > 0 ? static_cast<std::size_t>(bytes) : 0};
  }

 private:
  int descriptor_ = -1;
};

}  // namespace

TEST_CASE("a service manager is told by a datagram, on a path or under an abstract name") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "notify").string();
  const std::string abstract = "@keyturn-test-" + std::to_string(::getpid());
  for (const std::string& name : {path, abstract}) {
    CAPTURE(name);
    Manager manager(name);
    auto notifier = Notifier::create(name, "", "");
    REQUIRE(notifier.ok());
    CHECK_FALSE(notifier->watchdog_interval());
    notifier->ready();
    CHECK(manager.next() == "READY=1\nSTATUS=serving");
    notifier->reloading();
    const std::string reloading = manager.next();
    CHECK(reloading.rfind("RELOADING=1\nMONOTONIC_USEC=", 0) == 0);
    notifier->alive();
    CHECK(manager.next() == "WATCHDOG=1");
    notifier->stopping();
    CHECK(manager.next() == "STOPPING=1\nSTATUS=draining");
  }
}

TEST_CASE("the watchdog is answered at half its time, and only by the process that it watches") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "notify").string();
  const Manager manager(path);
  const std::string own = std::to_string(::getpid());
  CHECK(Notifier::create(path, "3000000", "")->watchdog_interval() ==
        std::chrono::milliseconds(1500));
  CHECK(Notifier::create(path, "3000000", own)->watchdog_interval() ==
        std::chrono::milliseconds(1500));
  CHECK_FALSE(Notifier::create(path, "3000000", "1")->watchdog_interval());
  CHECK_FALSE(Notifier::create(path, "soon", own)->watchdog_interval());
  CHECK_FALSE(Notifier::create(path, "0", own)->watchdog_interval());
}

TEST_CASE("without a manager nothing is sent; a manager that went away stops nobody") {
  auto silent = Notifier::create("", "1000000", "");
  REQUIRE(silent.ok());
  silent->ready();
  CHECK_FALSE(Notifier::create("relative", "", "").ok());
  CHECK_FALSE(Notifier::create("/" + std::string(200, 'x'), "", "").ok());
  CHECK_FALSE(Notifier::create("/no/such/socket", "", "").ok());
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "notify").string();
  auto manager = std::make_unique<Manager>(path);
  auto notifier = Notifier::create(path, "", "");
  REQUIRE(notifier.ok());
  manager.reset();
  notifier->ready();
  notifier->stopping();
}
