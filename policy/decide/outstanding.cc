// What a held command still lacks, in the charter's words and never in persons' names [P1].
#include <algorithm>

#include "policy/decide/common.h"
#include "policy/decide/decide.h"
#include "policy/quorum/quorum.h"
#include "policy/share/share.h"

namespace keyturn {
namespace {

void add_unmet_terms(const Ledger& ledger, const Command& command, Time at,
                     std::vector<Reason>& reasons) {
  const std::vector<PersonId> available = approvers_counting(ledger, command, at, at);
  const CommandQuorum quorum(ledger, command, at);
  for (const ClassId id : command.classes) {
    for (Reason& reason : missing(quorum.of(id), available))
      if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
        reasons.push_back(std::move(reason));
  }
}

std::vector<PersonId> approvers_of(const Charter& charter, const Claimable& claim) {
  std::vector<PersonId> out;
  for (const intent::ClassAssignment& one : claim.assignments)
    for (const std::string& name : one.approvers)
      if (const auto person = charter.find_person(name)) out.push_back(*person);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void add_vetoes(const Charter& charter, const Command& command, std::vector<Reason>& reasons) {
  for (const ClassId id : command.classes) {
    const Rule& rule = charter.klass(id).rule;
    if (rule.veto_count == 0) continue;
    const auto count =
        std::count_if(command.vetoes.begin(), command.vetoes.end(),
                      [&](const RecordedWord& one) { return rule.veto.selects(one.person); });
    if (count > 0)
      reasons.push_back({"veto", std::to_string(count) + " of " + std::to_string(rule.veto_count) +
                                     " vetoes that stop class `" + charter.klass(id).name + "`"});
  }
}

}  // namespace

std::vector<Reason> outstanding(const Ledger& ledger, const Command& command, Time at) {
  const Charter& charter = ledger.charter();
  std::vector<Reason> reasons;
  if (const auto reason = charter_not_valid(charter, at)) reasons.push_back(*reason);
  if (const auto reason = not_held(&command, command.id, at)) reasons.push_back(*reason);
  if (command.state != Command::State::held) return reasons;
  add_unmet_terms(ledger, command, at, reasons);
  add_vetoes(charter, command, reasons);
  check_freezes(ledger, command.classes, command.systems, at, reasons);
  const std::optional<Claimable> claim = claimable(ledger, command, at);
  if (claim && claim->from > at)
    reasons.push_back({"delay", "the delay runs until " + claim->from.to_string() + " [Q4]"});
  // There is a quorum, and still no time at which it could be claimed.
  if (!claim && reasons.empty())
    reasons.push_back({"execute-window", "the approvals do not fit the windows any more [Q4]"});
  const std::vector<PersonId> approvers =
      claim ? approvers_of(charter, *claim) : std::vector<PersonId>();
  for (const ShareLine& line :
       share_lines(ledger, command.principal, approvers, command.systems, {}, at, ledger.size()))
    if (line.exceeded()) reasons.push_back(share_reason(line));
  return reasons;
}

}  // namespace keyturn
