// An official's word on one command: approval or veto [Q3 Q4 Q5 Q7 W2 W11].
#include <algorithm>

#include "keyturn/limits.h"
#include "policy/decide/common.h"
#include "policy/decide/intents.h"
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

// Is it signed for this command, here, by somebody of the roster, with his key of today [Q4]?
void check_signer(const Charter& charter, const VerifiedWord& verified,
                  std::vector<Reason>& reasons) {
  const Word& word = verified.word();
  if (word.deployment != charter.name)
    reasons.push_back({"deployment", "the word is for deployment " + shown(word.deployment) +
                                         ", this is " + shown(charter.name)});
  const std::optional<PersonId> person = charter.find_person(word.person);
  if (!person) {
    reasons.push_back({"unknown-person", shown(word.person) + " is not on the roster"});
    return;
  }
  if (!key_on_roster(charter, *person, verified.key()))
    reasons.push_back({"key", "the key is not one that the roster gives its signer [Q4]"});
  if (charter.institution(charter.person(*person).institution).name != word.institution)
    reasons.push_back(
        {"institution", shown(word.person) + " is not of " + shown(word.institution)});
}

void check_times(const Word& word, Time at, std::vector<Reason>& reasons) {
  const Duration skew{static_cast<std::int64_t>(statement_skew_seconds_max)};
  if (word.signed_at > at + skew)
    reasons.push_back({"signed-at", "the word was signed at " + word.signed_at.to_string() +
                                        ", it is " + at.to_string() + " [W11]"});
  if (word.not_after < at)
    reasons.push_back({"not-after", "the word was valid until " + word.not_after.to_string() +
                                        ", it is " + at.to_string() + " [W11]"});
  if (word.not_after < word.signed_at)
    reasons.push_back({"not-after", "the word ends before it was signed [W11]"});
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

const RecordedWord* word_of(const std::vector<RecordedWord>& words, PersonId person) {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const RecordedWord& one) { return one.person == person; });
  return found == words.end() ? nullptr : &*found;
}

Decision approve(const Charter& charter, const Command& command, PersonId person,
                 std::vector<Reason> reasons, Time at) {
  // `approve within` ends; what is said later would also find the later windows cut short [Q4].
  const Time until = command.proposed_at + command.windows.approve;
  if (at > until)
    reasons.push_back(
        {"approve-window", "approvals were taken until " + until.to_string() + " [Q4]"});
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

}  // namespace

Decision decide_speak(const Ledger& ledger, const intent::Speak& speak, Time at) {
  const Charter& charter = ledger.charter();
  const Word& word = speak.word.word();
  std::vector<Reason> reasons;
  if (const auto reason = charter_not_valid(charter, at)) reasons.push_back(*reason);
  const std::string_view id = id_of(word.command);
  const Command* command = ledger.find(id);
  if (const auto reason = not_held(command, id, at)) {
    reasons.push_back(*reason);
  } else if (word.command != command->text) {
    // INVARIANT: what was signed is what is held, to the last byte [W2].
    reasons.push_back(
        {"different-text", "the word is on another text than the held command's [W2]"});
  }
  check_signer(charter, speak.word, reasons);
  check_times(word, at, reasons);
  const std::optional<PersonId> person = charter.find_person(word.person);
  if (command == nullptr || !person) return refused(std::move(reasons));
  if (word.kind == WordKind::veto) return veto(charter, *command, *person, std::move(reasons));
  return approve(charter, *command, *person, std::move(reasons), at);
}

}  // namespace keyturn
