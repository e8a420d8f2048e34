// A disk for SQLite that fails where it is told to, in two flavours (failed; failed, but was done
// all the same), and that forgets, on a power cut, what no sync had asked it to keep. A VFS over
// the system's own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace keyturn::journal_tests {

class FaultDisk {
 public:
  enum class Fault : unsigned char {
    none,
    fails,       // the n-th call reports an error and does nothing
    fails_done,  // the n-th call does it and reports an error
    stops,       // from the n-th call on nothing works: the process, or the power, is gone
  };
  enum class Kept : unsigned char { everything, synced_only, some };

  FaultDisk();  // registers itself as a VFS
  ~FaultDisk();
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;

  const std::string& vfs_name() const { return name_; }

  // Counts reads, writes, truncations and syncs from here on.
  void arm(Fault fault, int at_call);
  int calls() const { return calls_; }

  // After everything was closed: the files as a power cut leaves them. `some` keeps of the unsynced
  // writes those that `seed` picks, the last of them perhaps by half.
  void cut_power(Kept kept, std::uint64_t seed);

  // --- for the VFS ---
  enum class Verdict : unsigned char { proceed, fail, fail_done };
  Verdict verdict();
  void wrote(const std::string& path, std::int64_t offset, std::string bytes);
  void truncated(const std::string& path, std::int64_t size);
  void synced(const std::string& path);
  void deleted(const std::string& path);

 private:
  struct Change {
    bool truncate = false;
    std::int64_t offset = 0;
    std::string bytes;
  };
  struct Unsynced {
    std::string base;  // as of the last sync
    std::vector<Change> changes;
  };
  Unsynced& unsynced(const std::string& path);

  std::string name_;
  void* vfs_ = nullptr;
  Fault fault_ = Fault::none;
  int at_call_ = 0;
  int calls_ = 0;
  std::map<std::string, Unsynced> files_;
};

}  // namespace keyturn::journal_tests
