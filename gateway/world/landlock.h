// Landlock: the kernel's own list of what this process may still open, bind and connect to. Raw
// system calls, since libc has none.
//
// Promises: what the kernel does not know is left out and told, never guessed; a path that is not
// there is left out. A rule holds for the calling thread and for those that it starts, for ever:
// call restrict() before there are others. A rule on a file follows that file, not its name: where
// files are replaced by renaming, name their folder. Thread rule: the main thread, alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "keyturn/result.h"

namespace keyturn {

struct Confinement {
  std::vector<std::filesystem::path> read;        // files, or folders with all beneath
  std::vector<std::filesystem::path> read_write;  // folders with all beneath
  bool limit_bind = false;                        // else any port may be listened on
  std::vector<std::uint16_t> bind;
  bool limit_connect = false;
  std::vector<std::uint16_t> connect;
};

// The version of Landlock's interface, 0 where the kernel has none or it is switched off.
int landlock_version();
// Needs no_new_privs. Errors: what the kernel said.
Result<void> restrict_with_landlock(const Confinement& confinement, int version);

}  // namespace keyturn
