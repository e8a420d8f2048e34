#include "tests/gateway/journal/fault_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>

namespace keyturn::journal_tests {

namespace {

struct File {
  sqlite3_file base;
  FaultDisk* disk;
  std::string* path;
  sqlite3_file* real;
};

File& self(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return self(file).real; }
const sqlite3_io_methods& real_methods(sqlite3_file* file) { return *real(file)->pMethods; }

int close_file(sqlite3_file* file) {
  const int result = real_methods(file).xClose(real(file));
  delete self(file).path;
  return result;
}

int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  if (self(file).disk->verdict() != FaultDisk::Verdict::proceed) return SQLITE_IOERR_READ;
  return real_methods(file).xRead(real(file), out, size, offset);
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const auto verdict = self(file).disk->verdict();
  if (verdict == FaultDisk::Verdict::fail) return SQLITE_IOERR_WRITE;
  self(file).disk->wrote(
      *self(file).path, offset,
      std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size)));
  const int result = real_methods(file).xWrite(real(file), bytes, size, offset);
  return verdict == FaultDisk::Verdict::fail_done ? SQLITE_IOERR_WRITE : result;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const auto verdict = self(file).disk->verdict();
  if (verdict == FaultDisk::Verdict::fail) return SQLITE_IOERR_TRUNCATE;
  self(file).disk->truncated(*self(file).path, size);
  const int result = real_methods(file).xTruncate(real(file), size);
  return verdict == FaultDisk::Verdict::fail_done ? SQLITE_IOERR_TRUNCATE : result;
}

int sync_file(sqlite3_file* file, int flags) {
  const auto verdict = self(file).disk->verdict();
  if (verdict == FaultDisk::Verdict::fail) return SQLITE_IOERR_FSYNC;
  const int result = real_methods(file).xSync(real(file), flags);
  self(file).disk->synced(*self(file).path);
  return verdict == FaultDisk::Verdict::fail_done ? SQLITE_IOERR_FSYNC : result;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  return real_methods(file).xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) { return real_methods(file).xLock(real(file), level); }
int unlock_file(sqlite3_file* file, int level) {
  return real_methods(file).xUnlock(real(file), level);
}
int check_lock(sqlite3_file* file, int* out) {
  return real_methods(file).xCheckReservedLock(real(file), out);
}
int control_file(sqlite3_file* file, int operation, void* argument) {
  return real_methods(file).xFileControl(real(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real_methods(file).xSectorSize(real(file)); }
// Promises nothing about atomic or ordered writes: SQLite then relies on syncs alone.
int characteristics(sqlite3_file*) { return 0; }
int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  return real_methods(file).xShmMap(real(file), region, size, extend, out);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return real_methods(file).xShmLock(real(file), offset, count, flags);
}
void barrier(sqlite3_file* file) { real_methods(file).xShmBarrier(real(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
  return real_methods(file).xShmUnmap(real(file), remove);
}

const sqlite3_io_methods methods = {2,
                                    close_file,
                                    read_file,
                                    write_file,
                                    truncate_file,
                                    sync_file,
                                    size_of_file,
                                    lock_file,
                                    unlock_file,
                                    check_lock,
                                    control_file,
                                    sector_size,
                                    characteristics,
                                    map_shared,
                                    lock_shared,
                                    barrier,
                                    unmap_shared,
                                    nullptr,
                                    nullptr};

sqlite3_vfs* system_vfs(sqlite3_vfs* vfs) {
  (void)vfs;
  return sqlite3_vfs_find("unix");
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  File& opened = self(file);
  opened.base.pMethods = nullptr;
  opened.real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
  const int result = system_vfs(vfs)->xOpen(system_vfs(vfs), name, opened.real, flags, out_flags);
  if (result != SQLITE_OK) return result;
  opened.disk = static_cast<FaultDisk*>(vfs->pAppData);
  opened.path = new std::string(name == nullptr ? "" : name);
  opened.base.pMethods = &methods;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  auto& disk = *static_cast<FaultDisk*>(vfs->pAppData);
  if (disk.verdict() != FaultDisk::Verdict::proceed) return SQLITE_IOERR_DELETE;
  disk.deleted(name);
  return system_vfs(vfs)->xDelete(system_vfs(vfs), name, sync_folder);
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

FaultDisk::FaultDisk() {
  static int count = 0;
  name_ = "fault-disk-" + std::to_string(++count);
  const sqlite3_vfs* system = sqlite3_vfs_find("unix");
  auto* vfs = new sqlite3_vfs(*system);
  vfs->zName = name_.c_str();
  vfs->szOsFile = static_cast<int>(sizeof(File)) + system->szOsFile;
  vfs->pAppData = this;
  vfs->pNext = nullptr;
  vfs->xOpen = open_file;
  vfs->xDelete = delete_file;
  sqlite3_vfs_register(vfs, 0);
  vfs_ = vfs;
}

FaultDisk::~FaultDisk() {
  auto* vfs = static_cast<sqlite3_vfs*>(vfs_);
  sqlite3_vfs_unregister(vfs);
  delete vfs;
}

void FaultDisk::arm(Fault fault, int at_call) {
  fault_ = fault;
  at_call_ = at_call;
  calls_ = 0;
}

FaultDisk::Verdict FaultDisk::verdict() {
  ++calls_;
  switch (fault_) {
    case Fault::none:
      return Verdict::proceed;
    case Fault::fails:
      return calls_ == at_call_ ? Verdict::fail : Verdict::proceed;
    case Fault::fails_done:
      return calls_ == at_call_ ? Verdict::fail_done : Verdict::proceed;
    case Fault::stops:
      return calls_ >= at_call_ ? Verdict::fail : Verdict::proceed;
  }
  return Verdict::fail;
}

FaultDisk::Unsynced& FaultDisk::unsynced(const std::string& path) {
  const auto found = files_.find(path);
  if (found != files_.end()) return found->second;
  return files_.emplace(path, Unsynced{content_of(path), {}}).first->second;
}

void FaultDisk::wrote(const std::string& path, std::int64_t offset, std::string bytes) {
  unsynced(path).changes.push_back({false, offset, std::move(bytes)});
}

void FaultDisk::truncated(const std::string& path, std::int64_t size) {
  unsynced(path).changes.push_back({true, size, {}});
}

void FaultDisk::synced(const std::string& path) { files_.erase(path); }
void FaultDisk::deleted(const std::string& path) { files_.erase(path); }

void FaultDisk::cut_power(Kept kept, std::uint64_t seed) {
  if (kept == Kept::everything) {
    files_.clear();
    return;
  }
  const auto draw = [&seed] {  // xorshift64
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
  };
  for (auto& [path, file] : files_) {
    std::string content = file.base;
    for (const Change& change : file.changes) {
      if (kept == Kept::synced_only || draw() % 3 == 0) continue;
      const auto offset = static_cast<std::size_t>(change.offset);
      if (change.truncate) {
        content.resize(offset);
        continue;
      }
      const bool torn = &change == &file.changes.back() && draw() % 2 == 0;
      const std::size_t size = torn ? change.bytes.size() / 2 : change.bytes.size();
      if (content.size() < offset + size) content.resize(offset + size);
      std::copy_n(change.bytes.begin(), size,
                  content.begin() + static_cast<std::string::difference_type>(offset));
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
  files_.clear();
}

}  // namespace keyturn::journal_tests
