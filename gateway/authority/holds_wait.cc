// What those who wait are told while their command is held, and when the gateway stops.
#include <algorithm>

#include "gateway/authority/holds.h"
#include "gateway/authority/names.h"

namespace keyturn {

HoldName Holds::name_of(const Hold& hold) const {
  return {hold.id, wait_ticket(ticket_key_, hold.id)};
}

bool Holds::somebody_waits(const Hold& hold) {
  return std::any_of(hold.waiters.begin(), hold.waiters.end(),
                     [](const auto& waiter) { return waiter->waits(); });
}

HoldStatus Holds::status(const Ledger& ledger, const std::string& id, Time now) const {
  HoldStatus out;
  if (const auto hold = by_id_.find(id);
      hold != by_id_.end() && hold->second.state == Hold::State::dispatched) {
    out.state = HoldStatus::State::sent;
  }
  const Command* command = ledger.find(id);
  if (command == nullptr || out.state == HoldStatus::State::sent) return out;
  out.expires = command->expires;
  out.wanting = outstanding(ledger, *command, now);
  if (const auto window = claimable(ledger, *command, now)) {
    if (window->from > now) out.from = window->from;
    if (window->from <= now && out.wanting.empty()) out.state = HoldStatus::State::authorized;
  }
  return out;
}

// INVARIANT: a claim that is on its way already has somebody who waits for what it brings.
void Holds::dismiss() {
  dismissing_ = true;
  for (auto& [id, hold] : by_id_) {
    if (hold.state == Hold::State::held) send_on(hold);
  }
}

void Holds::send_on(Hold& hold) {
  const HoldName name = name_of(hold);
  for (const auto& waiter : hold.waiters) {
    waiting_on_.erase(waiter.get());
    waiter->dismissed(name);
  }
  hold.waiters.clear();
}

}  // namespace keyturn
