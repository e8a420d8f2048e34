// One recorded request explained: its class and rule, what is missing, who could still supply it,
// and whose share becomes what. For holders of the charter: it names persons, which no answer to a
// caller does [P1].
//
// Asks decide(), missing(), never_counts(), adds_nothing() and share_lines(), and decides nothing
// itself. Thread rule: one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/charter/recorded.h"
#include "gateway/charter/standing.h"
#include "policy/charter/charter.h"

namespace keyturn {

struct ExplainedRequest {
  std::string text;
  bool passes_or_may_be_approved = false;  // false: refused as it stands
};

// `principal` where the record has none; `approved`: persons who have approved. Errors: invalid
// (names that the charter does not have).
Result<ExplainedRequest> explain_request(Standing& standing, std::shared_ptr<const Charter> charter,
                                         const RecordedRequest& request,
                                         const std::string& principal,
                                         const std::vector<std::string>& approved);

}  // namespace keyturn
