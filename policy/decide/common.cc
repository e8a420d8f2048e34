#include "policy/decide/common.h"

#include <algorithm>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

bool is_printable(char c) { return c >= 0x20 && c <= 0x7e; }

void make_printable(std::string& text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !is_printable(c); }, '?');
}

}  // namespace

Decision granted(Event event) {
  Decision out;
  out.kind = Decision::Kind::granted;
  out.events.push_back(std::move(event));
  return out;
}

Decision refused(std::vector<Reason> reasons) {
  if (reasons.size() > reasons_max) reasons.resize(reasons_max);
  for (Reason& reason : reasons) {
    make_printable(reason.code);
    make_printable(reason.text);
  }
  Decision out;
  out.kind = Decision::Kind::refused;
  out.events.push_back(event::Refused{std::move(reasons)});
  return out;
}

Decision unchanged() {
  Decision out;
  out.kind = Decision::Kind::unchanged;
  return out;
}

std::string shown(std::string_view input) {
  if (input.size() > name_bytes_max) return "(" + std::to_string(input.size()) + " bytes)";
  return "`" + std::string(input) + "`";
}

std::optional<Reason> charter_not_valid(const Charter& charter, Time at) {
  if (at < charter.valid_from)
    return Reason{"charter-not-yet-valid",
                  "the charter is valid from " + charter.valid_from.to_string() + " [A7]"};
  if (at >= charter.valid_until)
    return Reason{"charter-expired",
                  "the charter was valid until " + charter.valid_until.to_string() + " [A7]"};
  return std::nullopt;
}

std::optional<Reason> not_held(const Command* command, std::string_view id, Time at) {
  if (command == nullptr) return Reason{"unknown-command", "there is no command " + shown(id)};
  switch (command->state) {
    case Command::State::cancelled:
      return Reason{"cancelled", "the command was cancelled by its initiator"};
    case Command::State::vetoed:
      return Reason{"vetoed", "the command was stopped by a veto"};
    case Command::State::claimed:
      return Reason{"claimed", "the command was claimed at " + command->claimed_at.to_string()};
    case Command::State::held:
      break;
  }
  if (at >= command->expires)
    return Reason{"expired", "the command expired at " + command->expires.to_string()};
  return std::nullopt;
}

bool key_on_roster(const Charter& charter, PersonId person, const PublicKey& key) {
  const std::vector<PublicKey>& keys = charter.person(person).keys;
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

bool counts_at(const Ledger& ledger, const Command& command, const RecordedWord& approval,
               Time at) {
  if (approval.not_after < at) return false;
  if (!key_on_roster(ledger.charter(), approval.hand(), approval.key)) return false;
  return !approval.delegate ||
         ledger.may_act_for(*approval.delegate, approval.person, command.classes, at);
}

CommandQuorum::CommandQuorum(const Ledger& ledger, const Command& command, Time at)
    : charter_(ledger.charter()),
      initiator_(command.principal.person),
      closure_(ledger.closure_between(command.proposed_at, at)) {
  for (const RecordedWord& approval : command.approvals)
    if (approval.delegate && counts_at(ledger, command, approval, at))
      stand_ins_.push_back({approval.person, *approval.delegate});
}

QuorumContext CommandQuorum::of(ClassId id) const {
  return {charter_, charter_.klass(id), initiator_, closure_.get(), stand_ins_};
}

std::vector<PersonId> approvers_counting(const Ledger& ledger, const Command& command, Time at,
                                         Time journalled_by) {
  std::vector<PersonId> out;
  for (const RecordedWord& approval : command.approvals)
    if (approval.at <= journalled_by && counts_at(ledger, command, approval, at))
      out.push_back(approval.person);
  std::sort(out.begin(), out.end());
  return out;
}

bool stands_at(const Charter& charter, const RecordedWord& word, Time at) {
  return word.not_after >= at && key_on_roster(charter, word.hand(), word.key);
}

std::vector<PersonId> persons_counting(const Charter& charter,
                                       const std::vector<RecordedWord>& words, Time at) {
  std::vector<PersonId> out;
  for (const RecordedWord& word : words)
    if (stands_at(charter, word, at)) out.push_back(word.person);
  std::sort(out.begin(), out.end());
  return out;
}

void check_freezes(const Ledger& ledger, const std::vector<ClassId>& classes,
                   const SystemSet& systems, Time at, std::vector<Reason>& reasons) {
  const Charter& charter = ledger.charter();
  for (const Freeze* freeze : freezes_on(ledger, classes, systems, at)) {
    const std::string what = freeze->pool ? "pool `" + charter.pool(*freeze->pool).name
                                          : "class `" + charter.klass(*freeze->klass).name;
    const InstitutionId by = charter.person(freeze->by).institution;
    reasons.push_back({"frozen", what + "` is frozen until " + freeze->end().to_string() +
                                     " by an official of `" + charter.institution(by).name + "` (" +
                                     freeze->id + ") [A4]"});
  }
}

bool is_fit_status(intent::Outcome::Kind kind, std::uint32_t status) {
  constexpr std::uint32_t status_min = 100, status_max = 999;
  if (kind != intent::Outcome::Kind::answered) return status == 0;
  return status >= status_min && status <= status_max;
}

bool enough_vetoes(const Charter& charter, const std::vector<ClassId>& classes,
                   const std::vector<PersonId>& vetoers) {
  return std::any_of(classes.begin(), classes.end(), [&](ClassId id) {
    const Rule& rule = charter.klass(id).rule;
    if (rule.veto_count == 0) return false;
    const auto count = std::count_if(vetoers.begin(), vetoers.end(),
                                     [&](PersonId person) { return rule.veto.selects(person); });
    return static_cast<std::uint64_t>(count) >= rule.veto_count;
  });
}

}  // namespace keyturn
