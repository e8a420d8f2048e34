// When a held command could be claimed, and with which assignments: a convenience for whoever
// claims. It may only miss a way; the claim itself is decided by decide_claim.
#include <algorithm>

#include "policy/decide/common.h"
#include "policy/decide/decide.h"
#include "policy/quorum/quorum.h"

namespace keyturn {
namespace {

constexpr Duration one_second{1};

// An assignment for each class out of `available`, or nothing.
std::optional<std::vector<Assignment>> assign(const Ledger& ledger, const Command& command,
                                              const std::vector<PersonId>& available, Time at) {
  const CommandQuorum quorum(ledger, command, at);
  std::vector<Assignment> out;
  for (const ClassId id : command.classes) {
    auto found = find_assignment(quorum.of(id), available);
    if (!found) return std::nullopt;
    out.push_back(std::move(*found));
  }
  return out;
}

bool assigned(const std::vector<Assignment>& assignments, PersonId person) {
  return std::any_of(assignments.begin(), assignments.end(), [&](const Assignment& one) {
    return std::find(one.approvers.begin(), one.approvers.end(), person) != one.approvers.end();
  });
}

// The windows of these assignments, claimed at `from` at the earliest [Q4].
Claimable window_of(const Charter& charter, const Command& command, Time from,
                    const std::vector<Assignment>& assignments) {
  Claimable out;
  out.from = from;
  Time quorum = command.proposed_at;
  out.until = command.expires - one_second;
  for (const RecordedWord& approval : command.approvals) {
    if (!assigned(assignments, approval.person)) continue;
    quorum = std::max(quorum, approval.at);
    out.until = std::min(out.until, approval.not_after);
  }
  out.until = std::min(out.until, quorum + command.windows.delay + command.windows.execute);
  out.until = std::min(out.until, charter.valid_until - one_second);
  for (std::size_t i = 0; i < assignments.size(); ++i) {
    intent::ClassAssignment one;
    one.klass = charter.klass(command.classes[i]).name;
    one.branch = assignments[i].branch;
    for (const PersonId person : assignments[i].approvers)
      one.approvers.push_back(charter.person(person).name);
    out.assignments.push_back(std::move(one));
  }
  return out;
}

// A claim at `from`. Where the execute window of the first approvers is over, the later ones may
// still make a quorum of their own.
std::optional<Claimable> claim_at(const Ledger& ledger, const Command& command, Time from) {
  const Charter& charter = ledger.charter();
  const Time journalled_by = from - command.windows.delay;
  auto found =
      assign(ledger, command, approvers_counting(ledger, command, from, journalled_by), from);
  if (!found) return std::nullopt;
  Claimable out = window_of(charter, command, from, *found);
  if (from <= out.until) return out;
  const Time recent = journalled_by - command.windows.execute;
  std::vector<PersonId> late;
  for (const RecordedWord& approval : command.approvals)
    if (approval.at >= recent && approval.at <= journalled_by &&
        counts_at(ledger, command, approval, from))
      late.push_back(approval.person);
  found = assign(ledger, command, late, from);
  if (!found) return std::nullopt;
  out = window_of(charter, command, from, *found);
  if (from <= out.until) return out;
  return std::nullopt;
}

}  // namespace

std::optional<Claimable> claimable(const Ledger& ledger, const Command& command, Time at) {
  const Charter& charter = ledger.charter();
  if (!command.held_at(at) || charter_not_valid(charter, at)) return std::nullopt;
  // Approvals are monotone: where all of them are no quorum, no part of them is one.
  if (!assign(ledger, command, approvers_counting(ledger, command, at, at), at))
    return std::nullopt;
  // No freeze begins in the time ahead as things stand, so none runs from here on [A4].
  Time earliest = at;
  for (const Freeze* freeze : freezes_on(ledger, command.classes, command.systems, at))
    earliest = std::max(earliest, freeze->end());
  if (auto first = claim_at(ledger, command, earliest)) return first;
  for (const RecordedWord& approval : command.approvals) {  // by entry, so by time
    const Time from = approval.at + command.windows.delay;
    if (from <= earliest) continue;
    if (auto later = claim_at(ledger, command, from)) return later;
  }
  return std::nullopt;
}

}  // namespace keyturn
