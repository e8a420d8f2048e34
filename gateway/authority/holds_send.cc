// What follows a claim: the command is sent, once, and what became of it is journalled.
#include <utility>

#include "gateway/authority/holds.h"

namespace keyturn {
namespace {

constexpr std::int64_t report_pause_ms = 1'000;

}  // namespace

void Holds::dispatch(Hold& hold, const LoggedDecision& decision) {
  const Command* command = ledger_->find(hold.id);
  auto record = bodies_.get(command->request);
  if (record.ok() && request_digest(record->parts()) != command->request) {
    record = Error{Code::corrupt, "the filed request is not the one that was signed for"};
  }
  if (!record.ok()) {
    alarm_("command " + hold.id + " cannot be sent: " + record.error().message);
    outcome(intent::Outcome{intent::Outcome::Kind::not_sent, hold.id, 0});
    end(hold, ending_not_sent("the filed request could not be read; nothing was sent"), 0);
    return;
  }
  hold.state = Hold::State::dispatched;
  // The outcome comes also while the journal is closed, and is kept until it is open again.
  hold.answer = dispatcher_.dispatch(decision, *record, [this](intent::Outcome out) {
    sequencer_.post([this, out] { outcome(out); });
  });
  const HoldName name = name_of(hold);
  for (const auto& waiter : hold.waiters) {
    waiting_on_.erase(waiter.get());
    waiter->answered(name, hold.answer);
  }
  hold.waiters.clear();
}

void Holds::outcome(const intent::Outcome& outcome) {
  outcomes_[outcome.id] = Report{outcome, false};
  report_outcomes();
  const auto found = by_id_.find(outcome.id);
  if (found == by_id_.end() || found->second.state != Hold::State::dispatched) return;
  Hold& hold = found->second;
  switch (outcome.kind) {
    case intent::Outcome::Kind::answered:
      forget_.set(hold.id, now_ms() + options_.response_keep_ms);
      kept_.add(hold.id, hold.answer->bytes());
      while (const auto oldest = kept_.surplus()) forget(*oldest);
      return;
    case intent::Outcome::Kind::not_sent:  // the same request may be proposed again
      end(hold, ending_not_sent("the endpoint could not be reached; nothing was sent"), 0);
      return;
    case intent::Outcome::Kind::unknown:
      end(hold, ending_outcome_unknown(), until_expiry_ms(hold));
      return;
  }
}

// Submits what is not on its way into the journal already.
void Holds::report_outcomes() {
  for (auto& [id, report] : outcomes_) {
    if (std::exchange(report.submitted, true)) continue;
    sequencer_.submit(
        report.outcome,
        [this, name = report.outcome.id](const Result<Answer>& answer) { reported(name, answer); });
  }
}

void Holds::reported(const std::string& id, const Result<Answer>& answer) {
  const auto found = outcomes_.find(id);
  if (found == outcomes_.end()) return;
  if (!answer.ok()) {
    alarm_("the outcome of command " + id + " is not journalled yet: " + answer.error().message);
    found->second.submitted = false;
    report_ms_ = now_ms() + report_pause_ms;
    return;
  }
  if (answer->decision.kind == Decision::Kind::refused) {
    alarm_("the outcome of command " + id +
           " was refused: " + answer->decision.reasons().front().text);
  }
  outcomes_.erase(found);
}

}  // namespace keyturn
