// Routes: what every loop needs to know to take a caller's request: the charter, which never
// changes while the gateway runs, and the settings in force, which may. Read from all loops without
// locks.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/proxy/live.h"
#include "gateway/proxy/settings.h"
#include "policy/charter/charter.h"
#include "policy/request/extract.h"

namespace keyturn {

struct Routes {
  std::shared_ptr<const Charter> charter;
  Extractor extractor;
  std::unique_ptr<Live<Settings>> live;

  // Those in force; valid until the end of the calling loop's round (live.h).
  const Settings& settings() const { return **live; }

  // Reads the credential files. Errors name the endpoint or the file.
  static Result<std::unique_ptr<const Routes>> create(std::shared_ptr<const Charter> charter,
                                                      const Config& config);
};

// Who sends a request: by `Authorization: Bearer` or `x-api-key`, both of which may be there if
// they agree; or by the key of a client certificate, which must name the same principal where a
// token is there too. Error unauthenticated, with a sentence that says what is wanted and never
// repeats the token.
Result<PrincipalRef> authenticate(const Charter& charter,
                                  std::optional<std::string_view> authorization,
                                  std::optional<std::string_view> api_key,
                                  const std::optional<Digest>& certificate_key = {});

}  // namespace keyturn
