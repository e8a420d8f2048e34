// Freezing and unfreezing [A4]; docs/formats.md, "Freeze" and "Unfreeze", line for line.
//
//   FreezeStatement    one official stops proposals and claims of a pool's systems, or of a class
//   UnfreezeStatement  an official's approval of lifting one freeze; carries its text verbatim
//
// Strict parsers: printable ASCII, to_text(parse(x)) == x byte for byte. Values; pure.
#pragma once

#include <string>
#include <string_view>

#include "keys/verify/verified.h"
#include "keyturn/result.h"
#include "keyturn/time.h"

namespace keyturn {

struct FreezeStatement {
  static constexpr std::string_view kind = "freeze";
  enum class Subject : unsigned char { pool, klass } subject = Subject::pool;
  std::string deployment;
  std::string person, institution;
  Time signed_at, not_after;  // when the statement may be submitted, not how long it freezes
  std::string name;           // of the pool (military/air) or class
  Time until;                 // not before signed_at
  std::string reason;         // printable ASCII, not empty, at most reason_bytes_max bytes

  std::string_view signer() const { return person; }
  std::string to_text() const;
  static Result<FreezeStatement> parse(std::string_view text);
  friend bool operator==(const FreezeStatement&, const FreezeStatement&) = default;
};

struct UnfreezeStatement {
  static constexpr std::string_view kind = "unfreeze";
  std::string deployment;
  std::string person, institution;
  Time signed_at, not_after;  // the approval counts up to and including not_after
  std::string freeze;         // FreezeStatement, verbatim

  std::string_view signer() const { return person; }
  std::string to_text() const;
  static Result<UnfreezeStatement> parse(std::string_view text);
  friend bool operator==(const UnfreezeStatement&, const UnfreezeStatement&) = default;
};

using VerifiedFreeze = Verified<FreezeStatement>;
using VerifiedUnfreeze = Verified<UnfreezeStatement>;
extern template class Verified<FreezeStatement>;
extern template class Verified<UnfreezeStatement>;

}  // namespace keyturn
