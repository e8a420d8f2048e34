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

// Whose word it is, and whose hand signed.
struct Speaker {
  PersonId person;
  std::optional<PersonId> delegate;
  PersonId hand() const { return delegate.value_or(person); }
};

// A word in another's place: is it delegated, for all of this command [I4]?
std::optional<Speaker> speaker_of(const Ledger& ledger, const Word& word, const Command& command,
                                  Time at, std::vector<Reason>& reasons) {
  const Charter& charter = ledger.charter();
  const std::optional<PersonId> hand = charter.find_person(word.person);
  if (!hand) return std::nullopt;  // said by check_signed
  if (word.delegator.empty()) return Speaker{*hand, std::nullopt};
  const std::optional<PersonId> person = charter.find_person(word.delegator);
  if (!person) {
    reasons.push_back({"unknown-person", shown(word.delegator) + " is not on the roster"});
    return std::nullopt;
  }
  if (charter.institution(charter.person(*person).institution).name != word.delegator_institution)
    reasons.push_back(
        {"institution", shown(word.delegator) + " is not of " + shown(word.delegator_institution)});
  if (!ledger.may_act_for(*hand, *person, command.classes, at))
    reasons.push_back({"not-delegated", shown(word.delegator) +
                                            " has not delegated every class of this command to " +
                                            shown(word.person) + ", or no longer [I4]"});
  return Speaker{*person, hand};
}

// One hand is one approval, in whosever place: nobody fills two slots by signing for others.
bool hand_used(const std::vector<RecordedWord>& words, const Speaker& speaker) {
  return std::any_of(words.begin(), words.end(), [&](const RecordedWord& one) {
    return one.hand() == speaker.hand() && one.person != speaker.person;
  });
}

Reason same_hand() {
  return {"same-hand",
          "whoever signs this has given a word on this command already, his own or in another's "
          "place; one hand counts once [I4]"};
}

// Refused where it can never count, whichever class is looked at [Q7].
void check_can_count(const CommandQuorum& quorum, const Command& command, const Speaker& speaker,
                     std::vector<Reason>& reasons) {
  std::vector<Reason> never;
  for (const ClassId id : command.classes) {
    const QuorumContext context = quorum.of(id);
    std::vector<Reason> why = never_counts(context, speaker.person);
    if (why.empty() && context.initiator &&
        context.closure().in_closure(speaker.hand(), *context.initiator))
      why = {{"initiator",
              "the delegate is the initiator or under the initiator's command; such an approval "
              "never counts [I4]"}};
    if (why.empty()) return;
    for (Reason& reason : why)
      if (std::find(never.begin(), never.end(), reason) == never.end())
        never.push_back(std::move(reason));
  }
  reasons.insert(reasons.end(), never.begin(), never.end());
}

// Recorded, but of no use now, for each class: said in the answer [Q7].
std::vector<Reason> notes_of(const Ledger& ledger, const CommandQuorum& quorum,
                             const Command& command, PersonId person, Time at) {
  const std::vector<PersonId> already = approvers_counting(ledger, command, at, at);
  std::vector<Reason> notes;
  for (const ClassId id : command.classes) {
    const QuorumContext context = quorum.of(id);
    std::vector<Reason> why = never_counts(context, person);
    if (why.empty()) why = adds_nothing(context, person, already);
    if (why.empty()) return {};
    notes.insert(notes.end(), why.begin(), why.end());
  }
  if (notes.size() > reasons_max) notes.resize(reasons_max);
  return notes;
}

