#include "gateway/authority/holds.h"

#include <algorithm>
#include <utility>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

constexpr std::int64_t between_steps_ms = 60'000;

// What makes two requests the same: all that their digests cover but the nonce, and who asks.
Digest sameness_of(const std::string& principal, const BodyRecord& record) {
  Sha256 hash;
  const auto field = [&hash](std::string_view text) {
    hash.update(std::to_string(text.size())).update(":").update(text);
  };
  hash.update("keyturn/same-request/v1\n");
  field(principal);
  field(record.method);
  field(record.endpoint);
  field(record.target);
  for (const auto& [name, value] : record.headers) {
    field(name);
    field(value);
  }
  hash.update("\n");
  field(record.body);
  return hash.finish();
}

// 26 characters of Crockford's base32, as a ULID has them: 48 bits of time, 80 of randomness.
std::string crockford(const ByteArray<16>& bytes) {
  static constexpr char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string out;
  unsigned buffer = 0;
  int bits = 2;  // 130 bits hold 128: two leading zeros
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push_back(digits[(buffer >> bits) & 31]);
    }
  }
  return out;
}

Ending unavailable(const Error& error) {
  return {503, "journal-unavailable", error.message, {}, true};
}

Ending refused(const std::vector<Reason>& reasons) {
  Ending ending{403, "refused", "the charter refuses this request", reasons, false};
  if (!reasons.empty()) {
    ending.code = reasons.front().code;
    ending.detail = reasons.front().text;
  }
  return ending;
}

Ending outcome_unknown() {
  return {
      409,
      "outcome-unknown",
      "the command was sent and no whole answer came: it may have been carried out. It is never "
      "sent again; look at the endpoint, and repeat it only with another Idempotency-Key",
      {},
      false};
}

Ending vetoed() { return {403, "vetoed", "the command was stopped by a veto", {}, false}; }

}  // namespace

Holds::Holds(Sequencer& sequencer, Bodies& bodies, Dispatcher& dispatcher, Entropy& entropy,
             Clock& clock, SecretBytes ticket_key, Options options,
             std::function<void(std::string_view)> alarm)
    : sequencer_(sequencer),
      bodies_(bodies),
      dispatcher_(dispatcher),
      entropy_(entropy),
      clock_(clock),
      ticket_key_(std::move(ticket_key)),
      options_(options),
      alarm_(std::move(alarm)) {}

Holds::~Holds() = default;

std::string Holds::new_id() {
  ByteArray<16> bytes{};
  entropy_.fill(bytes);
  const auto ms = static_cast<std::uint64_t>(clock_.now().seconds) * 1000;
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
  return crockford(bytes);
}

// Unguessable without the key, and the same after a restart.
std::string Holds::ticket(const std::string& id) const {
  const Digest mac =
      Sha256().update("keyturn/wait/v1\n").update(ticket_key_.expose()).update(id).finish();
  return id + "-" + hex_encode(ByteView(mac.bytes).first(16));
}

void Holds::enter(const Ledger& ledger, GatedRequest request, std::shared_ptr<Waiter> waiter,
                  Time now) {
  ledger_ = &ledger;
  BodyRecord record;
  record.principal = request.principal;
  record.method = request.facts.method;
  record.endpoint = request.facts.endpoint;
  record.target = request.facts.target;
  record.headers = request.facts.headers;
  record.body = request.body;
  const Digest sameness = sameness_of(request.principal, record);
  if (const auto found = by_sameness_.find(sameness); found != by_sameness_.end()) {
    attach(ledger, by_id_.at(found->second), std::move(waiter), now);
    return;
  }
  const std::string id = new_id();
  intent::Propose propose;
  propose.id = id;
  entropy_.fill(propose.nonce);
  record.nonce = propose.nonce;
  propose.principal = request.principal;
  propose.facts = std::move(request.facts);
  propose.request = request_digest(record.parts());

  Hold& hold = by_id_[id];
  hold.id = id;
  hold.principal = request.principal;
  hold.sameness = sameness;
  by_sameness_[sameness] = id;
  waiting_on_[waiter.get()] = id;
  hold.waiters.push_back(std::move(waiter));
  filings_.push_back({std::move(propose), std::move(record)});
}

