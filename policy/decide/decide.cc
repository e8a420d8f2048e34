#include "policy/decide/decide.h"

#include "policy/decide/common.h"
#include "policy/decide/intents.h"

namespace keyturn {

const std::vector<Reason>& Decision::reasons() const {
  static const std::vector<Reason> none;
  if (events.empty()) return none;
  const auto* refusal = std::get_if<event::Refused>(&events.front());
  return refusal == nullptr ? none : refusal->reasons;
}

namespace {

struct Decide {
  const Ledger& ledger;
  Time at;
  Decision operator()(const intent::Genesis& one) const { return decide_genesis(ledger, one, at); }
  Decision operator()(const intent::Propose& one) const { return decide_propose(ledger, one, at); }
  Decision operator()(const intent::Cancel& one) const { return decide_cancel(ledger, one, at); }
  Decision operator()(const intent::Speak& one) const { return decide_speak(ledger, one, at); }
  Decision operator()(const intent::Claim& one) const { return decide_claim(ledger, one, at); }
  Decision operator()(const intent::Outcome& one) const { return decide_outcome(ledger, one, at); }
  Decision operator()(const intent::Delegate& one) const {
    return decide_delegate(ledger, one, at);
  }
  Decision operator()(const intent::Refusals& one) const {
    return decide_refusals(ledger, one, at);
  }
  Decision operator()(const intent::Release& one) const { return decide_release(ledger, one, at); }
  Decision operator()(const intent::Freeze& one) const { return decide_freeze(ledger, one, at); }
  Decision operator()(const intent::Unfreeze& one) const {
    return decide_unfreeze(ledger, one, at);
  }
  Decision operator()(const intent::Lift& one) const { return decide_lift(ledger, one, at); }
  Decision operator()(const intent::Stopped& one) const { return decide_stopped(ledger, one, at); }
};

}  // namespace

Decision decide(const Ledger& ledger, const Intent& intent, Time at) {
  if (at < ledger.last_at())
    return refused(
        {{"time", "the decision's time " + at.to_string() + " is before the last entry's " +
                      ledger.last_at().to_string() + " [T1]"}});
  // INVARIANT: nothing is decided before the journal says which charter governs [T11].
  if (!ledger.opened() && !std::holds_alternative<intent::Genesis>(intent))
    return refused({{"not-opened", "the journal does not begin with a genesis entry [T11]"}});
  return std::visit(Decide{ledger, at}, intent);
}

}  // namespace keyturn
