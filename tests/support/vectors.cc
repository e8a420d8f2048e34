#include "tests/support/vectors.h"

#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace keyturn {

std::optional<std::filesystem::path> vectors(std::string_view suite) {
  namespace fs = std::filesystem;
  const char* named = std::getenv("KEYTURN_VECTORS");
  const fs::path folder = named != nullptr
                              ? fs::path(named)
                              : fs::path(KEYTURN_SOURCE_ROOT) / ".." / "shared" / "vectors";
  fs::path path = (folder / suite).lexically_normal();
  std::error_code ignored;
  if (fs::exists(path, ignored)) return path;
  std::printf("skipped: %.*s vectors (set KEYTURN_VECTORS)\n", static_cast<int>(suite.size()),
              suite.data());
  return std::nullopt;
}

}  // namespace keyturn
