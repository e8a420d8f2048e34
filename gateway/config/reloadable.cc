#include "gateway/config/config.h"

namespace keyturn {

Result<void> check_reloadable(const Config& running, const Config& next) {
  std::string changed;
  const auto same = [&changed](bool is_same, const char* key) {
    if (!is_same) changed += std::string(changed.empty() ? "`" : ", `") + key + "`";
  };
  const auto at_same_place = [](const Listen& a, const Listen& b) {
    return a.address == b.address && a.port == b.port;
  };
  same(running.charter == next.charter, "charter");
  same(running.data == next.data, "data");
  same(running.high_water == next.high_water, "high_water");
  same(running.journal_key == next.journal_key, "journal_key");
  same(running.passphrase_file == next.passphrase_file, "passphrase_file");
  same(at_same_place(running.callers, next.callers), "callers.listen");
  same(running.caller_threads == next.caller_threads, "callers.threads");
  same(at_same_place(running.officials, next.officials), "officials.listen");
  same(running.officials_origin == next.officials_origin, "officials.origin");
  // What the files hold is read anew; which files, and whether at all, is not changed.
  same(running.callers_tls == next.callers_tls, "callers.tls");
  same(running.officials_tls == next.officials_tls, "officials.tls");
  same(running.metrics.has_value() == next.metrics.has_value() &&
           (!running.metrics || at_same_place(*running.metrics, *next.metrics)),
       "metrics.listen");
  if (changed.empty()) return {};
  return Error{Code::forbidden, "keyturn.toml changes " + changed +
                                    ", which a running gateway cannot: put the old value back, or "
                                    "restart the gateway"};
}

}  // namespace keyturn
