#include "gateway/world/files.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

namespace keyturn {

namespace fs = std::filesystem;

namespace {

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  bool ok() const { return value_ >= 0; }
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

Error system_error(Code code, std::string_view what, const fs::path& path) {
  const int number = errno;
  return {code, "cannot " + std::string(what) + " `" + path.string() +
                    "`: " + std::system_category().message(number)};
}

Error open_error(std::string_view what, const fs::path& path) {
  if (errno == ENOENT) return system_error(Code::not_found, what, path);
  if (errno == EACCES || errno == EPERM || errno == ELOOP)
    return system_error(Code::forbidden, what, path);
  if (errno == EEXIST) return system_error(Code::conflict, what, path);
  return system_error(Code::unavailable, what, path);
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// Reads at most `out.size()` bytes; fewer only at the end of the file.
Result<std::size_t> read_up_to(int descriptor, std::span<std::uint8_t> out, const fs::path& path) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::read(descriptor, out.data() + done, out.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(Code::unavailable, "read", path);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

Result<void> write_all(int descriptor, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(Code::unavailable, "write", path);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.ok() || ::fsync(descriptor.get()) != 0)
    return system_error(Code::unavailable, "fsync the folder", folder);
  return {};
}

// Makes `path` anew, never following or reusing what is there.
Result<void> write_new(const fs::path& path, std::string_view bytes, unsigned mode,
                       Durable durable) {
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file.ok()) return open_error("create", path);
  // The umask may have closed what `mode` opens: a checkpoint that is meant to be public.
  if (::fchmod(file.get(), mode) != 0)
    return system_error(Code::unavailable, "set the mode of", path);
  CHECK_OK(write_all(file.get(), bytes, path));
  if (durable == Durable::yes && ::fsync(file.get()) != 0)
    return system_error(Code::unavailable, "fsync", path);
  return {};
}

// The same for a temporary file: a crash may have left one, and nobody else writes here.
Result<void> write_fresh(const fs::path& path, std::string_view bytes, unsigned mode,
                         Durable durable) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return system_error(Code::unavailable, "remove", path);
  auto written = write_new(path, bytes, mode, durable);
  if (!written) ::unlink(path.c_str());
  return written;
}

Error longer(const fs::path& path, std::uint64_t bytes_max) {
  return {Code::too_large,
          "`" + path.string() + "` is longer than " + std::to_string(bytes_max) + " bytes"};
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::uint64_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return open_error("open", path);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return system_error(Code::unavailable, "stat", path);
  if (S_ISREG(about.st_mode) && static_cast<std::uint64_t>(about.st_size) > bytes_max)
    return longer(path, bytes_max);
  // The size may be no guide (pipes, /proc): grow, and stop one byte past the bound.
  std::string out;
  while (out.size() <= bytes_max) {
    const std::size_t before = out.size();
    const std::uint64_t step = std::min<std::uint64_t>(bytes_max + 1 - before, 65536);
    out.resize(before + step);
    TRY(const std::size_t n,
        read_up_to(file.get(), {reinterpret_cast<std::uint8_t*>(out.data()) + before, step}, path));
    out.resize(before + n);
    if (n < step) return out;
  }
  return longer(path, bytes_max);
}

Result<SecretBytes> read_secret_file(const fs::path& path, std::uint64_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok()) return open_error("open the secret file", path);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return system_error(Code::unavailable, "stat", path);
  if (!S_ISREG(about.st_mode))
    return Error{Code::forbidden, "`" + path.string() + "` is not a regular file"};
  if (about.st_uid != ::geteuid())
    return Error{Code::forbidden,
                 "the secret file `" + path.string() + "` belongs to another user: chown it"};
  if ((about.st_mode & 077) != 0)
    return Error{Code::forbidden, "the secret file `" + path.string() +
                                      "` is open to others than its owner: chmod 600 it"};
  if (static_cast<std::uint64_t>(about.st_size) > bytes_max) return longer(path, bytes_max);
  // Read in one piece of the right size, so that no reallocation leaves a copy behind.
  std::vector<std::uint8_t> raw(static_cast<std::size_t>(about.st_size));
  const auto read = read_up_to(file.get(), raw, path);
  SecretBytes secret{ByteView(raw)};
  ::explicit_bzero(raw.data(), raw.size());
  CHECK_OK(read);
  if (*read != secret.size())
    return Error{Code::unavailable, "`" + path.string() + "` changed while it was read"};
  return secret;
}

Result<void> write_file_atomically(const fs::path& path, std::string_view bytes, unsigned mode,
                                   Durable durable) {
  const fs::path fresh = path.string() + ".new";
  CHECK_OK(write_fresh(fresh, bytes, mode, durable));
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    const Error error = system_error(Code::unavailable, "rename onto", path);
    ::unlink(fresh.c_str());
    return error;
  }
  if (durable == Durable::yes) {
    if (auto synced = sync_folder(folder_of(path)); !synced)
      return Error{Code::unknown,
                   synced.error().message + "; `" + path.string() + "` may be lost with the power"};
  }
  return {};
}

Result<void> create_file(const fs::path& path, std::string_view bytes, unsigned mode) {
  const fs::path fresh = path.string() + ".new";
  CHECK_OK(write_fresh(fresh, bytes, mode, Durable::yes));
  // link, unlike rename, never replaces: who made `path` meanwhile keeps it.
  const bool linked = ::link(fresh.c_str(), path.c_str()) == 0;
  const Error error = linked ? Error{} : open_error("create", path);
  ::unlink(fresh.c_str());
  if (!linked) return error;
  return sync_folder(folder_of(path));
}

Result<void> make_directory(const fs::path& path) {
  std::error_code failed;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), failed);
  if (failed)
    return Error{Code::unavailable,
                 "cannot create the folders above `" + path.string() + "`: " + failed.message()};
  if (::mkdir(path.c_str(), 0700) == 0) return sync_folder(folder_of(path));
  if (errno != EEXIST) return open_error("create the folder", path);
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) return system_error(Code::unavailable, "stat", path);
  if (!S_ISDIR(about.st_mode))
    return Error{Code::conflict, "`" + path.string() + "` is there and is not a folder"};
  if (about.st_uid != ::geteuid() || (about.st_mode & 077) != 0)
    return Error{Code::forbidden, "the folder `" + path.string() +
                                      "` is not ours alone: chown it, and chmod 700 it"};
  return {};
}

Result<FileLock> FileLock::acquire(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.ok()) return open_error("open the lock", path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return Error{Code::conflict,
                   "another process holds `" + path.string() + "`: one journal has one gateway"};
    return system_error(Code::unavailable, "lock", path);
  }
  return FileLock(file.release());
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  // The file stays: removing it would let two processes lock two files of one name.
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace keyturn
