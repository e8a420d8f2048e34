// keyturn.toml: where things listen and lie. Nothing in it decides anything: who, what and how many
// are the charter's [T11]. Unknown keys are refused, so that a misspelt one is not silently
// ignored. Relative paths are taken from the file's own folder. Thread rule: plain values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/limits.h"
#include "gateway/http/message.h"
#include "gateway/http/server.h"
#include "gateway/journal/journal.h"
#include "gateway/proxy/hold_times.h"
#include "gateway/world/log.h"
#include "keyturn/result.h"

namespace keyturn {

// The credential that the gateway presents to an endpoint, from a file that only it can read.
struct UpstreamCredential {
  std::string header;  // `authorization`, `x-api-key`
  std::string prefix;  // `Bearer `
  std::filesystem::path file;
};

// What the connections to an endpoint may take, and whether it is asked how it is.
struct UpstreamConfig {
  struct Probe {
    Method method = Method::get;
    std::string target;
    std::uint32_t interval_ms = 0;
    friend bool operator==(const Probe&, const Probe&) = default;
  };
  UpstreamLimits limits;
  std::optional<Probe> probe;
};

struct Config {
  std::filesystem::path charter;
  std::filesystem::path data;
  std::filesystem::path journal_key;
  std::filesystem::path passphrase_file;
  std::filesystem::path high_water;  // empty: in the data folder

  Listen callers;
  unsigned caller_threads = 1;
  Listen officials;
  std::optional<Listen> metrics;  // nullopt: on the officials' listener
  std::string officials_origin;   // as officials write it; default http[s]://<address>:<port>
  std::optional<TlsServerFiles> callers_tls, officials_tls;  // none: plain HTTP

  HoldTimes hold_times;
  std::int64_t response_keep_ms = 120'000;  // an answer, for identical requests

  std::map<std::string, UpstreamCredential> credentials;  // by endpoint
  std::map<std::string, UpstreamConfig> upstreams;        // by endpoint
  LogOptions log;
  std::map<std::string, TlsClientFiles> endpoint_tls;  // by endpoint

  JournalPlace journal_place() const { return {data, high_water}; }
};

// `address:port` or `[v6]:port`; `what` names the setting in the error.
Result<Listen> parse_listen(const std::string& text, std::string_view what);
Result<Config> parse_config(std::string_view text, const std::filesystem::path& folder);
Result<Config> read_config(const std::filesystem::path& file);

// Whether a running gateway can take over `next`: addresses, threads, the data folder, the charter
// and the journal's key stay what they were at the start. The error names every setting that wants
// a restart.
Result<void> check_reloadable(const Config& running, const Config& next);

}  // namespace keyturn
