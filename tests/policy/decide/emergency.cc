#include "tests/policy/decide/emergency.h"

#include "tests/support/charters.h"

namespace keyturn::testing {

std::string emergency_charter() {
  std::string out = replaced(defence, "\"http://127.0.0.1:9301\" headers content-type",
                             "\"http://127.0.0.1:9301\" headers content-type\n"
                             "  key ed25519 \"@key(effector)@\"");
  out =
      replaced(out, "  effect \"Strike by", "  stop POST /api/v1/tasks/stop\n  effect \"Strike by");
  const std::string lifting = " { need 1 of institution:parliament and 1 of institution:court }\n";
  out +=
      "freeze military/** by office:judge-advocate, institution:parliament, person:nowak for 24h";
  out += lifting + "freeze class strike by office:judge-advocate for 12h" + lifting;
  return out + "freeze class helpful-only by office:judge-advocate for 12h" + lifting;
}

Decision Emergency::say(WordKind kind, std::string_view person, std::string_view id,
                        const Say& say) {
  return decide_and_record(intent::Speak{word(kind, person, id, say)});
}

ReleaseStatement Emergency::release_of(std::string_view id) const {
  const Command* command = ledger().find(id);
  REQUIRE(command != nullptr);
  return {charter().name, "fleet", std::string(id), command->systems_text, now};
}

Decision Emergency::release(const ReleaseStatement& release, std::string_view key) {
  const SigningKey signer = test_key(key);
  const PublicKey keys[] = {signer.public_key()};
  auto verified =
      VerifiedRelease::verify(signer.sign_statement(release, Domain::live), Domain::live, keys);
  REQUIRE_MESSAGE(verified.ok(), (verified.ok() ? "" : verified.error().message));
  const intent::Release intent{std::move(verified).value()};
  // Only a key of the endpoint's reads back from a journal.
  return key == "effector" && release.endpoint == "fleet" ? decide_and_record(intent)
                                                          : decide(ledger(), intent, now);
}

Decision Emergency::freeze(std::string_view person, const FreezeWords& words) {
  FreezeStatement statement;
  statement.subject = words.subject;
  statement.deployment = words.deployment;
  statement.person = person;
  const auto known = charter().find_person(person);
  REQUIRE(known.has_value());
  statement.institution = charter().institution(charter().person(*known).institution).name;
  statement.signed_at = now + words.signed_at;
  statement.not_after = now + words.not_after;
  statement.name = words.name;
  statement.until = now + words.length;
  statement.reason = words.reason;
  const SigningKey signer = test_key(words.key.empty() ? person : std::string_view(words.key));
  const PublicKey keys[] = {signer.public_key()};
  auto verified =
      VerifiedFreeze::verify(signer.sign_statement(statement, Domain::live), Domain::live, keys);
  REQUIRE_MESSAGE(verified.ok(), (verified.ok() ? "" : verified.error().message));
  const intent::Freeze intent{std::move(verified).value()};
  return words.key.empty() ? decide_and_record(intent) : decide(ledger(), intent, now);
}

std::string Emergency::frozen(std::string_view person, const FreezeWords& words) {
  const Decision decision = freeze(person, words);
  for (const Reason& reason : decision.reasons()) MESSAGE(reason.code << ": " << reason.text);
  REQUIRE(is_granted(decision));
  return std::get<event::Frozen>(decision.events.front()).freeze;
}

Decision Emergency::unfreeze(std::string_view person, std::string_view freeze, const Say& say) {
  UnfreezeStatement statement;
  statement.deployment = say.deployment;
  statement.person = person;
  const auto known = charter().find_person(person);
  REQUIRE(known.has_value());
  statement.institution = charter().institution(charter().person(*known).institution).name;
  statement.signed_at = now + say.signed_at;
  statement.not_after = now + say.not_after;
  const Freeze* found = ledger().find_freeze(freeze);
  statement.freeze = say.text.empty() && found != nullptr ? found->text : say.text;
  const SigningKey signer = test_key(say.key.empty() ? person : std::string_view(say.key));
  const PublicKey keys[] = {signer.public_key()};
  auto verified =
      VerifiedUnfreeze::verify(signer.sign_statement(statement, Domain::live), Domain::live, keys);
  REQUIRE_MESSAGE(verified.ok(), (verified.ok() ? "" : verified.error().message));
  const intent::Unfreeze intent{std::move(verified).value()};
  return say.key.empty() ? decide_and_record(intent) : decide(ledger(), intent, now);
}

Decision Emergency::lift(std::string_view freeze, const std::vector<std::string>& approvers,
                         std::uint32_t branch) {
  return decide_and_record(intent::Lift{std::string(freeze), branch, approvers});
}

std::string Emergency::claimed(const std::vector<std::string>& systems) {
  const std::string id = held(strike("planner-7", systems));
  REQUIRE(is_granted(approve_and_claim(id)));
  return id;
}

FreezeWords of_class(std::string name) {
  FreezeWords out;
  out.subject = FreezeStatement::Subject::klass;
  out.name = std::move(name);
  return out;
}

FreezeWords of_pool(std::string name) {
  FreezeWords out;
  out.name = std::move(name);
  return out;
}

}  // namespace keyturn::testing
