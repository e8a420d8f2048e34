// Published test vectors, which are not part of this tree: read from the folder that
// KEYTURN_VECTORS names, else from shared/vectors beside the source tree. Where a suite is absent,
// its tests say so in one line, which `./dev test` counts as skipped. For tests only.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace keyturn {

inline std::optional<std::filesystem::path> vectors(std::string_view suite) {
  namespace fs = std::filesystem;
  const char* named = std::getenv("KEYTURN_VECTORS");
  const fs::path folder = named != nullptr ? fs::path(named)
                                           : fs::path(__FILE__).parent_path() / ".." / ".." / ".." /
                                                 "shared" / "vectors";
  fs::path path = (folder / suite).lexically_normal();
  std::error_code ignored;
  if (fs::exists(path, ignored)) return path;
  std::printf("skipped: %.*s vectors (set KEYTURN_VECTORS)\n", static_cast<int>(suite.size()),
              suite.data());
  return std::nullopt;
}

}  // namespace keyturn