// The bodies of one round are one transaction, on disk before the entries that name them: a held
// command can always be shown and sent.
void Holds::file_and_propose() {
  if (filings_.empty()) return;
  std::vector<Filing> filings = std::exchange(filings_, {});
  std::vector<Bodies::Filed> filed;
  filed.reserve(filings.size());
  for (const Filing& filing : filings) {
    filed.push_back(Bodies::Filed{filing.propose.request, &filing.record});
  }
  if (auto put = bodies_.put(filed); !put.ok()) {
    alarm_("bodies could not be filed: " + put.error().message);
    const Result<Answer> failed = Error{Code::unavailable, "the request could not be filed"};
    for (const Filing& filing : filings) proposed(filing.propose.id, failed);
    return;
  }
  for (Filing& filing : filings) {
    const std::string id = filing.propose.id;
    const Digest request = filing.propose.request;
    sequencer_.submit(std::move(filing.propose), [this, id, request](const Result<Answer>& answer) {
      // Unknown keeps the body: the proposal may be in the journal.
      const bool refused = answer.ok() && answer->decision.kind != Decision::Kind::granted;
      if (refused) (void)bodies_.erase(request);
      proposed(id, answer);
    });
  }
}

void Holds::proposed(const std::string& id, const Result<Answer>& answer) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  Hold& hold = found->second;
  if (!answer.ok()) {
    // Too large is the request's own doing; everything else is the journal's.
    end(hold,
        answer.error().code == Code::too_large
            ? Ending{413, "too-large", answer.error().message, {}, false}
            : unavailable(answer.error()),
        0);
    return;
  }
  if (answer->decision.kind != Decision::Kind::granted) {
    end(hold, refused(answer->decision.reasons()), 0);
    return;
  }
  hold.state = Hold::State::held;
  const std::string wait = ticket(id);
  by_ticket_[wait] = id;
  for (const auto& waiter : hold.waiters) waiter->held(id, wait);
  if (ledger_ != nullptr) {
    if (const Command* command = ledger_->find(id)) due_.emplace(command->expires, id);
    evaluate(*ledger_, hold, answer->at);
  }
}

void Holds::attach(const Ledger& ledger, Hold& hold, std::shared_ptr<Waiter> waiter, Time now) {
  switch (hold.state) {
    case Hold::State::ended:
      waiter->held(hold.id, ticket(hold.id));
      waiter->ended(*hold.ending);
      return;
    case Hold::State::dispatched:
      waiter->held(hold.id, ticket(hold.id));
      waiter->answered(hold.answer);
      return;
    case Hold::State::proposing:
    case Hold::State::held:
    case Hold::State::claiming:
      break;
  }
  if (hold.waiters.size() >= waiters_per_command_max) {
    waiter->ended({429,
                   "too-many-waiters",
                   "`waiters_per_command_max` callers already wait for this command",
                   {},
                   false});
    return;
  }
  waiting_on_[waiter.get()] = hold.id;
  if (hold.state != Hold::State::proposing) waiter->held(hold.id, ticket(hold.id));
  hold.waiters.push_back(std::move(waiter));
  if (hold.state == Hold::State::held) evaluate(ledger, hold, now);
}

bool Holds::resume(const Ledger& ledger, const std::string& principal, std::string_view ticket,
                   std::shared_ptr<Waiter> waiter, Time now) {
  ledger_ = &ledger;
  const auto found = by_ticket_.find(std::string(ticket));
  if (found == by_ticket_.end()) return false;
  Hold& hold = by_id_.at(found->second);
  if (hold.principal != principal) return false;
  attach(ledger, hold, std::move(waiter), now);
  return true;
}

std::optional<std::string> Holds::command_of(const std::string& principal,
                                             std::string_view ticket) const {
  const auto found = by_ticket_.find(std::string(ticket));
  if (found == by_ticket_.end() || by_id_.at(found->second).principal != principal) return {};
  return found->second;
}

void Holds::leave(const Waiter* waiter) {
  const auto found = waiting_on_.find(waiter);
  if (found == waiting_on_.end()) return;
  if (const auto hold = by_id_.find(found->second); hold != by_id_.end()) {
    auto& waiters = hold->second.waiters;
    waiters.erase(std::remove_if(waiters.begin(), waiters.end(),
                                 [waiter](const auto& one) { return one.get() == waiter; }),
                  waiters.end());
  }
  waiting_on_.erase(waiter);
}

// Looks at one held command: over, claimable now, claimable later, or still wanting.
void Holds::evaluate(const Ledger& ledger, Hold& hold, Time now) {
  if (hold.state != Hold::State::held) return;
  const Command* command = ledger.find(hold.id);
  if (command == nullptr) {
    end(hold, unavailable(Error{Code::unavailable, "the command was not journalled"}), 0);
    return;
  }
  if (command->state == Command::State::vetoed) {
    end(hold, vetoed(), keep_until_expiry_ms(*command, now));
    return;
  }
  if (command->state == Command::State::cancelled) {
    end(hold, {403, "cancelled", "the command was cancelled by its initiator", {}, false}, 0);
    return;
  }
  if (!command->held_at(now)) {
    Ending ending{403, "expired", "the command expired before it was authorized",
                  outstanding(ledger, *command, now), false};
    end(hold, std::move(ending), 0);
    return;
  }
  if (!hold.waiters.empty()) try_claim(ledger, hold, *command, now);
}