Decision approve(const Ledger& ledger, const Command& command, const Speaker& speaker,
                 std::vector<Reason> reasons, Time at) {
  const CommandQuorum quorum(ledger, command, at);
  // `approve within` ends; what is said later would also find the later windows cut short [Q4].
  const Time until = command.proposed_at + command.windows.approve;
  if (at > until)
    reasons.push_back(
        {"approve-window", "approvals were taken until " + until.to_string() + " [Q4]"});
  // INVARIANT: nobody approves a command from which he withdrew, not even by an approval signed
  // before; whoever kept it could submit it again [Q5].
  if (word_of(command.withdrawals, speaker.person) != nullptr ||
      word_of(command.withdrawals, speaker.hand()) != nullptr)
    reasons.push_back(
        {"withdrawn", "the approver withdrew from this command, and a withdrawal is final [Q5]"});
  check_can_count(quorum, command, speaker, reasons);
  std::vector<RecordedWord> counting;
  for (const RecordedWord& one : command.approvals)
    if (counts_at(ledger, command, one, at)) counting.push_back(one);
  if (hand_used(counting, speaker)) reasons.push_back(same_hand());
  if (!reasons.empty()) return refused(std::move(reasons));
  // One approval a person, however many keys [Q3]; a new one may take the place of one that ended.
  if (word_of(counting, speaker.person) != nullptr) return unchanged();
  return granted(event::Approved{command.id, ledger.charter().person(speaker.person).name,
                                 notes_of(ledger, quorum, command, speaker.person, at)});
}

// A veto counts up to the claim, and does not lapse with its `not-after` [Q5].
Decision veto(const Charter& charter, const Command& command, const Speaker& speaker,
              std::vector<Reason> reasons) {
  const PersonId person = speaker.person;
  const bool fits = std::any_of(command.classes.begin(), command.classes.end(), [&](ClassId id) {
    const Rule& rule = charter.klass(id).rule;
    return rule.veto_count > 0 && rule.veto.selects(person);
  });
  if (!fits) reasons.push_back({"no-veto", "no rule of this command gives its signer a veto"});
  if (hand_used(command.vetoes, speaker)) reasons.push_back(same_hand());
  if (!reasons.empty()) return refused(std::move(reasons));
  if (word_of(command.vetoes, person) != nullptr) return unchanged();
  std::vector<PersonId> vetoers{person};
  for (const RecordedWord& one : command.vetoes) vetoers.push_back(one.person);
  return granted(event::Vetoed{command.id, charter.person(person).name,
                               enough_vetoes(charter, command.classes, vetoers)});
}

// Final for this person and command. Before he approved it is admitted from whoever could approve:
// so he makes sure that nothing that was signed in his name, or by his hand, will count [Q5].
Decision withdraw(const Ledger& ledger, const Command& command, const Speaker& speaker,
                  std::vector<Reason> reasons, Time at) {
  const bool approved =
      std::any_of(command.approvals.begin(), command.approvals.end(),
                  [&](const RecordedWord& one) { return one.speaks_or_signs(speaker.person); });
  if (!approved) check_can_count(CommandQuorum(ledger, command, at), command, speaker, reasons);
  if (!reasons.empty()) return refused(std::move(reasons));
  if (word_of(command.withdrawals, speaker.person) != nullptr) return unchanged();
  return granted(
      event::Withdrawn{command.id, ledger.charter().person(speaker.person).name, approved});
}

// By the responsible person's own key; agents cancel with their token (cancel.cc) [A6].
Decision cancel(const Command& command, const Speaker& speaker, std::vector<Reason> reasons,
                Time at) {
  if (speaker.hand() != command.principal.person)
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
  if (command == nullptr) return refused(std::move(reasons));
  const auto speaker = speaker_of(ledger, word, *command, at, reasons);
  if (!speaker) return refused(std::move(reasons));
  switch (word.kind) {
    case WordKind::approval:
      return approve(ledger, *command, *speaker, std::move(reasons), at);
    case WordKind::veto:
      return veto(charter, *command, *speaker, std::move(reasons));
    case WordKind::withdrawal:
      return withdraw(ledger, *command, *speaker, std::move(reasons), at);
    case WordKind::cancellation:
      return cancel(*command, *speaker, std::move(reasons), at);
    case WordKind::recall:
      return recall(ledger, *command, speaker->person, std::move(reasons), at);
  }
  return refused(std::move(reasons));
}

}  // namespace keyturn
