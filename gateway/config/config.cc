#include "gateway/config/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <sstream>

#include "gateway/world/files.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

std::string where(const toml::node& node) {
  return "keyturn.toml:" + std::to_string(node.source().begin.line) + ":" +
         std::to_string(node.source().begin.column) + ": ";
}

// One table of the file, read key by key; finish() refuses what nobody asked for.
class Section {
 public:
  Section(const toml::table& table, std::string name) : table_(table), name_(std::move(name)) {}

  Result<std::string> text(std::string_view key, std::string fallback, bool required = false) {
    asked_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) {
      if (required) return Error{Code::invalid, "keyturn.toml: `" + full(key) + "` is missing"};
      return fallback;
    }
    const auto value = node->value_exact<std::string>();
    if (!value) return Error{Code::invalid, where(*node) + "`" + full(key) + "` must be a string"};
    return *value;
  }

  Result<std::int64_t> number(std::string_view key, std::int64_t fallback, std::int64_t low,
                              std::int64_t high) {
    asked_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return fallback;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) {
      return Error{Code::invalid, where(*node) + "`" + full(key) +
                                      "` must be a whole number from " + std::to_string(low) +
                                      " to " + std::to_string(high)};
    }
    return *value;
  }

  Result<bool> flag(std::string_view key, bool fallback) {
    asked_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return fallback;
    const auto value = node->value_exact<bool>();
    if (!value) {
      return Error{Code::invalid, where(*node) + "`" + full(key) + "` must be true or false"};
    }
    return *value;
  }

  bool has(std::string_view key) const { return table_.get(key) != nullptr; }

  // `[[name.key]]`: one table or more.
  Result<std::vector<Section>> tables(std::string_view key) {
    asked_.emplace_back(key);
    const toml::node* node = table_.get(key);
    const toml::array* array = node != nullptr ? node->as_array() : nullptr;
    std::vector<Section> sections;
    if (array != nullptr) {
      for (const toml::node& one : *array) {
        if (one.is_table()) sections.emplace_back(*one.as_table(), full(key));
      }
    }
    if (sections.empty() || sections.size() != array->size()) {
      return Error{Code::invalid, "keyturn.toml: `[[" + full(key) + "]]` is missing, or no table"};
    }
    return sections;
  }

  Result<const toml::table*> table(std::string_view key) {
    asked_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return static_cast<const toml::table*>(nullptr);
    if (!node->is_table()) {
      return Error{Code::invalid, where(*node) + "`" + full(key) + "` must be a table"};
    }
    return node->as_table();
  }

  Result<void> finish() const {
    for (const auto& [key, node] : table_) {
      if (std::find(asked_.begin(), asked_.end(), key.str()) == asked_.end()) {
        return Error{Code::invalid, where(node) + "`" + full(key.str()) + "` is not a setting"};
      }
    }
    return {};
  }

 private:
  std::string full(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
  }
  const toml::table& table_;
  std::string name_;
  std::vector<std::string> asked_;
};

Result<TlsCertificateFiles> read_certificate(Section& section,
                                             const std::filesystem::path& folder) {
  TRY(const std::string chain, section.text("chain", "", true));
  TRY(const std::string key, section.text("key", "", true));
  return TlsCertificateFiles{folder / chain, folder / key};
}

// `[callers.tls]` and `[officials.tls]`. Officials show who they are by what they sign, so only
// callers are asked for certificates.
Result<std::optional<TlsServerFiles>> read_listener_tls(Section& listener, const std::string& name,
                                                        const std::filesystem::path& folder) {
  TRY(const toml::table* table, listener.table("tls"));
  if (table == nullptr) return std::optional<TlsServerFiles>();
  Section section(*table, name + ".tls");
  TlsServerFiles files;
  TRY(std::vector<Section> certificates, section.tables("certificates"));
  for (Section& one : certificates) {
    TRY(TlsCertificateFiles certificate, read_certificate(one, folder));
    CHECK_OK(one.finish());
    files.certificates.push_back(std::move(certificate));
  }
  if (name == "callers") {
    TRY(const std::string mode, section.text("client_certificates", "ignore"));
    files.request_client_certificates = mode == "request";
    if (mode != "request" && mode != "ignore") {
      return Error{Code::invalid,
                   "keyturn.toml: `callers.tls.client_certificates` must be `request` or `ignore`, "
                   "got `" +
                       mode + "`"};
    }
  }
  CHECK_OK(section.finish());
  return std::optional<TlsServerFiles>(std::move(files));
}

// `[endpoints.NAME.tls]`: whom the gateway trusts there, and what it shows. That it verifies is no
// setting.
Result<void> read_endpoint_tls(Section& endpoint, const std::string& name,
                               const std::filesystem::path& folder, Config& config) {
  TRY(const toml::table* table, endpoint.table("tls"));
  if (table == nullptr) return {};
  Section section(*table, "endpoints." + name + ".tls");
  TlsClientFiles files;
  TRY(const std::string ca, section.text("ca", ""));
  if (!ca.empty()) files.ca = folder / ca;
  if (section.has("chain") || section.has("key")) {
    TRY(files.certificate, read_certificate(section, folder));
  }
  CHECK_OK(section.finish());
  config.endpoint_tls.emplace(name, std::move(files));
  return {};
}