void Holds::try_claim(const Ledger& ledger, Hold& hold, const Command& command, Time now) {
  const auto window = claimable(ledger, command, now);
  if (!window) return;  // the next approval brings us back
  if (window->from > now) {
    due_.emplace(window->from, hold.id);
    return;
  }
  Intent claim = intent::Claim{hold.id, window->assignments};
  // A claim that a limit refuses stays claimable [S1]. Its refusal is journalled once; after that
  // we only look whether it would pass now, and submit it when it would.
  if (hold.claim_refused && decide(ledger, claim, now).kind != Decision::Kind::granted) {
    due_.emplace(now + Duration{1}, hold.id);
    return;
  }
  hold.state = Hold::State::claiming;
  sequencer_.submit(std::move(claim),
                    [this, id = hold.id](const Result<Answer>& answer) { claimed(id, answer); });
}

void Holds::claimed(const std::string& id, const Result<Answer>& answer) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  Hold& hold = found->second;
  if (!answer.ok()) {
    // Nobody knows whether the claim was written. Nothing was sent; the ordinary start finds out,
    // and says `outcome unknown` if it was [T5].
    end(hold, unavailable(answer.error()), 0);
    return;
  }
  if (answer->logged) {
    dispatch(hold, *answer->logged);
    return;
  }
  hold.claim_refused = true;
  hold.state = Hold::State::held;
  due_.emplace(answer->at + Duration{1}, id);
}

void Holds::dispatch(Hold& hold, const LoggedDecision& decision) {
  const Command* command = ledger_->find(hold.id);
  auto record = command != nullptr
                    ? bodies_.get(command->request)
                    : Result<BodyRecord>(Error{Code::corrupt, "the command is not in the ledger"});
  if (record.ok() && request_digest(record->parts()) != command->request) {
    record = Error{Code::corrupt, "the filed request is not the one that was signed for"};
  }
  if (!record.ok()) {
    alarm_("command " + hold.id + " cannot be sent: " + record.error().message);
    outcome(hold.id, intent::Outcome{intent::Outcome::Kind::not_sent, hold.id, 0});
    end(hold, {500, "not-sent", "the filed request could not be read; nothing was sent", {}, false},
        0);
    return;
  }
  hold.state = Hold::State::dispatched;
  hold.answer = dispatcher_.dispatch(decision, *record, [this, id = hold.id](intent::Outcome out) {
    sequencer_.inspect(
        [this, id, out](const Ledger& ledger, const Journal&, Time) {
          ledger_ = &ledger;
          outcome(id, out);
        },
        [] {});
  });
  for (const auto& waiter : hold.waiters) {
    waiting_on_.erase(waiter.get());
    waiter->answered(hold.answer);
  }
  hold.waiters.clear();
}

void Holds::outcome(const std::string& id, const intent::Outcome& outcome) {
  sequencer_.submit(outcome, [this, id](const Result<Answer>& answer) {
    if (!answer.ok()) alarm_("the outcome of command " + id + " is not journalled yet");
  });
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || found->second.state != Hold::State::dispatched) return;
  Hold& hold = found->second;
  switch (outcome.kind) {
    case intent::Outcome::Kind::answered:
      keep_for(hold, options_.answer_keep_ms);
      return;
    case intent::Outcome::Kind::not_sent:
      forget(id);  // the same request may be proposed again
      return;
    case intent::Outcome::Kind::unknown:
      if (const Command* command = ledger_->find(id)) {
        end(hold, outcome_unknown(), keep_until_expiry_ms(*command, clock_.now()));
      }
      return;
  }
}

void Holds::end(Hold& hold, Ending ending, std::int64_t keep_ms) {
  const bool was_proposing = hold.state == Hold::State::proposing;
  hold.state = Hold::State::ended;
  hold.ending = std::move(ending);
  for (const auto& waiter : hold.waiters) {
    waiting_on_.erase(waiter.get());
    waiter->ended(*hold.ending);
  }
  hold.waiters.clear();
  if (was_proposing) {
    forget(std::string(hold.id));
    return;
  }
  // Without a keep_ms an identical request is a new one; a caller between two steps of the ladder
  // is still told how his ended.
  if (keep_ms <= 0) by_sameness_.erase(hold.sameness);
  keep_for(hold, std::max(keep_ms, between_steps_ms));
}

