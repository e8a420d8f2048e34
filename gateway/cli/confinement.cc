#include "gateway/cli/confinement.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "gateway/http/upstream.h"
#include "gateway/world/harden.h"

namespace keyturn::cli {
namespace {

constexpr std::uint16_t dns_port = 53;

// Files are replaced by renaming (editors, credential managers, logrotate), and a rule on a file
// would stay with the old one: so the rule is on the folder. Not on `/`, which is everything.
std::filesystem::path folder_of(const std::filesystem::path& file) {
  const auto folder = file.parent_path();
  if (folder.empty()) return ".";
  return folder == folder.root_path() ? file : folder;
}

bool is_address(const std::string& host) {
  in6_addr six{};
  in_addr four{};
  if (host.size() > 2 && host.front() == '[') return true;
  return ::inet_pton(AF_INET, host.c_str(), &four) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &six) == 1;
}

}  // namespace

Result<Confinement> confinement_of(const Config& config, const std::filesystem::path& config_file,
                                   const Charter& charter) {
  Confinement confinement;
  confinement.read = system_files();
  // What a reload reads. The journal's key and its passphrase are read once, at the start, and so
  // is the charter: unless they lie in one of these folders, they cannot be read any more.
  confinement.read.push_back(folder_of(config_file));
  for (const auto& named : config.credentials) {
    confinement.read.push_back(folder_of(named.second.file));
  }
  for (const auto& tls : {config.callers_tls, config.officials_tls}) {
    if (!tls) continue;
    for (const TlsCertificateFiles& files : tls->certificates) {
      confinement.read.push_back(folder_of(files.chain));
      confinement.read.push_back(folder_of(files.key));
    }
  }
  for (const auto& named : config.endpoint_tls) {
    if (!named.second.ca.empty()) confinement.read.push_back(folder_of(named.second.ca));
    if (!named.second.certificate) continue;
    confinement.read.push_back(folder_of(named.second.certificate->chain));
    confinement.read.push_back(folder_of(named.second.certificate->key));
  }
  confinement.read_write.push_back(config.data);
  if (!config.high_water.empty()) confinement.read_write.push_back(folder_of(config.high_water));
  if (!config.log.file.empty()) confinement.read_write.push_back(folder_of(config.log.file));

  // A free port, had once, is shared by all threads: which one is known only then.
  const bool shares_free_port = config.callers.port == 0 && config.caller_threads > 1;
  confinement.limit_bind = !shares_free_port;
  confinement.bind = {config.callers.port, config.officials.port};
  if (config.metrics) confinement.bind.push_back(config.metrics->port);
  confinement.limit_connect = true;
  bool names = false;
  for (const Endpoint& endpoint : charter.endpoints) {
    TRY(const Origin origin, Origin::parse(endpoint.origin));
    confinement.connect.push_back(origin.port);
    names = names || !is_address(origin.host);
  }
  // A name server whose answer is too long for a datagram is asked again over TCP.
  if (names) confinement.connect.push_back(dns_port);
  return confinement;
}

}  // namespace keyturn::cli
