// Stop orders [A6]: what is sent to an effector when a claimed command is recalled. A stop order
// never directs and frees nothing: the lease ends by its own rules [S2]. It may be sent again,
// since an effector that stopped does nothing when told once more. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "policy/charter/charter.h"
#include "policy/ledger/ledger.h"

namespace keyturn {

struct StopOrder {
  EndpointId endpoint;
  std::string method, path;  // the class's `stop`
  std::string body;          // compact JSON: {"command":"01JD…","systems":["uav-003","uav-007"]}
};

// One for each different method and path that the command's classes name, in the order of classes;
// empty where the charter gives none.
std::vector<StopOrder> stop_orders(const Charter& charter, const Command& command);

// Whether they are to be sent, or sent again: it was recalled, and since the last recall no order
// was answered with a status of 200 to 299.
bool stop_due(const Charter& charter, const Command& command);

// The endpoint that the command was sent to.
EndpointId endpoint_of(const Charter& charter, const Command& command);

}  // namespace keyturn
