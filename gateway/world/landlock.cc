#include "gateway/world/landlock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace keyturn {
namespace {

// The kernel's interface (linux/landlock.h), beyond what Debian 12's headers know.
constexpr long create_ruleset_call = 444, add_rule_call = 445, restrict_self_call = 446;
constexpr unsigned ask_version = 1;
constexpr unsigned rule_path_beneath = 1, rule_net_port = 2;

struct RulesetAttributes {
  std::uint64_t files = 0;
  std::uint64_t net = 0;     // from version 4
  std::uint64_t scoped = 0;  // from version 6
};
struct [[gnu::packed]] PathAttributes {
  std::uint64_t allowed = 0;
  std::int32_t parent = -1;
};
struct PortAttributes {
  std::uint64_t allowed = 0;
  std::uint64_t port = 0;
};

constexpr std::uint64_t bit(int n) { return std::uint64_t{1} << n; }
constexpr std::uint64_t write_file = bit(1), read_file = bit(2), read_dir = bit(3),
                        remove_dir = bit(4), remove_file = bit(5), make_dir = bit(7),
                        make_regular = bit(8), refer = bit(13), truncate = bit(14),
                        ioctl_device = bit(15);
constexpr std::uint64_t all_of_version_1 = bit(13) - 1;  // execute … make a symbolic link
constexpr std::uint64_t bind_tcp = bit(0), connect_tcp = bit(1);
constexpr std::uint64_t scope_abstract_sockets = bit(0), scope_signals = bit(1);

std::uint64_t files_known(int version) {
  std::uint64_t known = all_of_version_1;
  if (version >= 2) known |= refer;
  if (version >= 3) known |= truncate;
  if (version >= 5) known |= ioctl_device;
  return known;
}

class Ruleset {
 public:
  explicit Ruleset(int descriptor) : descriptor_(descriptor) {}
  ~Ruleset() { ::close(descriptor_); }
  Ruleset(const Ruleset&) = delete;
  Ruleset& operator=(const Ruleset&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

Error failed(const std::string& what) {
  return {Code::unavailable, what + ": " + std::strerror(errno)};
}

Result<void> allow_path(const Ruleset& rules, const std::filesystem::path& path,
                        std::uint64_t allowed) {
  PathAttributes rule;
  rule.parent = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (rule.parent < 0) return {};  // what is not there cannot be opened either
  struct stat about {};
  const bool folder = ::fstat(rule.parent, &about) == 0 && S_ISDIR(about.st_mode);
  rule.allowed = folder ? allowed : allowed & (read_file | write_file | truncate);
  const long done = ::syscall(add_rule_call, rules.descriptor(), rule_path_beneath, &rule, 0);
  const int error = errno;
  ::close(rule.parent);
  errno = error;
  if (done != 0) return failed("Landlock: allowing `" + path.string() + "`");
  return {};
}

Result<void> allow_port(const Ruleset& rules, std::uint16_t port, std::uint64_t allowed) {
  const PortAttributes rule{allowed, port};
  if (::syscall(add_rule_call, rules.descriptor(), rule_net_port, &rule, 0) != 0) {
    return failed("Landlock: allowing port " + std::to_string(port));
  }
  return {};
}

}  // namespace

int landlock_version() {
  const long version = ::syscall(create_ruleset_call, nullptr, 0, ask_version);
  return version < 0 ? 0 : static_cast<int>(version);
}

Result<void> restrict_with_landlock(const Confinement& confinement, int version) {
  RulesetAttributes attributes;
  attributes.files = files_known(version);
  if (version >= 4 && confinement.limit_bind) attributes.net |= bind_tcp;
  if (version >= 4 && confinement.limit_connect) attributes.net |= connect_tcp;
  if (version >= 6) attributes.scoped = scope_abstract_sockets | scope_signals;
  // Older kernels take a longer structure as long as what they do not know is zero.
  const long made = ::syscall(create_ruleset_call, &attributes, sizeof attributes, 0);
  if (made < 0) return failed("Landlock: making a ruleset");
  const Ruleset rules(static_cast<int>(made));

  const std::uint64_t reading = read_file | read_dir;
  const std::uint64_t writing = (reading | write_file | remove_dir | remove_file | make_dir |
                                 make_regular | refer | truncate) &
                                attributes.files;
  for (const auto& path : confinement.read) {
    CHECK_OK(allow_path(rules, path, reading));
  }
  for (const auto& path : confinement.read_write) {
    CHECK_OK(allow_path(rules, path, writing));
  }
  if ((attributes.net & bind_tcp) != 0) {
    for (const std::uint16_t port : confinement.bind) {
      CHECK_OK(allow_port(rules, port, bind_tcp));
    }
  }
  if ((attributes.net & connect_tcp) != 0) {
    for (const std::uint16_t port : confinement.connect) {
      CHECK_OK(allow_port(rules, port, connect_tcp));
    }
  }
  if (::syscall(restrict_self_call, rules.descriptor(), 0) != 0) {
    return failed("Landlock: restricting this process");
  }
  return {};
}

}  // namespace keyturn
