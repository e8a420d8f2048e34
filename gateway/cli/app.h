// The command line: reads it, calls the subcommand. The one file behind this header knows CLI11.
#pragma once

namespace keyturn::cli {

int run(int argc, char** argv);

}  // namespace keyturn::cli
