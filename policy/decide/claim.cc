// The claim: the decision that lets a held command go [Q2 Q4 Q5 S1 S2 S3]. Everything is asked
// again here, in the one entry in which the lease begins, so that racing claims cannot pass
// together [S6].
#include <algorithm>

#include "policy/decide/common.h"
#include "policy/decide/intents.h"
#include "policy/quorum/quorum.h"
#include "policy/share/share.h"

namespace keyturn {
namespace {

// The assignments as the charter's persons, one for each class of the command in its order [C4].
std::vector<Assignment> read_assignments(const Charter& charter, const Command& command,
                                         const intent::Claim& claim, std::vector<Reason>& reasons) {
  std::vector<Assignment> out;
  bool one_each = claim.assignments.size() == command.classes.size();
  for (std::size_t i = 0; one_each && i < command.classes.size(); ++i)
    one_each = claim.assignments[i].klass == charter.klass(command.classes[i]).name;
  if (!one_each) {
    reasons.push_back({"assignment",
                       "a claim has one assignment for each class of its command, by "
                       "name [C4]"});
    return out;
  }
  for (const intent::ClassAssignment& one : claim.assignments) {
    Assignment assignment;
    assignment.branch = one.branch;
    for (const std::string& name : one.approvers) {
      const std::optional<PersonId> person = charter.find_person(name);
      if (person)
        assignment.approvers.push_back(*person);
      else
        reasons.push_back({"unknown-person", shown(name) + " is not on the roster"});
    }
    out.push_back(std::move(assignment));
  }
  return out;
}

std::vector<PersonId> counted_in(const std::vector<Assignment>& assignments) {
  std::vector<PersonId> out;
  for (const Assignment& one : assignments)
    out.insert(out.end(), one.approvers.begin(), one.approvers.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Who approved, and whose hand signed for whom: both cosign [S5].
std::vector<PersonId> with_hands(const Command& command, std::vector<PersonId> counted) {
  const std::size_t persons = counted.size();
  for (const RecordedWord& approval : command.approvals) {
    const auto end = counted.begin() + static_cast<std::ptrdiff_t>(persons);
    if (approval.delegate && std::binary_search(counted.begin(), end, approval.person))
      counted.push_back(*approval.delegate);
  }
  std::sort(counted.begin(), counted.end());
  counted.erase(std::unique(counted.begin(), counted.end()), counted.end());
  return counted;
}

// `execute within` runs from the moment when all these approvals were journalled, plus the delay;
// the delay gives the veto its time [Q4].
void check_windows(const Command& command, const std::vector<PersonId>& counted, Time at,
                   std::vector<Reason>& reasons) {
  Time quorum = command.proposed_at;
  for (const RecordedWord& approval : command.approvals)
    if (std::binary_search(counted.begin(), counted.end(), approval.person))
      quorum = std::max(quorum, approval.at);
  const Time from = quorum + command.windows.delay;
  const Time until = from + command.windows.execute;
  if (at < from) reasons.push_back({"delay", "the delay runs until " + from.to_string() + " [Q4]"});
  if (at > until)
    reasons.push_back(
        {"execute-window", "it was to be executed by " + until.to_string() + " [Q4]"});
}

void check_vetoes(const Charter& charter, const Command& command, std::vector<Reason>& reasons) {
  std::vector<PersonId> vetoers;
  for (const RecordedWord& one : command.vetoes) vetoers.push_back(one.person);
  if (enough_vetoes(charter, command.classes, vetoers))
    reasons.push_back({"vetoed", "the command was stopped by a veto"});
}

}  // namespace

Decision decide_claim(const Ledger& ledger, const intent::Claim& claim, Time at) {
  const Charter& charter = ledger.charter();
  std::vector<Reason> reasons;
  if (const auto reason = charter_not_valid(charter, at)) reasons.push_back(*reason);
  const Command* command = ledger.find(claim.id);
  if (const auto reason = not_held(command, claim.id, at)) {
    reasons.push_back(*reason);
    return refused(std::move(reasons));
  }
  check_vetoes(charter, *command, reasons);
  const std::vector<Assignment> assignments = read_assignments(charter, *command, claim, reasons);
  if (assignments.size() != command->classes.size()) return refused(std::move(reasons));

  const std::vector<PersonId> available =
      approvers_counting(ledger, *command, at, at - command->windows.delay);
  const CommandQuorum quorum(ledger, *command, at);
  for (std::size_t i = 0; i < assignments.size(); ++i) {
    std::vector<Reason> why =
        check_assignment(quorum.of(command->classes[i]), assignments[i], available);
    reasons.insert(reasons.end(), why.begin(), why.end());
  }
  const std::vector<PersonId> counted = counted_in(assignments);
  check_windows(*command, counted, at, reasons);
  check_freezes(ledger, command->classes, command->systems, at, reasons);
  // Against leases alone: what others only propose, and what this person has pending, is not theirs
  // yet [S1].
  for (const ShareLine& line :
       share_lines(ledger, command->principal, with_hands(*command, counted), command->systems, {},
                   at, ledger.size()))
    if (line.exceeded()) reasons.push_back(share_reason(line));
  if (!reasons.empty()) return refused(std::move(reasons));

  event::Claimed claimed;
  claimed.id = command->id;
  for (const PersonId person : ledger.charged_for(command->principal.person, at))
    claimed.charged.push_back(charter.person(person).name);
  claimed.systems = command->systems_text;
  claimed.lease_until = command->systems.empty() ? at : at + command->windows.lease;
  return granted(std::move(claimed));
}

}  // namespace keyturn
