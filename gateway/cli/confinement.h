// What a gateway may still touch once it runs: derived from its configuration and its charter, and
// nothing else. Thread rule: a plain function.
#pragma once

#include <filesystem>

#include "gateway/config/config.h"
#include "gateway/world/landlock.h"
#include "keyturn/result.h"
#include "policy/charter/charter.h"

namespace keyturn::cli {

// Errors: an endpoint's origin that cannot be read.
Result<Confinement> confinement_of(const Config& config, const std::filesystem::path& config_file,
                                   const Charter& charter);

}  // namespace keyturn::cli
