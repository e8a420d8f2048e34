// Checks the crypto library's traps, then hands the command line to the subcommands.
#include <cstdio>

#include "gateway/cli/app.h"
#include "keys/verify/self_test.h"

int main(int argc, char** argv) {
  if (const auto tested = keyturn::self_test(); !tested.ok()) {
    std::fprintf(stderr, "keyturn: %s\n", tested.error().message.c_str());
    return 2;
  }
  return keyturn::cli::run(argc, argv);
}
