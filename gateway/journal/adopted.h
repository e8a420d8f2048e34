// Whether a journal was opened with a charter: its first entry names the charter's digest [T11].
// Reads only, beside a running gateway too. Thread rule: a plain function.
#pragma once

#include <filesystem>
#include <optional>

#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

// The charter that the journal in `data` belongs to; nullopt where there is no journal, or an empty
// one. Errors: a journal that cannot be read says nothing about its charter; whoever asks before
// changing a charter must then leave it alone.
Result<std::optional<Digest>> adopted_charter(const std::filesystem::path& data);

}  // namespace keyturn
