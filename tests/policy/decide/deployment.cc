#include "tests/policy/decide/deployment.h"

#include <algorithm>

#include "keys/verify/merkle.h"
#include "policy/charter/load.h"
#include "tests/support/charters.h"

namespace keyturn::testing {

std::shared_ptr<const Charter> load(std::string_view pattern) {
  const CharterLoad out = load_charter(charter_text(pattern));
  for (const Diagnostic& error : out.errors)
    MESSAGE("charter line " << error.line << ": " << error.message);
  REQUIRE(out.charter != nullptr);
  return out.charter;
}

std::string replaced(std::string_view pattern, std::string_view from, std::string_view to) {
  std::string out(pattern);
  const std::size_t at = out.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return out.replace(at, from.size(), to);
}

Deployment::Deployment(std::string_view charter_pattern, bool open)
    : charter_(load(charter_pattern)),
      ledger_(std::make_unique<Ledger>(charter_)),
      extractor_(charter_) {
  if (open)
    REQUIRE(is_granted(decide_and_record(
        intent::Genesis{charter_->digest, static_cast<std::uint64_t>(charter_->text.size())})));
}

Decision Deployment::decide_and_record(const Intent& intent) {
  Decision decision = decide(*ledger_, intent, now);
  if (decision.kind == Decision::Kind::unchanged) {
    CHECK(decision.events.empty());
    return decision;
  }
  Entry entry;
  entry.index = ledger_->size();
  entry.at = now;
  entry.salt.fill(static_cast<std::uint8_t>(entry.index));
  entry.intent = intent;
  entry.events = decision.events;
  const auto bytes = encode_entry(entry);
  REQUIRE_MESSAGE(bytes.ok(), (bytes.ok() ? "" : bytes.error().message));
  const auto again = decode_entry(*bytes, entry.index, *charter_, Domain::live);
  REQUIRE_MESSAGE(again.ok(), (again.ok() ? "" : again.error().message));
  CHECK(encode_events(again->events) == encode_events(entry.events));
  const auto applied = ledger_->apply(*again);
  REQUIRE_MESSAGE(applied.ok(), (applied.ok() ? "" : applied.error().message));
  entries_.push_back(*bytes);
  std::vector<TreeNode> complete;
  tree_.append(leaf_hash(*bytes), complete);
  return decision;
}

intent::Propose Deployment::request(std::string_view principal, std::string_view endpoint,
                                    std::string_view method, std::string_view target,
                                    std::string body) {
  intent::Propose out;
  std::string number = std::to_string(next_id_++);
  out.id = "01" + std::string(24 - number.size(), '0') + number;
  out.nonce.fill(7);
  out.nonce[0] = static_cast<std::uint8_t>(next_id_);
  out.principal = principal;
  RequestView view;
  view.method = method;
  view.target = target;
  if (!body.empty()) view.fields = {{"content-type", "application/json"}};
  view.body = body;
  auto scratch = Extractor::make_scratch();
  const auto endpoint_id = charter_->find_endpoint(endpoint);
  REQUIRE(endpoint_id.has_value());
  const auto extracted = extractor_.extract(*endpoint_id, view, *scratch, out.facts);
  REQUIRE_MESSAGE(extracted.ok(), (extracted.ok() ? "" : extracted.error().message));
  RequestParts parts;
  parts.nonce = out.nonce;
  parts.method = method;
  parts.endpoint = endpoint;
  parts.target = target;
  parts.headers = out.facts.headers;
  parts.body = body;
  out.request = request_digest(parts);
  out.journal_size = tree_.size();
  out.journal_root = tree_.root();
  return out;
}

intent::Propose Deployment::strike(std::string_view principal,
                                   const std::vector<std::string>& systems,
                                   std::string_view objective) {
  std::string assignees;
  for (const std::string& system : systems) {
    if (!assignees.empty()) assignees += ",";
    assignees += R"({"entityId":")" + system + R"("})";
  }
  return request(principal, "fleet", "POST", "/api/v1/tasks",
                 R"({"specification":{"@type":"Strike","objective":")" + std::string(objective) +
                     R"("},"relations":{"assignee":[)" + assignees + "]}}");
}

std::string Deployment::held(const intent::Propose& propose) {
  const Decision decision = decide_and_record(propose);
  for (const Reason& reason : decision.reasons()) MESSAGE(reason.code << ": " << reason.text);
  REQUIRE(is_granted(decision));
  return propose.id;
}

