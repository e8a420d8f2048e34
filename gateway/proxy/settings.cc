#include "gateway/proxy/settings.h"

#include <utility>

#include "gateway/http/tls.h"
#include "gateway/world/files.h"
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
// that trusts the system's authorities, shared by all. Its files are read here, so a reload reads
// them again.
Result<void> add_tls(const Endpoint& endpoint, const Config& config,
                     std::shared_ptr<const TlsClient>& common, Origin& origin) {
  const auto own = config.endpoint_tls.find(endpoint.name);
  if (!origin.secure) {
    if (own == config.endpoint_tls.end()) return {};
    return Error{Code::invalid, "keyturn.toml: `endpoints." + endpoint.name +
                                    ".tls`: the charter's origin for it, `" + endpoint.origin +
                                    "`, is not https"};
  }
  if (own != config.endpoint_tls.end()) {
    TRY(origin.tls, TlsClient::open(own->second));
    return {};
  }
  if (common == nullptr) {
    TRY(common, TlsClient::open({}));
  }
  origin.tls = common;
  return {};
}

Result<void> check_names(const Charter& charter, const Config& config) {
  const auto known = [&](const std::string& name) -> Result<void> {
    if (charter.find_endpoint(name)) return {};
    return Error{Code::invalid,
                 "keyturn.toml: `endpoints." + name + "` is no endpoint of the charter"};
  };
  for (const auto& named : config.credentials) {
    CHECK_OK(known(named.first));
  }
  for (const auto& named : config.upstreams) {
    CHECK_OK(known(named.first));
  }
  for (const auto& named : config.endpoint_tls) {
    CHECK_OK(known(named.first));
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const Settings>> Settings::create(const Charter& charter,
                                                         const Config& config) {
  CHECK_OK(check_names(charter, config));
  auto settings = std::make_shared<Settings>();
  settings->hold_times = config.hold_times;
  settings->access_log = config.log.access;
  std::shared_ptr<const TlsClient> common;
  for (const Endpoint& endpoint : charter.endpoints) {
    TRY(Origin origin, Origin::parse(endpoint.origin));
    CHECK_OK(add_tls(endpoint, config, common, origin));
    std::vector<Field> fields;
    if (const auto found = config.credentials.find(endpoint.name);
        found != config.credentials.end()) {
      TRY(fields, injected_fields(found->second));
    }
    settings->destinations.push_back(
        std::make_shared<const Destination>(Destination::Options{origin, fields, {}}));
    settings->injected.push_back(std::move(fields));

    const auto upstream = config.upstreams.find(endpoint.name);
    const UpstreamConfig wanted =
        upstream == config.upstreams.end() ? UpstreamConfig{} : upstream->second;
    // Connections are an origin's, whichever endpoint asks for them.
    const auto [same, added] = settings->upstream_limits.emplace(origin, wanted.limits);
    if (!added && !(same->second == wanted.limits)) {
      return Error{Code::invalid, "keyturn.toml: `endpoints." + endpoint.name +
                                      "` limits the connections to " + origin.authority() +
                                      " otherwise than another endpoint of the same origin; give "
                                      "both the same limits"};
    }
    if (wanted.probe) {
      settings->probes.push_back({endpoint.name, origin, wanted.probe->method, wanted.probe->target,
                                  wanted.probe->interval_ms});
    }
  }
  return std::shared_ptr<const Settings>(std::move(settings));
}

}  // namespace keyturn
