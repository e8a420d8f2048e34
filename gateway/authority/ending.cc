#include "gateway/authority/ending.h"

#include <utility>

namespace keyturn {

Ending ending_refused(const std::vector<Reason>& reasons) {
  Ending ending{403, "refused", "the charter refuses this request", reasons, false};
  if (!reasons.empty()) {
    ending.code = reasons.front().code;
    ending.detail = reasons.front().text;
  }
  return ending;
}

Ending ending_unavailable(std::string detail) {
  return {503, "journal-unavailable", std::move(detail), {}, true};
}

Ending ending_pending() {
  return {
      409,
      "pending",
      "no final answer yet: the command is held, or its endpoint at work; send the same request "
      "again to wait on",
      {},
      true};
}

Ending ending_vetoed() { return {403, "vetoed", "the command was stopped by a veto", {}, false}; }

Ending ending_not_sent(std::string detail) {
  return {502, "not-sent", std::move(detail), {}, false};
}

Ending ending_outcome_unknown() {
  return {
      409,
      "outcome-unknown",
      "the command was sent and no whole answer came: it may have been carried out. It is never "
      "sent again; look at the endpoint, and repeat it only with another Idempotency-Key",
      {},
      false};
}

}  // namespace keyturn
