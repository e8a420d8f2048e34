// One function for each intent; decide() picks. Internal to policy/decide; pure, like decide
// itself. They take any intent whatever, however malformed, and answer it with a refusal.
#pragma once

#include "policy/decide/decide.h"

namespace keyturn {

Decision decide_genesis(const Ledger& ledger, const intent::Genesis& genesis, Time at);
Decision decide_propose(const Ledger& ledger, const intent::Propose& propose, Time at);
Decision decide_cancel(const Ledger& ledger, const intent::Cancel& cancel, Time at);
Decision decide_speak(const Ledger& ledger, const intent::Speak& speak, Time at);
Decision decide_claim(const Ledger& ledger, const intent::Claim& claim, Time at);
Decision decide_outcome(const Ledger& ledger, const intent::Outcome& outcome, Time at);
Decision decide_delegate(const Ledger& ledger, const intent::Delegate& delegate, Time at);
Decision decide_refusals(const Ledger& ledger, const intent::Refusals& refusals, Time at);
Decision decide_release(const Ledger& ledger, const intent::Release& release, Time at);
Decision decide_freeze(const Ledger& ledger, const intent::Freeze& freeze, Time at);
Decision decide_unfreeze(const Ledger& ledger, const intent::Unfreeze& unfreeze, Time at);
Decision decide_lift(const Ledger& ledger, const intent::Lift& lift, Time at);
Decision decide_stopped(const Ledger& ledger, const intent::Stopped& stopped, Time at);

// Of decide_speak: a recall, once it is known who signed it, and for which command; `reasons` are
// those found so far.
Decision recall(const Ledger& ledger, const Command& command, PersonId person,
                std::vector<Reason> reasons, Time at);

}  // namespace keyturn
