// charter json: the compiled charter, for other programs.
#include "gateway/charter/charter_json.h"

#include <cstdio>

#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"

namespace keyturn::cli {

int charter_json(const CharterJson& options) {
  const auto charter = load_charter_file(options.file);
  if (!charter.ok()) return fail(charter.error());
  std::fputs(keyturn::charter_json(**charter).c_str(), stdout);
  return 0;
}

}  // namespace keyturn::cli
