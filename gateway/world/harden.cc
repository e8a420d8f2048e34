#include "gateway/world/harden.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

namespace keyturn {
namespace {

constexpr int landlock_with_ports = 4;

Error failed(const char* what) {
  return {Code::internal, std::string(what) + ": " + std::strerror(errno)};
}

}  // namespace

Result<Hardened> harden(const Confinement& confinement) {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return failed("forbidding core dumps");
  // Where cores go to a program, the limit alone does not hold; this does, and keeps debuggers of
  // the same user away.
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed("forbidding memory dumps");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("giving up new privileges");

  Hardened hardened;
  const int version = landlock_version();
  if (version == 0) {
    hardened.missing = "this kernel has no Landlock, so files and ports are not limited";
    return hardened;
  }
  if (const auto restricted = restrict_with_landlock(confinement, version); !restricted.ok()) {
    hardened.missing = restricted.error().message + "; files and ports are not limited";
    return hardened;
  }
  hardened.landlock = version;
  hardened.tcp = version >= landlock_with_ports;
  if (!hardened.tcp) hardened.missing = "this kernel's Landlock does not limit ports";
  return hardened;
}

std::vector<std::filesystem::path> system_files() {
  return {
    // Names of hosts; resolv.conf is often a link that a resolver replaces.
    "/etc/resolv.conf", "/run/systemd/resolve", "/run/resolvconf", "/etc/hosts", "/etc/host.conf",
        "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services",
        // Certificates, and what their links lead to.
        "/etc/ssl", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
        // What SQLite seeds its names of temporary files from.
        "/dev/urandom",
        // What libc loads late: modules that look up names.
        "/etc/ld.so.cache", "/lib", "/lib64", "/usr/lib", "/usr/lib64",
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        // A sanitizer looks at its own process when it ends.
        "/proc/self",
#endif
  };
}

}  // namespace keyturn
