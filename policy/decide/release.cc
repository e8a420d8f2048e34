// The release of a lease: by the effector's own key, of the whole lease, while it runs [S2]. *An
// agent's or a person's word would keep every share low with everything in the air.*
#include <algorithm>

#include "keyturn/limits.h"
#include "policy/decide/common.h"
#include "policy/decide/intents.h"
#include "policy/decide/stop.h"

namespace keyturn {
namespace {

void check_effector(const Charter& charter, const VerifiedRelease& release,
                    std::vector<Reason>& reasons) {
  const ReleaseStatement& statement = release.statement();
  if (statement.deployment != charter.name)
    reasons.push_back({"deployment", "the release is for deployment " +
                                         shown(statement.deployment) + ", this is " +
                                         shown(charter.name)});
  const auto endpoint = charter.find_endpoint(statement.endpoint);
  if (!endpoint) {
    reasons.push_back(
        {"unknown-endpoint", shown(statement.endpoint) + " is not an endpoint of the charter"});
    return;
  }
  const std::vector<PublicKey>& keys = charter.endpoint(*endpoint).keys;
  if (std::find(keys.begin(), keys.end(), release.key()) == keys.end())
    reasons.push_back({"key", "the key is not one that the charter gives the endpoint [S2]"});
}

// INVARIANT: the whole lease, or nothing: a lease charges what the command text names.
void check_covers(const Charter& charter, const ReleaseStatement& statement, const Command& command,
                  std::vector<Reason>& reasons) {
  if (charter.endpoint(endpoint_of(charter, command)).name != statement.endpoint)
    reasons.push_back({"endpoint", "the command was sent to endpoint `" +
                                       charter.endpoint(endpoint_of(charter, command)).name +
                                       "`, whose effector alone releases it [S2]"});
  if (command.systems_text != statement.systems)
    reasons.push_back({"partial",
                       "a release names the systems exactly as the command text does: a lease ends "
                       "as a whole [S2]"});
}

void check_time(const ReleaseStatement& statement, const Lease& lease, Time at,
                std::vector<Reason>& reasons) {
  const Duration skew{static_cast<std::int64_t>(statement_skew_seconds_max)};
  if (statement.released_at > at + skew || statement.released_at < lease.from - skew)
    reasons.push_back({"released-at", "the release is of " + statement.released_at.to_string() +
                                          ", the lease is from " + lease.from.to_string() +
                                          " and it is " + at.to_string() + " [W11]"});
}

}  // namespace

// Decided under an expired charter too: it permits nothing but what ends [A7].
Decision decide_release(const Ledger& ledger, const intent::Release& release, Time at) {
  const Charter& charter = ledger.charter();
  const ReleaseStatement& statement = release.release.statement();
  std::vector<Reason> reasons;
  check_effector(charter, release.release, reasons);
  const Command* command = ledger.find(statement.command);
  if (command == nullptr) {
    reasons.push_back({"unknown-command", "there is no command " + shown(statement.command)});
    return refused(std::move(reasons));
  }
  check_covers(charter, statement, *command, reasons);
  if (!command->lease) {
    reasons.push_back({"no-lease",
                       "the command has no lease: it was not claimed, or directs "
                       "nothing [S2]"});
    return refused(std::move(reasons));
  }
  const Lease& lease = ledger.leases()[*command->lease];
  check_time(statement, lease, at, reasons);
  if (reasons.empty() && lease.released) return unchanged();
  if (at >= lease.charged_until())
    reasons.push_back(
        {"lease-over", "the lease ended at " + lease.charged_until().to_string() + " [S2]"});
  if (!reasons.empty()) return refused(std::move(reasons));
  return granted(event::Released{command->id});
}

}  // namespace keyturn