Result<void> read_listeners(Section& root, const std::filesystem::path& folder, Config& config) {
  TRY(const toml::table* callers, root.table("callers"));
  TRY(const toml::table* officials, root.table("officials"));
  if (callers == nullptr || officials == nullptr) {
    return Error{Code::invalid, "keyturn.toml: the tables `callers` and `officials` are needed"};
  }
  Section caller_section(*callers, "callers");
  TRY(const std::string caller_listen, caller_section.text("listen", "", true));
  TRY(config.callers, parse_listen(caller_listen, "keyturn.toml: callers.listen"));
  TRY(const std::int64_t threads, caller_section.number("threads", 1, 1, caller_threads_max));
  config.caller_threads = static_cast<unsigned>(threads);
  TRY(config.callers_tls, read_listener_tls(caller_section, "callers", folder));
  CHECK_OK(caller_section.finish());

  Section official_section(*officials, "officials");
  TRY(const std::string official_listen, official_section.text("listen", "", true));
  TRY(config.officials, parse_listen(official_listen, "keyturn.toml: officials.listen"));
  TRY(config.officials_tls, read_listener_tls(official_section, "officials", folder));
  const std::string scheme = config.officials_tls ? "https://" : "http://";
  TRY(config.officials_origin, official_section.text("origin", scheme + official_listen));
  return official_section.finish();
}

Result<void> read_metrics(Section& root, Config& config) {
  TRY(const toml::table* metrics, root.table("metrics"));
  if (metrics == nullptr) return {};
  Section section(*metrics, "metrics");
  TRY(const std::string listen, section.text("listen", "", true));
  TRY(config.metrics, parse_listen(listen, "keyturn.toml: metrics.listen"));
  return section.finish();
}