VerifiedWord Deployment::word(WordKind kind, std::string_view person, std::string_view id,
                              const Say& say) {
  const Command* command = ledger_->find(id);
  Word out;
  out.kind = kind;
  out.deployment = say.deployment;
  out.person = person;
  const auto known = charter_->find_person(person);
  out.institution = !say.institution.empty() || !known
                        ? say.institution
                        : charter_->institution(charter_->person(*known).institution).name;
  out.delegator = say.delegator;
  if (!say.delegator.empty()) {
    const auto whose = charter_->find_person(say.delegator);
    REQUIRE(whose.has_value());
    out.delegator_institution = charter_->institution(charter_->person(*whose).institution).name;
  }
  out.signed_at = now + say.signed_at;
  out.not_after = now + say.not_after;
  out.command = !say.text.empty() || command == nullptr ? say.text : command->text;
  const SigningKey key = test_key(say.key.empty() ? person : std::string_view(say.key));
  const PublicKey keys[] = {key.public_key()};
  auto verified = verify_word(key.sign_word(out, Domain::live), Domain::live, keys);
  REQUIRE_MESSAGE(verified.ok(), (verified.ok() ? "" : verified.error().message));
  return std::move(verified).value();
}

VerifiedDelegation Deployment::delegation(std::string_view from, std::string_view to,
                                          const std::vector<std::string>& classes,
                                          const Hand& hand) {
  const auto institution_of = [&](std::string_view person) {
    const auto known = charter_->find_person(person);
    return !hand.institution.empty() || !known
               ? hand.institution
               : charter_->institution(charter_->person(*known).institution).name;
  };
  Delegation out;
  out.deployment = hand.deployment;
  out.delegator = from;
  out.delegator_institution = institution_of(from);
  out.delegate = to;
  out.delegate_institution = institution_of(to);
  out.classes = classes;
  out.until = now + hand.until;
  out.signed_at = now + hand.signed_at;
  out.not_after = now + hand.not_after;
  const SigningKey key = test_key(hand.key.empty() ? from : std::string_view(hand.key));
  const PublicKey keys[] = {key.public_key()};
  auto verified = verify_delegation(key.sign_delegation(out, Domain::live), Domain::live, keys);
  REQUIRE_MESSAGE(verified.ok(), (verified.ok() ? "" : verified.error().message));
  return std::move(verified).value();
}

Decision Deployment::delegate(std::string_view from, std::string_view to,
                              const std::vector<std::string>& classes, const Hand& hand) {
  return decide_and_record(intent::Delegate{delegation(from, to, classes, hand)});
}

Decision Deployment::approve(std::string_view person, std::string_view id, const Say& say) {
  return decide_and_record(intent::Speak{word(WordKind::approval, person, id, say)});
}

Decision Deployment::veto(std::string_view person, std::string_view id, const Say& say) {
  return decide_and_record(intent::Speak{word(WordKind::veto, person, id, say)});
}

Decision Deployment::claim(std::string_view id) {
  const Command* command = ledger_->find(id);
  REQUIRE(command != nullptr);
  const auto window = claimable(*ledger_, *command, now);
  REQUIRE(window.has_value());
  return decide_and_record(intent::Claim{std::string(id), window->assignments});
}

intent::Claim Deployment::assigned(std::string_view id, std::string_view klass,
                                   const std::vector<std::string>& approvers,
                                   std::uint32_t branch) const {
  intent::ClassAssignment one;
  one.klass = klass;
  one.branch = branch;
  one.approvers = approvers;
  return intent::Claim{std::string(id), {one}};
}

Decision Deployment::approve_and_claim(std::string_view id) {
  for (const char* person : {"brandt", "farouk", "duarte"})
    REQUIRE(is_granted(approve(person, id)));
  pass(ledger_->find(id)->windows.delay);
  return claim(id);
}

std::vector<std::string> codes(const std::vector<Reason>& reasons) {
  std::vector<std::string> out;
  for (const Reason& reason : reasons) out.push_back(reason.code);
  return out;
}

bool has(const std::vector<Reason>& reasons, std::string_view code) {
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const Reason& reason) { return reason.code == code; });
}

bool is_granted(const Decision& decision) { return decision.kind == Decision::Kind::granted; }

bool is_refused(const Decision& decision, std::string_view code) {
  const bool out = decision.kind == Decision::Kind::refused && has(decision.reasons(), code);
  if (!out)
    for (const Reason& reason : decision.reasons()) MESSAGE(reason.code << ": " << reason.text);
  return out;
}

bool is_unchanged(const Decision& decision) { return decision.kind == Decision::Kind::unchanged; }

}  // namespace keyturn::testing
