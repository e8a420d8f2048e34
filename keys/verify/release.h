// The release of a lease [S2]: an effector says that it directs the systems of one command no
// longer. Signed by the key that the charter gives its endpoint, under the endpoint's name; nobody
// else's word ends a lease. docs/formats.md, "Release", line for line. Values; pure.
#pragma once

#include <string>
#include <string_view>

#include "keys/verify/verified.h"
#include "keyturn/result.h"
#include "keyturn/time.h"

namespace keyturn {

struct ReleaseStatement {
  static constexpr std::string_view kind = "release";
  std::string deployment;
  std::string endpoint;
  std::string command;  // its id
  std::string systems;  // exactly as in the command text; not empty
  Time released_at;     // by the effector's clock

  std::string_view signer() const { return endpoint; }
  std::string to_text() const;
  static Result<ReleaseStatement> parse(std::string_view text);
  friend bool operator==(const ReleaseStatement&, const ReleaseStatement&) = default;
};

using VerifiedRelease = Verified<ReleaseStatement>;
extern template class Verified<ReleaseStatement>;

}  // namespace keyturn
