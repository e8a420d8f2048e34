#include "gateway/journal/adopted.h"

#include <string>
#include <string_view>
#include <system_error>

#include "gateway/journal/journal.h"
#include "gateway/journal/sqlite.h"

namespace keyturn {
namespace {

// `charter sha256:…` of a genesis entry; docs/formats-journal.md.
Result<Digest> charter_of_genesis(std::string_view entry) {
  constexpr std::string_view intent = "\nintent genesis\ncharter ";
  const std::size_t at = entry.find(intent);
  if (at == std::string_view::npos)
    return Error{Code::corrupt, "the journal's first entry is no genesis"};
  std::string_view line = entry.substr(at + intent.size());
  line = line.substr(0, line.find('\n'));
  return Digest::parse(line);
}

}  // namespace

Result<std::optional<Digest>> adopted_charter(const std::filesystem::path& data) {
  const JournalPlace place{data, {}};
  std::error_code error;
  const bool exists = std::filesystem::exists(place.database(), error);
  if (error)
    return Error{Code::unavailable,
                 "cannot look at `" + place.database().string() + "`: " + error.message()};
  if (!exists) return std::optional<Digest>();
  TRY(const auto store, SqliteStore::open_read_only(place.database()));
  TRY(const std::uint64_t size, store->size());
  if (size == 0) return std::optional<Digest>();
  std::optional<Digest> found;
  CHECK_OK(store->read(0, 1, [&](std::uint64_t, std::string_view bytes) -> Result<void> {
    TRY(found, charter_of_genesis(bytes));
    return {};
  }));
  return found;
}

}  // namespace keyturn
