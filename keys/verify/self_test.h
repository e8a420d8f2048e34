// What libsodium must do before Keyturn trusts it. Initialises libsodium, then asks it for answers
// that are known, and for the refusals on which the roster, the quorum and the warrant rest; the
// upstream release 1.0.18 fails (CVE-2025-69277). main calls this once, first, on one thread;
// an error ends the process.
#pragma once

#include "keyturn/result.h"

namespace keyturn {

Result<void> self_test();

}  // namespace keyturn
