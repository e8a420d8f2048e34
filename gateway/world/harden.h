// Hardening: what a gateway gives up once it has opened what it needs. Nobody who takes over its
// process gains privileges by an executable, reads keys from a core dump or with a debugger of the
// same user, opens other files, or connects elsewhere.
//
// Promises: no_new_privs and the ban on core dumps, or an error. Landlock as far as this kernel has
// it; what is in force is told, for the log. Cannot be undone. Thread rule: before any other thread
// is started, since later ones inherit it and earlier ones would not.
#pragma once

#include <string>

#include "gateway/world/landlock.h"
#include "keyturn/result.h"

namespace keyturn {

struct Hardened {
  int landlock = 0;     // the version in use; 0: none
  bool tcp = false;     // ports are limited
  std::string missing;  // why not all of it, one line; empty: all is in force
};

Result<Hardened> harden(const Confinement& confinement);

// What a process needs to read to resolve names and to check certificates, beside its own files.
std::vector<std::filesystem::path> system_files();

}  // namespace keyturn