void Holds::keep_for(Hold& hold, std::int64_t ms) {
  hold.forget_at_ms = clock_.monotonic().count() + ms;
  forget_.emplace(hold.forget_at_ms, hold.id);
}

void Holds::forget(const std::string& id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  by_ticket_.erase(ticket(id));
  // The same request may be another command by now.
  if (const auto same = by_sameness_.find(found->second.sameness);
      same != by_sameness_.end() && same->second == id) {
    by_sameness_.erase(same);
  }
  by_id_.erase(found);
}

std::int64_t Holds::keep_until_expiry_ms(const Command& command, Time now) const {
  return std::max<std::int64_t>(0, (command.expires - now).seconds) * 1000;
}

void Holds::on_opened(const Ledger& ledger, Time now) {
  ledger_ = &ledger;
  due_.clear();
  // First, so that a held command with the same request is found before one that is over.
  for (const auto& [when, command] : ledger.ended()) {
    if (when.first <= now || by_id_.find(command->id) != by_id_.end()) continue;
    restore(ledger, *command, now);
    if (const auto hold = by_id_.find(command->id); hold != by_id_.end()) {
      end(hold->second, command->state == Command::State::vetoed ? vetoed() : outcome_unknown(),
          keep_until_expiry_ms(*command, now));
    }
  }
  for (const auto& [index, command] : ledger.held()) {
    (void)index;
    if (command->held_at(now)) restore(ledger, *command, now);
  }
  // Claimed, and no outcome written: unless it is on its way in this very process, nobody knows.
  for (const std::string& id : ledger.unfinished()) {
    const Command* command = ledger.find(id);
    const auto known = by_id_.find(id);
    if (known != by_id_.end() && known->second.state == Hold::State::dispatched) continue;
    restore(ledger, *command, now);
    outcome(id, intent::Outcome{intent::Outcome::Kind::unknown, id, 0});
    if (const auto hold = by_id_.find(id); hold != by_id_.end()) {
      end(hold->second, outcome_unknown(), keep_until_expiry_ms(*command, now));
    }
  }
}

// A hold as it was before: found by identical requests again, and by its wait URL.
void Holds::restore(const Ledger& ledger, const Command& command, Time now) {
  (void)now;
  const auto known = by_id_.find(command.id);
  if (known == by_id_.end()) {
    auto record = bodies_.get(command.request);
    if (!record.ok()) {
      alarm_("command " + command.id +
             " has no readable body and will expire: " + record.error().message);
      return;
    }
    Hold& hold = by_id_[command.id];
    hold.id = command.id;
    hold.principal = std::string(ledger.charter().principal_name(command.principal));
    hold.sameness = sameness_of(hold.principal, *record);
    hold.state = Hold::State::held;
    by_sameness_[hold.sameness] = command.id;
    by_ticket_[ticket(command.id)] = command.id;
  } else if (known->second.state == Hold::State::ended) {
    // The journal failed at its claim, which was not written then: held as before.
    known->second.state = Hold::State::held;
    known->second.ending.reset();
    known->second.forget_at_ms = Hold::never_ms;
    by_sameness_[known->second.sameness] = command.id;
  }
  due_.emplace(command.expires, command.id);
}

void Holds::on_entry(const Ledger& ledger, const Entry& entry) {
  ledger_ = &ledger;
  const std::string* id = nullptr;
  if (const auto* cancel = std::get_if<intent::Cancel>(&entry.intent)) id = &cancel->id;
  for (const Event& event : entry.events) {
    if (const auto* approved = std::get_if<event::Approved>(&event)) id = &approved->id;
    if (const auto* vetoed = std::get_if<event::Vetoed>(&event)) id = &vetoed->id;
  }
  if (id == nullptr) return;
  if (const auto hold = by_id_.find(*id); hold != by_id_.end()) {
    evaluate(ledger, hold->second, entry.at);
  }
}

void Holds::on_tick(const Ledger& ledger, Time now) {
  ledger_ = &ledger;
  file_and_propose();
  while (!due_.empty() && due_.begin()->first <= now) {
    const std::string id = due_.begin()->second;
    due_.erase(due_.begin());
    if (const auto hold = by_id_.find(id); hold != by_id_.end()) {
      evaluate(ledger, hold->second, now);
    }
  }
  const std::int64_t now_ms = clock_.monotonic().count();
  while (!forget_.empty() && forget_.begin()->first <= now_ms) {
    const std::string id = forget_.begin()->second;
    forget_.erase(forget_.begin());
    const auto hold = by_id_.find(id);
    if (hold != by_id_.end() && hold->second.forget_at_ms <= now_ms) forget(id);
  }
}

}  // namespace keyturn