Result<void> read_holding(Section& root, Config& config) {
  constexpr std::int64_t day_ms = 86'400'000;
  TRY(const toml::table* holding, root.table("holding"));
  if (holding == nullptr) return {};
  Section section(*holding, "holding");
  HoldTimes& times = config.hold_times;
  TRY(times.step_ms, section.number("step_ms", times.step_ms, 50, 55'000));
  TRY(times.ladder_ms, section.number("ladder_ms", times.ladder_ms, 50, day_ms));
  TRY(times.keepalive_ms, section.number("keepalive_ms", times.keepalive_ms, 50, 55'000));
  TRY(config.response_keep_ms,
      section.number("response_keep_ms", config.response_keep_ms, 1'000, day_ms));
  return section.finish();
}

// `GET /healthz`: a method and an exact path, sent as they stand here.
Result<UpstreamConfig::Probe> parse_probe(const std::string& text, std::string_view key) {
  const Error bad{Code::invalid, "keyturn.toml: `" + std::string(key) +
                                     "` must be `GET /path` or `HEAD /path`, got `" + text + "`"};
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) return bad;
  const auto method = method_of(std::string_view(text).substr(0, space));
  UpstreamConfig::Probe probe;
  probe.target = text.substr(space + 1);
  if (!method || (*method != Method::get && *method != Method::head)) return bad;
  probe.method = *method;
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@/";
  if (probe.target.empty() || probe.target.front() != '/' ||
      probe.target.find_first_not_of(allowed) != std::string::npos ||
      probe.target.size() > request_target_bytes_max) {
    return bad;
  }
  return probe;
}

Result<std::uint32_t> small_number(Section& section, std::string_view key, std::uint32_t fallback,
                                   std::uint64_t low, std::uint64_t high) {
  TRY(const std::int64_t value, section.number(key, fallback, static_cast<std::int64_t>(low),
                                               static_cast<std::int64_t>(high)));
  return static_cast<std::uint32_t>(value);
}

Result<UpstreamConfig> read_upstream(Section& section, const std::string& name) {
  UpstreamConfig upstream;
  UpstreamLimits& limits = upstream.limits;
  TRY(limits.connections_max, small_number(section, "connections_max", limits.connections_max, 1,
                                           upstream_connections_max));
  TRY(limits.pending_max,
      small_number(section, "pending_max", limits.pending_max, 1, upstream_pending_max));
  TRY(limits.pending_ms,
      small_number(section, "pending_ms", limits.pending_ms, 100, upstream_pending_ms_max));
  TRY(limits.connect_ms,
      small_number(section, "connect_ms", limits.connect_ms, 100, upstream_connect_ms_max));
  TRY(limits.first_byte_ms, small_number(section, "first_byte_ms", limits.first_byte_ms, 100,
                                         upstream_first_byte_ms_max));
  TRY(limits.stall_ms,
      small_number(section, "stall_ms", limits.stall_ms, 100, upstream_stall_ms_max));
  constexpr std::uint32_t interval_ms = 5'000;
  TRY(const std::string health, section.text("health", ""));
  TRY(const std::uint32_t every, small_number(section, "health_interval_ms", interval_ms,
                                              probe_interval_ms_min, probe_interval_ms_max));
  if (!health.empty()) {
    TRY(upstream.probe, parse_probe(health, "endpoints." + name + ".health"));
    upstream.probe->interval_ms = every;
  }
  return upstream;
}

Result<void> read_endpoints(Section& root, const std::filesystem::path& folder, Config& config) {
  TRY(const toml::table* endpoints, root.table("endpoints"));
  if (endpoints == nullptr) return {};
  for (const auto& [key, node] : *endpoints) {
    const std::string name(key.str());
    if (!node.is_table()) {
      return Error{Code::invalid, where(node) + "`endpoints." + name + "` must be a table"};
    }
    Section section(*node.as_table(), "endpoints." + name);
    UpstreamCredential credential;
    TRY(credential.header, section.text("header", "authorization"));
    TRY(credential.prefix, section.text("prefix", ""));
    TRY(const std::string file, section.text("credential_file", ""));
    TRY(UpstreamConfig upstream, read_upstream(section, name));
    CHECK_OK(read_endpoint_tls(section, name, folder, config));
    CHECK_OK(section.finish());
    if (!file.empty()) {
      credential.file = folder / file;
      config.credentials.emplace(name, std::move(credential));
    } else if (section.has("header") || section.has("prefix")) {
      return Error{Code::invalid, where(node) + "`endpoints." + name +
                                      ".credential_file` is missing: `header` and `prefix` say "
                                      "how its credential is sent"};
    }
    config.upstreams.emplace(name, std::move(upstream));
  }
  return {};
}

Result<void> read_log(Section& root, const std::filesystem::path& folder, Config& config) {
  TRY(const toml::table* log, root.table("log"));
  if (log == nullptr) return {};
  Section section(*log, "log");
  TRY(const std::string level, section.text("level", "info"));
  TRY(const std::string format, section.text("format", "text"));
  TRY(const std::string file, section.text("file", ""));
  TRY(config.log.access, section.flag("access", false));
  CHECK_OK(section.finish());
  const auto choose = [&](const char* key, const std::string& value, const char* choices) {
    return Error{Code::invalid, where(*log->get(key)) + "`log." + key + "` must be " + choices +
                                    ", got `" + value + "`"};
  };
  if (level == "warn") {
    config.log.level = LogLevel::warn;
  } else if (level == "alarm") {
    config.log.level = LogLevel::alarm;
  } else if (level != "info") {
    return choose("level", level, "`info`, `warn` or `alarm`");
  }
  config.log.json = format == "json";
  if (!config.log.json && format != "text") return choose("format", format, "`text` or `json`");
  if (!file.empty()) config.log.file = (folder / file).string();
  return {};
}

}  // namespace

Result<Listen> parse_listen(const std::string& text, std::string_view key) {
  const Error bad{Code::invalid,
                  "`" + std::string(key) + "` must be address:port, got `" + text + "`"};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return bad;
  Listen listen;
  listen.address = text.substr(0, colon);
  if (listen.address.size() > 2 && listen.address.front() == '[' && listen.address.back() == ']') {
    listen.address = listen.address.substr(1, listen.address.size() - 2);
  }
  const std::string_view port = std::string_view(text).substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (error != std::errc() || end != port.data() + port.size() || listen.address.empty())
    return bad;
  return listen;
}

Result<Config> parse_config(std::string_view text, const std::filesystem::path& folder) {
  toml::table parsed;
  try {
    parsed = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return Error{Code::invalid, "keyturn.toml:" + std::to_string(error.source().begin.line) + ":" +
                                    std::to_string(error.source().begin.column) + ": " +
                                    std::string(error.description())};
  }
  Config config;
  Section root(parsed, "");
  TRY(const std::string charter, root.text("charter", "", true));
  TRY(const std::string data, root.text("data", "", true));
  TRY(const std::string journal_key, root.text("journal_key", "", true));
  TRY(const std::string passphrase_file, root.text("passphrase_file", "", true));
  TRY(const std::string high_water, root.text("high_water", ""));
  config.charter = folder / charter;
  config.data = folder / data;
  config.journal_key = folder / journal_key;
  config.passphrase_file = folder / passphrase_file;
  if (!high_water.empty()) config.high_water = folder / high_water;
  CHECK_OK(read_listeners(root, folder, config));
  CHECK_OK(read_metrics(root, config));
  CHECK_OK(read_holding(root, config));
  CHECK_OK(read_endpoints(root, folder, config));
  CHECK_OK(read_log(root, folder, config));
  CHECK_OK(root.finish());
  return config;
}

Result<Config> read_config(const std::filesystem::path& file) {
  TRY(const std::string text, read_file(file, config_bytes_max));
  return parse_config(text, file.parent_path());
}

}  // namespace keyturn
