#include "gateway/proxy/routes.h"

#include <utility>

#include "gateway/world/files.h"
#include "keys/token.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

Result<std::vector<Field>> injected_fields(const UpstreamCredential& credential) {
  TRY(const SecretBytes secret, read_secret_file(credential.file, credential_bytes_max));
  std::string value = credential.prefix + std::string(text_of(secret.expose()));
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  for (const char c : value) {
    if (c < 0x20 || c > 0x7e) {
      return Error{Code::invalid, "`" + credential.file.string() +
                                      "` must hold one line of printable ASCII, the credential"};
    }
  }
  return std::vector<Field>{{credential.header, std::move(value)}};
}

}  // namespace

Result<std::unique_ptr<const Routes>> Routes::create(std::shared_ptr<const Charter> charter,
                                                     const Config& config) {
  auto routes = std::make_unique<Routes>(Routes{charter, Extractor(charter), {}, {}});
  for (const auto& [name, credential] : config.credentials) {
    (void)credential;
    if (!charter->find_endpoint(name)) {
      return Error{Code::invalid,
                   "keyturn.toml: `endpoints." + name + "` is no endpoint of the charter"};
    }
  }
  for (const Endpoint& endpoint : charter->endpoints) {
    TRY(const Origin origin, Origin::parse(endpoint.origin));
    std::vector<Field> fields;
    if (const auto found = config.credentials.find(endpoint.name);
        found != config.credentials.end()) {
      TRY(fields, injected_fields(found->second));
    }
    routes->destinations.push_back(
        std::make_shared<const Destination>(Destination::Options{origin, fields, {}}));
    routes->injected.push_back(std::move(fields));
  }
  return std::unique_ptr<const Routes>(std::move(routes));
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
