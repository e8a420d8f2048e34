#include "policy/decide/stop.h"

#include <algorithm>

#include "policy/decide/common.h"
#include "policy/decide/intents.h"

namespace keyturn {
namespace {

// Ids and names of systems are letters, digits and `-`, so nothing needs an escape.
std::string stop_body(const Charter& charter, const Command& command) {
  std::string out = R"({"command":")" + command.id + R"(","systems":[)";
  bool first = true;
  for (const SystemSet::Range& range : command.systems.ranges()) {
    for (SystemId system = range.first; system < range.last; ++system.value) {
      out.append(first ? "\"" : ",\"").append(charter.system(system).name).append("\"");
      first = false;
    }
  }
  return out + "]}";
}

bool same(const intent::Stopped& a, const intent::Stopped& b) {
  return a.kind == b.kind && a.status == b.status;
}

bool was_obeyed(const intent::Stopped& stopped) {
  return stopped.kind == intent::Outcome::Kind::answered && stopped.status >= 200 &&
         stopped.status <= 299;
}

}  // namespace

std::vector<StopOrder> stop_orders(const Charter& charter, const Command& command) {
  std::vector<StopOrder> out;
  for (const ClassId id : command.classes) {
    const Class& klass = charter.klass(id);
    const bool is_new = std::none_of(out.begin(), out.end(), [&](const StopOrder& one) {
      return one.method == klass.stop_method && one.path == klass.stop_path;
    });
    if (klass.stop_method.empty() || !is_new) continue;
    out.push_back({klass.endpoint, klass.stop_method, klass.stop_path, {}});
  }
  const std::string body = out.empty() ? std::string() : stop_body(charter, command);
  for (StopOrder& order : out) order.body = body;
  return out;
}

bool stop_due(const Charter& charter, const Command& command) {
  const bool has_order =
      std::any_of(command.classes.begin(), command.classes.end(),
                  [&](ClassId id) { return !charter.klass(id).stop_method.empty(); });
  if (command.recalls.empty() || !has_order) return false;
  if (!command.stopped || !was_obeyed(*command.stopped)) return true;
  return command.recalls.back().index > command.stopped_index;
}

EndpointId endpoint_of(const Charter& charter, const Command& command) {
  return charter.klass(command.classes.front()).endpoint;  // a request has one [C12]
}

// Recorded under an expired charter too, and after the lease: it permits nothing [A7].
Decision decide_stopped(const Ledger& ledger, const intent::Stopped& stopped, Time) {
  const Command* command = ledger.find(stopped.id);
  std::vector<Reason> reasons;
  if (!is_fit_status(stopped.kind, stopped.status))
    reasons.push_back({"status",
                       "an answer has a status from 100 to 999, anything else has none; this one "
                       "has " +
                           std::to_string(stopped.status)});
  if (command == nullptr) {
    reasons.push_back({"unknown-command", "there is no command " + shown(stopped.id)});
  } else if (!stop_due(ledger.charter(), *command)) {
    if (!command->stopped)
      reasons.push_back({"not-recalled", "no stop order was due for the command [A6]"});
    else if (reasons.empty() && same(*command->stopped, stopped))
      return unchanged();
    else
      reasons.push_back({"already-ended", "the stop order was obeyed already [A6]"});
  }
  if (!reasons.empty()) return refused(std::move(reasons));
  return granted(event::StopEnded{stopped.id});
}

}  // namespace keyturn
