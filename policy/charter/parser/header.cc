#include <algorithm>

#include "keyturn/limits.h"
#include "policy/charter/parser/parser.h"

namespace keyturn {

// keyturn 1
bool Parser::parse_keyturn() {
  const Place place = tokens_[at_ - 1].place;
  if (has_keyturn_) return fail(place, "`keyturn` a second time");
  has_keyturn_ = true;
  if (at_ != 1) fail(place, "`keyturn 1` is the charter's first line [T6]");
  const Place version_place = peek().place;
  std::uint64_t version = 0;
  if (!take_integer(version, "the version of the semantics")) return false;
  if (version != 1)
    return fail(version_place, "`keyturn " + std::to_string(version) +
                                   "` is unsupported: this program knows `keyturn 1` [T6]");
  return true;
}

// charter STRING version INT
bool Parser::parse_charter() {
  if (has_charter_) return fail(tokens_[at_ - 1].place, "`charter` a second time");
  has_charter_ = true;
  const Place place = peek().place;
  if (!take_string(declared_.name, "the deployment's name")) return false;
  const bool is_name = !declared_.name.empty() && declared_.name.size() <= name_bytes_max &&
                       std::all_of(declared_.name.begin(), declared_.name.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                       });
  if (!is_name)
    return fail(place,
                "expected a deployment's name of lower-case letters, digits and `-`, at most " +
                    std::to_string(name_bytes_max) + ", found " + quoted(declared_.name));
  if (!expect("version", "and the charter's number")) return false;
  const Place version_place = peek().place;
  if (!take_integer(declared_.version, "the charter's version")) return false;
  if (declared_.version == 0) return fail(version_place, "versions begin at 1");
  return true;
}

// valid DATE .. DATE
bool Parser::parse_valid() {
  if (has_valid_) return fail(tokens_[at_ - 1].place, "`valid` a second time");
  has_valid_ = true;
  const Place place = peek().place;
  if (!take_date(declared_.valid_from, "the first day")) return false;
  if (!expect("..", "and the day after the last")) return false;
  if (!take_date(declared_.valid_until, "the day after the last")) return false;
  if (declared_.valid_until <= declared_.valid_from)
    return fail(place, "the second day must be after the first: the charter would never hold [A7]");
  return true;
}

// journal key ed25519 STRING
bool Parser::parse_journal() {
  if (tried_journal_) return fail(tokens_[at_ - 1].place, "`journal` a second time");
  tried_journal_ = true;
  std::vector<DeclaredKey> keys;
  if (!expect("key", "ed25519 \"…\"") || !parse_key(keys)) return false;
  if (!keys.empty()) declared_.journal_key = keys[0];
  return true;
}

// readers SELECTOR {, SELECTOR}
bool Parser::parse_readers() {
  if (has_readers_) return fail(tokens_[at_ - 1].place, "`readers` a second time");
  has_readers_ = true;
  return take_selectors(declared_.readers);
}

}  // namespace keyturn
