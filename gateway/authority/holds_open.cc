// What the ordinary start finds, whether of a new process or after an append whose outcome nobody
// knew: one path for both [T5].
#include <string>
#include <vector>

#include "gateway/authority/holds.h"
#include "gateway/authority/names.h"

namespace keyturn {

void Holds::on_opened(const Ledger& ledger, Time now) {
  ledger_ = &ledger;
  // Identical requests attach to what a veto stopped, and to an unknown outcome, until the command
  // expires [W9]. First, so that they find a held command before one that is over.
  for (const Command* command : ledger.over_before_expiry(now)) {
    if (by_id_.find(command->id) != by_id_.end()) continue;
    if (Hold* hold = restore(ledger, *command)) {
      const bool vetoed = command->state == Command::State::vetoed;
      end(*hold, vetoed ? ending_vetoed() : ending_outcome_unknown(), until_expiry_ms(*hold));
    }
  }
  for (const auto& [index, command] : ledger.held()) {
    (void)index;
    if (command->held_at(now)) (void)restore(ledger, *command);
  }
  // What the last append brought may be in the ledger though nobody was told: all are looked at.
  look_at_all(now);
  for (const std::string& id : ledger.unfinished()) settle(ledger, *ledger.find(id));
}

// Claimed, and no outcome is written.
void Holds::settle(const Ledger& ledger, const Command& command) {
  if (outcomes_.find(command.id) != outcomes_.end()) return;  // known, and on its way
  const auto known = by_id_.find(command.id);
  const bool here = known != by_id_.end();
  if (here && known->second.state == Hold::State::dispatched) return;  // under way
  // A claim of this process whose append was unknown: it was sent nowhere, since nothing is sent
  // before an append is ok. Of an earlier process, nobody knows.
  if (here && known->second.state == Hold::State::held) {
    outcome(intent::Outcome{intent::Outcome::Kind::not_sent, command.id, 0});
    end(known->second, ending_not_sent("the journal failed at the claim; nothing was sent"), 0);
    return;
  }
  outcome(intent::Outcome{intent::Outcome::Kind::unknown, command.id, 0});
  if (Hold* hold = restore(ledger, command)) {
    end(*hold, ending_outcome_unknown(), until_expiry_ms(*hold));
  }
}

// A hold as it was before: found by identical requests again, and by its wait URL. Null: its body
// cannot be read, so no request can be found to be the same.
Holds::Hold* Holds::restore(const Ledger& ledger, const Command& command) {
  if (const auto known = by_id_.find(command.id); known != by_id_.end()) return &known->second;
  auto record = bodies_.get(command.request);
  if (!record.ok()) {
    alarm_("command " + command.id + " has no readable body: " + record.error().message);
    return nullptr;
  }
  record->principal = std::string(ledger.charter().principal_name(command.principal));
  Hold& hold = add(command.id, *record);
  hold.state = Hold::State::held;
  hold.expires = command.expires;
  by_ticket_[wait_ticket(ticket_key_, command.id)] = command.id;
  return &hold;
}

}  // namespace keyturn
