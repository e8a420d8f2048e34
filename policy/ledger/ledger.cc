#include "policy/ledger/ledger.h"

#include <algorithm>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

const std::vector<std::size_t>& found_or_none(
    const std::unordered_map<std::uint32_t, std::vector<std::size_t>>& index, std::uint32_t key) {
  static const std::vector<std::size_t> none;
  const auto found = index.find(key);
  return found == index.end() ? none : found->second;
}

Time end_unreleased(const Lease& lease) {
  return lease.until + Duration{static_cast<std::int64_t>(lease_grace_seconds)};
}

}  // namespace

Time Lease::charged_until() const {
  return released ? std::min(*released, end_unreleased(*this)) : end_unreleased(*this);
}

bool Lease::counts_at(Time at, Duration over, std::uint64_t as_of_size) const {
  if (index >= as_of_size) return false;
  if (!released || released_index < as_of_size) return counts_at(at, over);
  return from <= at && end_unreleased(*this) > at - over;
}

Ledger::Ledger(std::shared_ptr<const Charter> charter) : charter_(std::move(charter)) {}

const Command* Ledger::find(std::string_view id) const {
  const auto found = commands_.find(id);
  return found == commands_.end() ? nullptr : found->second.get();
}

const Freeze* Ledger::find_freeze(std::string_view id) const {
  const auto found = std::find_if(freezes_.begin(), freezes_.end(),
                                  [&](const Freeze& one) { return one.id == id; });
  return found == freezes_.end() ? nullptr : &*found;
}

std::vector<const Command*> Ledger::pending_of(PersonId initiator, Time at) const {
  std::vector<const Command*> out;
  const auto found = pending_.find(initiator.value);
  if (found == pending_.end()) return out;
  for (const Command* command : found->second)
    if (command->held_at(at)) out.push_back(command);
  return out;
}

std::uint64_t Ledger::pending_count(Time at) const {
  std::uint64_t expired = 0;  // since the last entry only: apply drops the others
  for (auto next = expiries_.begin(); next != expiries_.end() && next->first <= at; ++next)
    ++expired;
  return expiries_.size() - expired;
}

std::vector<const Command*> Ledger::over_before_expiry(Time at) const {
  std::vector<const Command*> out;
  for (const auto& [id, command] : commands_) {
    const bool unknown =
        command->outcome && command->outcome->kind == intent::Outcome::Kind::unknown;
    if ((unknown || command->state == Command::State::vetoed) && at < command->expires)
      out.push_back(command.get());
  }
  std::sort(out.begin(), out.end(),
            [](const Command* a, const Command* b) { return a->index < b->index; });
  return out;
}

const std::vector<std::size_t>& Ledger::leases_of_person(PersonId person) const {
  return found_or_none(by_person_, person.value);
}
const std::vector<std::size_t>& Ledger::leases_of_span(PersonId person) const {
  return found_or_none(by_span_, person.value);
}
const std::vector<std::size_t>& Ledger::leases_of_institution(InstitutionId institution) const {
  return found_or_none(by_institution_, institution.value);
}
const std::vector<std::size_t>& Ledger::leases_of_provider(ProviderId provider) const {
  return found_or_none(by_provider_, provider.value);
}
const std::vector<std::size_t>& Ledger::leases_approved_by(PersonId person) const {
  return found_or_none(by_approver_, person.value);
}

}  // namespace keyturn
