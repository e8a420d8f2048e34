#include "gateway/charter/rehearsal.h"

#include <array>

#include "keyturn/limits.h"
#include "policy/charter/diagnostics.h"

namespace keyturn {
namespace {

// How long a word holds: as long as anybody's may matter to a case.
constexpr Duration word_holds{static_cast<std::int64_t>(charter_duration_seconds_max)};

Decision refused_with(std::vector<Reason> reasons) {
  Decision out;
  out.kind = Decision::Kind::refused;
  out.events.push_back(event::Refused{std::move(reasons)});
  return out;
}

}  // namespace

Rehearsal::Rehearsal(std::shared_ptr<const Cast> cast, Standing standing)
    : cast_(std::move(cast)), judge_(cast_->charter), standing_(std::move(standing)) {}

Result<Rehearsal> Rehearsal::open(std::shared_ptr<const Cast> cast) {
  TRY(Standing standing, standing_of_nothing(cast->charter));
  return Rehearsal(std::move(cast), std::move(standing));
}

Decision Rehearsal::propose(const RecordedRequest& request, const Judgement& judged,
                            std::string_view principal, std::string& id) {
  intent::Propose propose = proposal_of(request, judged.facts, principal, ++commands_);
  propose.journal_size = standing_.size;
  propose.journal_root = standing_.root;
  Decision decision = standing_.decide_and_apply(propose);
  if (decision.kind == Decision::Kind::granted) id = propose.id;
  return decision;
}

Result<Decision> Rehearsal::say(WordKind kind, std::string_view person, std::string_view id) {
  TRY(const PersonId who, require_person(charter(), person));
  const Person& signer = charter().person(who);
  if (signer.keys.empty())
    return Error{Code::invalid, quoted(person) + " has no key, and so approves and vetoes nothing"};
  const Command* command = ledger().find(id);
  if (command == nullptr) return Error{Code::invalid, "no command is held to speak of"};
  Word word;
  word.kind = kind;
  word.deployment = charter().name;
  word.person = signer.name;
  word.institution = charter().institution(signer.institution).name;
  word.signed_at = now();
  word.not_after = now() + word_holds;
  word.command = command->text;
  const SigningKey& key = cast_->keys.at(signer.keys.front());
  const std::array<PublicKey, 1> keys = {signer.keys.front()};
  TRY(VerifiedWord verified,
      verify_word(key.sign_word(word, Domain::exercise), Domain::exercise, keys));
  return standing_.decide_and_apply(intent::Speak{std::move(verified)});
}

Decision Rehearsal::claim(std::string_view id) {
  const Command* command = ledger().find(id);
  if (command == nullptr) return refused_with({{"unknown-command", "no command is held"}});
  const auto window = claimable(ledger(), *command, now());
  if (!window) return refused_with(outstanding(ledger(), *command, now()));
  return standing_.decide_and_apply(intent::Claim{std::string(id), window->assignments});
}

Decision Rehearsal::cancel(std::string_view id, std::string_view principal) {
  return standing_.decide_and_apply(intent::Cancel{std::string(id), std::string(principal)});
}

}  // namespace keyturn
