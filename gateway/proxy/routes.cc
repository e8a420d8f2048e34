#include "gateway/proxy/routes.h"

#include <utility>

#include "keys/token.h"

namespace keyturn {

Result<std::unique_ptr<const Routes>> Routes::create(std::shared_ptr<const Charter> charter,
                                                     const Config& config) {
  TRY(auto settings, Settings::create(*charter, config));
  return std::unique_ptr<const Routes>(
      new Routes{charter, Extractor(charter), std::make_unique<Live<Settings>>(settings)});
}

Result<PrincipalRef> authenticate(const Charter& charter,
                                  std::optional<std::string_view> authorization,
                                  std::optional<std::string_view> api_key) {
  constexpr std::string_view bearer = "Bearer ";
  std::optional<std::string_view> token = api_key;
  if (authorization) {
    if (authorization->substr(0, bearer.size()) != bearer) {
      return Error{Code::unauthenticated, "the Authorization field must be `Bearer <token>`"};
    }
    const std::string_view presented = authorization->substr(bearer.size());
    if (token && *token != presented) {
      return Error{Code::unauthenticated, "Authorization and x-api-key carry different tokens"};
    }
    token = presented;
  }
  if (!token) {
    return Error{Code::unauthenticated,
                 "send a token as `Authorization: Bearer <token>` or `x-api-key: <token>`"};
  }
  const auto digest = token_digest(*token);
  if (digest.ok()) {
    if (const auto principal = charter.find_token(*digest)) return *principal;
  }
  return Error{Code::unauthenticated, "the charter knows no principal with this token"};
}

}  // namespace keyturn
