// The ledger's one canonical text: docs/formats.md, "Ledger". Everything that a decision can rest
// on, by name and sorted; nothing of how it was reached, and no index that could be built again [T8
// T10].
#include <algorithm>

#include "policy/ledger/entry_words.h"
#include "policy/ledger/ledger.h"

namespace keyturn {
namespace {

std::string_view state_word(Command::State state) {
  switch (state) {
    case Command::State::held:
      return "held";
    case Command::State::cancelled:
      return "cancelled";
    case Command::State::vetoed:
      return "vetoed";
    case Command::State::claimed:
      return "claimed";
  }
  return "";
}

void write_words(std::string& out, const Charter& charter, std::string_view kind,
                 const std::vector<RecordedWord>& words) {
  for (const RecordedWord& word : words) {
    out.append("  ").append(kind).append(" ").append(charter.person(word.person).name);
    if (word.delegate) out.append(" by ").append(charter.person(*word.delegate).name);
    out.append(" ").append(word.key.to_string()).append(" at ").append(word.at.to_string());
    out.append(" not-after ").append(word.not_after.to_string());
    out.append(" entry ").append(std::to_string(word.index)).append("\n");
  }
}

void write_persons(std::string& out, const Charter& charter, std::string_view key,
                   const std::vector<PersonId>& persons) {
  std::vector<std::string_view> names;
  for (const PersonId person : persons) names.push_back(charter.person(person).name);
  std::sort(names.begin(), names.end());
  out.append("  ").append(key);
  for (const std::string_view name : names) out.append(" ").append(name);
  out.append("\n");
}

template <class Outcome>
void write_outcome(std::string& out, std::string_view key, const Outcome& outcome) {
  out.append("  ").append(key).append(" ").append(outcome_word(outcome.kind));
  if (outcome.kind == intent::Outcome::Kind::answered)
    out.append(" ").append(std::to_string(outcome.status));
  out.append("\n");
}

// The text's digest stands for classes, systems, windows, initiator, request and nonce: all are in
// it.
void write_command(std::string& out, const Charter& charter, const Command& command) {
  out.append("command ").append(command.id).append(" ").append(state_word(command.state));
  out.append(" entry ").append(std::to_string(command.index)).append("\n");
  out.append("  principal ").append(charter.principal_name(command.principal)).append("\n");
  out.append("  at ").append(command.proposed_at.to_string());
  out.append(" expires ").append(command.expires.to_string()).append("\n");
  out.append("  text ").append(command.text_digest.to_string()).append("\n");
  write_words(out, charter, "approval", command.approvals);
  write_words(out, charter, "veto", command.vetoes);
  write_words(out, charter, "withdrawal", command.withdrawals);
  if (command.state != Command::State::claimed) return;
  out.append("  claimed ").append(command.claimed_at.to_string()).append("\n");
  write_persons(out, charter, "counted", command.counted);
  if (command.outcome) write_outcome(out, "outcome", *command.outcome);
  write_words(out, charter, "recall", command.recalls);
  if (!command.stopped) return;
  write_outcome(out, "stopped", *command.stopped);
  out.append("  stopped-entry ").append(std::to_string(command.stopped_index)).append("\n");
}

void write_lease(std::string& out, const Charter& charter, const Lease& lease) {
  out.append("lease ").append(std::to_string(lease.index)).append(" ").append(lease.command);
  out.append(" ").append(lease.from.to_string()).append(" .. ").append(lease.until.to_string());
  out.append("\n");
  write_persons(out, charter, "charged", lease.charged);
  out.append("  institution ").append(charter.institution(lease.institution).name).append("\n");
  if (lease.agents)
    out.append("  agents ").append(charter.providers[lease.agents->value].name).append("\n");
  write_persons(out, charter, "approvers", lease.approvers);
  out.append("  systems ").append(lease.systems.to_text(charter)).append("\n");
  if (!lease.released) return;
  out.append("  released ").append(lease.released->to_string());
  out.append(" entry ").append(std::to_string(lease.released_index)).append("\n");
}

// The text's digest stands for the subject, the reason and who signed.
void write_freeze(std::string& out, const Charter& charter, const Freeze& freeze) {
  out.append("freeze ").append(freeze.id).append(" ").append(freeze.from.to_string());
  out.append(" .. ").append(freeze.until.to_string()).append("\n");
  out.append("  text ").append(sha256(freeze.text).to_string()).append("\n");
  write_words(out, charter, "approval", freeze.approvals);
  if (freeze.lifted) out.append("  lifted ").append(freeze.lifted->to_string()).append("\n");
}

void write_delegation(std::string& out, const Charter& charter, const RecordedDelegation& one) {
  out.append("delegation ").append(std::to_string(one.index)).append(" ");
  out.append(charter.person(one.delegator).name).append(" -> ");
  out.append(charter.person(one.delegate).name).append(" ").append(one.at.to_string());
  out.append(" .. ").append(one.until.to_string()).append("\n");
  out.append("  signed-at ").append(one.signed_at.to_string()).append(" text ");
  out.append(one.text.to_string()).append("\n");
  std::vector<std::string_view> names;
  for (const ClassId id : one.classes) names.push_back(charter.klass(id).name);
  std::sort(names.begin(), names.end());
  out.append("  classes");
  for (const std::string_view name : names) out.append(" ").append(name);
  out.append("\n");
}

}  // namespace

std::string Ledger::serialise() const {
  std::string out = "keyturn/ledger/v1\n";
  out.append("charter ").append(charter_->digest.to_string()).append("\n");
  out.append("opened ").append(opened_ ? "yes" : "no").append("\n");
  out.append("size ").append(std::to_string(size_)).append("\n");
  out.append("at ").append(last_at_.to_string()).append("\n");
  std::vector<const Command*> commands;
  commands.reserve(commands_.size());
  for (const auto& [id, command] : commands_) commands.push_back(command.get());
  std::sort(commands.begin(), commands.end(),
            [](const Command* a, const Command* b) { return a->id < b->id; });
  for (const Command* command : commands) write_command(out, *charter_, *command);
  for (const Lease& lease : leases_) write_lease(out, *charter_, lease);  // in the order of claims
  for (const Freeze& freeze : freezes_) write_freeze(out, *charter_, freeze);  // of entries
  for (const RecordedDelegation& one : delegations_) write_delegation(out, *charter_, one);
  return out;
}

Digest Ledger::digest() const { return sha256(serialise()); }

}  // namespace keyturn
