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

#include "gateway/http/server.h"
#include "gateway/journal/journal.h"
#include "keyturn/result.h"

namespace keyturn {

// The credential that the gateway presents to an endpoint, from a file that only it can read.
struct UpstreamCredential {
  std::string header;  // `authorization`, `x-api-key`
  std::string prefix;  // `Bearer `
  std::filesystem::path file;
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
  std::string officials_origin;  // as officials write it; default http[s]://<address>:<port>
  std::optional<TlsServerFiles> callers_tls, officials_tls;  // none: plain HTTP

  std::int64_t step_ms = 50'000;          // one step of the 303 ladder
  std::int64_t ladder_ms = 580'000;       // all steps of one attempt; then 409 with Retry-After
  std::int64_t answer_keep_ms = 120'000;  // an answer, for identical requests

  std::map<std::string, UpstreamCredential> credentials;  // by endpoint
  std::map<std::string, TlsClientFiles> endpoint_tls;     // by endpoint

  JournalPlace journal_place() const { return {data, high_water}; }
};

// `address:port` or `[v6]:port`; `what` names the setting in the error.
Result<Listen> parse_listen(const std::string& text, std::string_view what);
Result<Config> parse_config(std::string_view text, const std::filesystem::path& folder);
Result<Config> read_config(const std::filesystem::path& file);

}  // namespace keyturn
