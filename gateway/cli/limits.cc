#include "keyturn/limits.h"

#include <cstdio>

#include "gateway/cli/commands.h"

namespace keyturn::cli {
namespace {

struct Row {
  const char* name;
  unsigned long long value;
  const char* what;
};
#define KEYTURN_LIMIT_ROW(name, value, what) {#name, value, what},
constexpr Row rows[] = {KEYTURN_LIMITS(KEYTURN_LIMIT_ROW)};
#undef KEYTURN_LIMIT_ROW

}  // namespace

int limits(const Limits& options) {
  if (options.json) std::printf("{");
  const char* separator = "";
  for (const Row& row : rows) {
    if (options.json) {
      std::printf("%s\n  \"%s\": %llu", separator, row.name, row.value);
      separator = ",";
    } else {
      std::printf("%-40s %12llu  %s\n", row.name, row.value, row.what);
    }
  }
  if (options.json) std::printf("\n}\n");
  return 0;
}

}  // namespace keyturn::cli
