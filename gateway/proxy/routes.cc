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

// The origin's TLS, where it is https: its own where keyturn.toml says something of it, else one
// that trusts the system's authorities, shared by all.
Result<void> add_tls(const Endpoint& endpoint, const Config& config,
                     std::shared_ptr<const TlsClient>& common, Origin& origin,
                     std::vector<std::shared_ptr<const TlsClient>>& all) {
  const auto own = config.endpoint_tls.find(endpoint.name);
  if (!origin.secure) {
    if (own == config.endpoint_tls.end()) return {};
    return Error{Code::invalid, "keyturn.toml: `endpoints." + endpoint.name +
                                    ".tls`: the charter's origin for it, `" + endpoint.origin +
                                    "`, is not https"};
  }
  if (own != config.endpoint_tls.end()) {
    TRY(origin.tls, TlsClient::open(own->second));
    all.push_back(origin.tls);
    return {};
  }
  if (common == nullptr) {
    TRY(common, TlsClient::open({}));
    all.push_back(common);
  }
  origin.tls = common;
  return {};
}

Result<void> endpoint_known(const Charter& charter, const std::string& name) {
  if (charter.find_endpoint(name)) return {};
  return Error{Code::invalid,
               "keyturn.toml: `endpoints." + name + "` is no endpoint of the charter"};
}

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
  auto routes = std::make_unique<Routes>(Routes{charter, Extractor(charter), {}, {}, {}});
  for (const auto& entry : config.credentials) {
    CHECK_OK(endpoint_known(*charter, entry.first));
  }
  for (const auto& entry : config.endpoint_tls) {
    CHECK_OK(endpoint_known(*charter, entry.first));
  }
  std::shared_ptr<const TlsClient> common;
  for (const Endpoint& endpoint : charter->endpoints) {
    TRY(Origin origin, Origin::parse(endpoint.origin));
    CHECK_OK(add_tls(endpoint, config, common, origin, routes->tls));
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
