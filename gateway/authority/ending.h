// Ending: a final word of the gateway's own to whoever waits for a gated request. Each is written
// in one place only, so that every caller of one command is told the same. Plain values.
#pragma once

#include <string>
#include <vector>

#include "keyturn/result.h"
#include "policy/request/classify.h"

namespace keyturn {

struct Ending {
  unsigned status = 403;
  std::string code;
  std::string detail;
  std::vector<Reason> reasons = {};
  bool retry = false;  // the same request may be sent again now
};

// The first reason is the word; all of them go with it.
Ending ending_refused(const std::vector<Reason>& reasons);
// Nothing was decided.
Ending ending_unavailable(std::string detail =
                              "the journal cannot be written; gated requests wait "
                              "until it can");
Ending ending_vetoed();
// No final answer yet, and this attempt has waited as long as it may.
Ending ending_pending();
// Claimed, and certainly nothing reached the endpoint.
Ending ending_not_sent(std::string detail);
// Sent, and nobody knows what became of it: it is never sent again [W9].
Ending ending_outcome_unknown();

}  // namespace keyturn
