// A word on one command: approval, veto, withdrawal, cancellation [Q3 Q4 Q5 Q7 A6 W2 W11]; a recall
// is in recall.cc.
#include <algorithm>

#include "keyturn/limits.h"
#include "policy/decide/common.h"
#include "policy/decide/intents.h"
#include "policy/decide/signed.h"
#include "policy/quorum/quorum.h"

namespace keyturn {
namespace {

// The id within a command text: its second line. What it belongs to is then compared byte by byte.
std::string_view id_of(std::string_view command_text) {
  constexpr std::string_view key = "id ";
  const std::size_t first = command_text.find('\n');
  if (first == std::string_view::npos) return {};
  std::string_view line = command_text.substr(first + 1);
  line = line.substr(0, line.find('\n'));
  return line.starts_with(key) ? line.substr(key.size()) : std::string_view();
}

// Refused where it can never count, whichever class is looked at [Q7].
void check_can_count(const Charter& charter, const Command& command, PersonId person,
                     std::vector<Reason>& reasons) {
  std::vector<Reason> never;
  for (const ClassId id : command.classes) {
    const QuorumContext context{charter, charter.klass(id), command.principal.person};
    std::vector<Reason> why = never_counts(context, person);
    if (why.empty()) return;
    for (Reason& reason : why)
      if (std::find(never.begin(), never.end(), reason) == never.end())
        never.push_back(std::move(reason));
  }
  reasons.insert(reasons.end(), never.begin(), never.end());
}

// Recorded, but of no use now, for each class: said in the answer [Q7].
std::vector<Reason> notes_of(const Charter& charter, const Command& command, PersonId person,
                             Time at) {
  const std::vector<PersonId> already = approvers_counting(charter, command, at, at);
  std::vector<Reason> notes;
  for (const ClassId id : command.classes) {
    const QuorumContext context{charter, charter.klass(id), command.principal.person};
    std::vector<Reason> why = never_counts(context, person);
    if (why.empty()) why = adds_nothing(context, person, already);
    if (why.empty()) return {};
    notes.insert(notes.end(), why.begin(), why.end());
  }
  if (notes.size() > reasons_max) notes.resize(reasons_max);
  return notes;
}

Decision approve(const Charter& charter, const Command& command, PersonId person,
                 std::vector<Reason> reasons, Time at) {
  // `approve within` ends; what is said later would also find the later windows cut short [Q4].
  const Time until = command.proposed_at + command.windows.approve;
  if (at > until)
    reasons.push_back(
        {"approve-window", "approvals were taken until " + until.to_string() + " [Q4]"});
  // INVARIANT: nobody approves a command from which he withdrew, not even by an approval signed
  // before; whoever kept it could submit it again [Q5].
  if (word_of(command.withdrawals, person) != nullptr)
    reasons.push_back(
        {"withdrawn", "the approver withdrew from this command, and a withdrawal is final [Q5]"});
  check_can_count(charter, command, person, reasons);
  if (!reasons.empty()) return refused(std::move(reasons));
  // One approval a person, however many keys [Q3]; a new one may take the place of one that ended.
  const RecordedWord* before = word_of(command.approvals, person);
  if (before != nullptr && counts_at(charter, *before, at)) return unchanged();
  return granted(event::Approved{command.id, charter.person(person).name,
                                 notes_of(charter, command, person, at)});
}

// A veto counts up to the claim, and does not lapse with its `not-after` [Q5].
Decision veto(const Charter& charter, const Command& command, PersonId person,
              std::vector<Reason> reasons) {
  const bool fits = std::any_of(command.classes.begin(), command.classes.end(), [&](ClassId id) {
    const Rule& rule = charter.klass(id).rule;
    return rule.veto_count > 0 && rule.veto.selects(person);
  });
  if (!fits) reasons.push_back({"no-veto", "no rule of this command gives its signer a veto"});
  if (!reasons.empty()) return refused(std::move(reasons));
  if (word_of(command.vetoes, person) != nullptr) return unchanged();
  std::vector<PersonId> vetoers{person};
  for (const RecordedWord& one : command.vetoes) vetoers.push_back(one.person);
  return granted(event::Vetoed{command.id, charter.person(person).name,
                               enough_vetoes(charter, command.classes, vetoers)});
}

// Final for this person and command. Before he approved it is admitted from whoever could approve:
// so he makes sure that nothing that was signed in his name will count [Q5].
Decision withdraw(const Charter& charter, const Command& command, PersonId person,
                  std::vector<Reason> reasons) {
  const bool approved = word_of(command.approvals, person) != nullptr;
  if (!approved) check_can_count(charter, command, person, reasons);
  if (!reasons.empty()) return refused(std::move(reasons));
  if (word_of(command.withdrawals, person) != nullptr) return unchanged();
  return granted(event::Withdrawn{command.id, charter.person(person).name, approved});
}

// By the responsible person's own key; agents cancel with their token (cancel.cc) [A6].
Decision cancel(const Command& command, PersonId person, std::vector<Reason> reasons, Time at) {
  if (person != command.principal.person)
    reasons.push_back({"not-initiator", "only the initiator cancels a command [A6]"});
  if (reasons.empty() && command.state == Command::State::cancelled) return unchanged();
  if (const auto reason = not_held(&command, command.id, at)) reasons.push_back(*reason);
  if (!reasons.empty()) return refused(std::move(reasons));
  return granted(event::Cancelled{command.id});
}

}  // namespace

Decision decide_speak(const Ledger& ledger, const intent::Speak& speak, Time at) {
  const Charter& charter = ledger.charter();
  const Word& word = speak.word.word();
  std::vector<Reason> reasons;
  // An expired charter still decides recalls, and no other word [A7].
  const auto not_valid = charter_not_valid(charter, at);
  if (not_valid && word.kind != WordKind::recall) reasons.push_back(*not_valid);
  const std::string_view id = id_of(word.command);
  const Command* command = ledger.find(id);
  // Cancellations and recalls ask themselves what state the command is in.
  const bool of_held = word.kind != WordKind::cancellation && word.kind != WordKind::recall;
  const auto over = of_held || command == nullptr ? not_held(command, id, at) : std::nullopt;
  if (over)
    reasons.push_back(*over);
  else if (word.command != command->text)
    // INVARIANT: what was signed is what is held, to the last byte [W2].
    reasons.push_back(
        {"different-text", "the word is on another text than the held command's [W2]"});
  check_signed(charter, signed_by(word, speak.word.key()), "the word", at, reasons);
  const std::optional<PersonId> person = charter.find_person(word.person);
  if (command == nullptr || !person) return refused(std::move(reasons));
  switch (word.kind) {
    case WordKind::approval:
      return approve(charter, *command, *person, std::move(reasons), at);
    case WordKind::veto:
      return veto(charter, *command, *person, std::move(reasons));
    case WordKind::withdrawal:
      return withdraw(charter, *command, *person, std::move(reasons));
    case WordKind::cancellation:
      return cancel(*command, *person, std::move(reasons), at);
    case WordKind::recall:
      return recall(ledger, *command, *person, std::move(reasons), at);
  }
  return refused(std::move(reasons));
}

}  // namespace keyturn
