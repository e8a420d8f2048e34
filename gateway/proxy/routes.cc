#include "gateway/proxy/routes.h"

#include <utility>

#include "keys/token.h"

namespace keyturn {
namespace {

// The token of a request that brings one; nullopt: it brings none.
Result<std::optional<std::string_view>> presented_token(
    std::optional<std::string_view> authorization, std::optional<std::string_view> api_key) {
  constexpr std::string_view bearer = "Bearer ";
  if (!authorization) return api_key;
  if (authorization->substr(0, bearer.size()) != bearer) {
    return Error{Code::unauthenticated, "the Authorization field must be `Bearer <token>`"};
  }
  const std::string_view token = authorization->substr(bearer.size());
  if (api_key && *api_key != token) {
    return Error{Code::unauthenticated, "Authorization and x-api-key carry different tokens"};
  }
  return std::optional<std::string_view>(token);
}

}  // namespace

Result<std::unique_ptr<const Routes>> Routes::create(std::shared_ptr<const Charter> charter,
                                                     const Config& config) {
  TRY(auto settings, Settings::create(*charter, config));
  return std::unique_ptr<const Routes>(
      new Routes{charter, Extractor(charter), std::make_unique<Live<Settings>>(settings)});
}

Result<PrincipalRef> authenticate(const Charter& charter,
                                  std::optional<std::string_view> authorization,
                                  std::optional<std::string_view> api_key,
                                  const std::optional<Digest>& certificate_key) {
  TRY(const auto token, presented_token(authorization, api_key));
  if (!token && !certificate_key) {
    return Error{Code::unauthenticated,
                 "send a token as `Authorization: Bearer <token>` or `x-api-key: <token>`, or show "
                 "a client certificate that the charter names"};
  }
  std::optional<PrincipalRef> by_token;
  if (token) {
    if (const auto digest = token_digest(*token); digest.ok()) {
      by_token = charter.find_token(*digest);
    }
    if (!by_token) {
      return Error{Code::unauthenticated, "the charter knows no principal with this token"};
    }
    if (!certificate_key) return *by_token;
  }
  const auto by_certificate = charter.find_certificate(*certificate_key);
  if (!by_certificate) {
    return Error{Code::unauthenticated,
                 "the charter knows no principal with this client certificate's key, " +
                     certificate_key->to_string()};
  }
  if (by_token && *by_token != *by_certificate) {
    return Error{Code::unauthenticated, "the token and the client certificate name two principals"};
  }
  return *by_certificate;
}

}  // namespace keyturn
