#include <cstdio>

#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/world/files.h"
#include "keyturn/limits.h"
#include "policy/charter/load.h"

namespace keyturn::cli {

int charter_check(const CharterCheck& options) {
  const auto text = read_file(options.file, charter_bytes_max);
  if (!text.ok()) return fail(text.error());
  const CharterLoad load = load_charter(*text);
  for (const Diagnostic& error : load.errors) {
    std::fputs(render_diagnostic(error, options.file, *text).c_str(), stderr);
  }
  if (load.charter == nullptr) {
    std::fprintf(stderr, "%s: %zu error(s)\n", options.file.c_str(), load.errors.size());
    return 1;
  }
  if (options.quiet) return 0;
  for (const Diagnostic& notice : load.notices) {
    std::printf("%s:%u:%u: notice: %s\n", options.file.c_str(), notice.line, notice.column,
                notice.message.c_str());
  }
  const Charter& charter = *load.charter;
  std::printf(
      "%s: charter \"%s\" version %llu is sound: %zu institutions, %zu persons, %zu agents, "
      "%zu systems, %zu classes, %zu limits\n%s\n",
      options.file.c_str(), charter.name.c_str(), static_cast<unsigned long long>(charter.version),
      charter.institutions.size(), charter.persons.size(), charter.agents.size(),
      charter.systems.size(), charter.classes.size(), charter.limits.size(),
      charter.digest.to_string().c_str());
  return 0;
}

}  // namespace keyturn::cli
