// Published test vectors, which are not part of this tree: read from the folder that
// KEYTURN_VECTORS names, else from shared/vectors beside the source tree. Where a suite is absent,
// its tests say so in one line, which `./dev test` counts as skipped. For tests only.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace keyturn {

// The folder or file `suite` (`jcs`, `wycheproof/ed25519.json`); nullopt, and one line on stdout,
// where it is absent.
std::optional<std::filesystem::path> vectors(std::string_view suite);

}  // namespace keyturn
