#include "gateway/authority/holds.h"

#include <algorithm>
#include <utility>

#include "gateway/authority/names.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

// A caller between two steps of the ladder is still told how his command ended.
constexpr std::int64_t between_steps_ms = 60'000;
// Erasing settles the whole store of bodies, so those of refused proposals go together.
constexpr std::int64_t erase_pause_ms = 1'000;

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
      alarm_(std::move(alarm)),
      kept_(options.response_bytes_max) {}

Holds::~Holds() { erase_refused(); }

Holds::Count Holds::count() const {
  return {waiting_on_.size(),           by_id_.size(),    by_ticket_.size(),
          due_.size() + forget_.size(), outcomes_.size(), kept_.bytes()};
}

// --- Coming and leaving --------------------------------------------------------------------------

void Holds::enter(const Ledger& ledger, GatedRequest request, std::shared_ptr<Waiter> waiter,
                  Time now) {
  BodyRecord record;
  record.principal = std::move(request.principal);
  record.method = request.facts.method;
  record.endpoint = request.facts.endpoint;
  record.target = request.facts.target;
  record.headers = request.facts.headers;
  record.body = std::move(request.body);
  if (const auto found = by_sameness_.find(sameness_of(record)); found != by_sameness_.end()) {
    attach(ledger, by_id_.at(found->second), std::move(waiter), now);
    return;
  }
  intent::Propose propose;
  propose.id = new_command_id(clock_.now(), entropy_);
  entropy_.fill(propose.nonce);
  record.nonce = propose.nonce;
  propose.principal = record.principal;
  propose.facts = std::move(request.facts);
  propose.request = request_digest(record.parts());

  Hold& hold = add(propose.id, record);
  waiting_on_[waiter.get()] = hold.id;
  hold.waiters.push_back(std::move(waiter));
  filings_.push_back({std::move(propose), std::move(record)});
}

Holds::Hold& Holds::add(const std::string& id, const BodyRecord& record) {
  Hold& hold = by_id_[id];
  hold.id = id;
  hold.principal = record.principal;
  hold.sameness = sameness_of(record);
  by_sameness_[hold.sameness] = id;
  return hold;
}

void Holds::attach(const Ledger& ledger, Hold& hold, std::shared_ptr<Waiter> waiter, Time now) {
  switch (hold.state) {
    case Hold::State::ended:
      waiter->ended(name_of(hold), *hold.ending);
      return;
    case Hold::State::dispatched:
      waiter->answered(name_of(hold), hold.answer);
      return;
    case Hold::State::proposing:
    case Hold::State::held:
    case Hold::State::claiming:
      break;
  }
  if (dismissing_ && hold.state != Hold::State::proposing) {
    waiter->dismissed(name_of(hold));
    return;
  }
  if (hold.waiters.size() >= waiters_per_command_max) {
    waiter->ended(name_of(hold), {429,
                                  "too-many-waiters",
                                  "`waiters_per_command_max` callers already wait for this command",
                                  {},
                                  false});
    return;
  }
  if (hold.state != Hold::State::proposing) waiter->held(name_of(hold));
  waiting_on_[waiter.get()] = hold.id;
  hold.waiters.push_back(std::move(waiter));
  evaluate(ledger, hold, now);
}

bool Holds::resume(const Ledger& ledger, const std::string& principal, std::string_view ticket,
                   std::shared_ptr<Waiter> waiter, Time now) {
  const auto id = command_of(principal, ticket);
  if (!id) return false;
  attach(ledger, by_id_.at(*id), std::move(waiter), now);
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
  // INVARIANT: whoever is in waiting_on_ is in the waiters of a hold that is there.
  auto& waiters = by_id_.at(found->second).waiters;
  waiting_on_.erase(found);
  waiters.erase(std::remove_if(waiters.begin(), waiters.end(),
                               [waiter](const auto& one) { return one.get() == waiter; }),
                waiters.end());
}

// --- The proposal --------------------------------------------------------------------------------

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
    for (const Filing& filing : filings) {
      end(by_id_.at(filing.propose.id), ending_unavailable("the request could not be filed"), 0);
    }
    return;
  }
  for (Filing& filing : filings) {
    const std::string id = filing.propose.id;
    const Digest request = filing.propose.request;
    sequencer_.submit(std::move(filing.propose), [this, id, request](const Result<Answer>& answer) {
      proposed(id, request, answer);
    });
  }
}

void Holds::proposed(const std::string& id, const Digest& request, const Result<Answer>& answer) {
  Hold& hold = by_id_.at(id);
  const bool granted = answer.ok() && answer->decision.kind == Decision::Kind::granted;
  // Where nobody knows, the proposal may be in the journal: its body stays.
  if (!granted && (answer.ok() || answer.error().code != Code::unknown)) {
    refused_bodies_.push_back(request);
  }
  if (!answer.ok()) {
    // Too large is the request's own doing; everything else is the journal's.
    const Error& error = answer.error();
    end(hold,
        error.code == Code::too_large ? Ending{413, "too-large", error.message, {}, false}
                                      : ending_unavailable(error.message),
        0);
    return;
  }
  if (!granted) {
    end(hold, ending_refused(answer->decision.reasons()), 0);
    return;
  }
  hold.state = Hold::State::held;
  hold.expires = ledger_->find(id)->expires;
  const HoldName name = name_of(hold);
  by_ticket_[name.ticket] = id;
  if (dismissing_) return send_on(hold);
  for (const auto& waiter : hold.waiters) waiter->held(name);
  evaluate(*ledger_, hold, answer->at);
}

void Holds::erase_refused() {
  if (refused_bodies_.empty()) return;
  if (auto erased = bodies_.erase(refused_bodies_); !erased.ok()) {
    alarm_("the bodies of refused requests are not erased yet: " + erased.error().message);
    return;
  }
  refused_bodies_.clear();
}

// --- The claim -----------------------------------------------------------------------------------

// Looks at one held command: over, claimable now, claimable later, or still wanting.
void Holds::evaluate(const Ledger& ledger, Hold& hold, Time now) {
  if (hold.state != Hold::State::held) return;
  const Command* command = ledger.find(hold.id);
  if (command == nullptr) {
    end(hold, ending_unavailable("the command is not in the journal"), 0);
    return;
  }
  switch (command->state) {
    case Command::State::vetoed:
      end(hold, ending_vetoed(), until_expiry_ms(hold));
      return;
    case Command::State::cancelled:
      end(hold, {403, "cancelled", "the command was cancelled by its initiator", {}, false}, 0);
      return;
    case Command::State::claimed:  // and not by this hold: on_opened settles those it finds
      end(hold, ending_outcome_unknown(), until_expiry_ms(hold));
      return;
    case Command::State::held:
      break;
  }
  if (!command->held_at(now)) {
    Ending ending{403, "expired", "the command expired before it was authorized",
                  outstanding(ledger, *command, now), false};
    end(hold, std::move(ending), 0);
    return;
  }
  // One look is due for each hold, whatever brought us here.
  const Time again =
      somebody_waits(hold) ? try_claim(ledger, hold, *command, now) : command->expires;
  due_.set(hold.id, std::min(again, command->expires));
}

// When to look again; the next approval brings us back before.
Time Holds::try_claim(const Ledger& ledger, Hold& hold, const Command& command, Time now) {
  const auto window = claimable(ledger, command, now);
  if (!window) return command.expires;
  if (window->from > now) return window->from;
  Intent claim = intent::Claim{hold.id, window->assignments};
  // A claim that a limit refuses stays claimable [S1]. Its refusal is journalled once; after that
  // we only look whether it would pass now, and submit it when it would.
  if (hold.claim_refused && decide(ledger, claim, now).kind != Decision::Kind::granted) {
    return now + Duration{1};
  }
  hold.state = Hold::State::claiming;
  sequencer_.submit(std::move(claim),
                    [this, id = hold.id](const Result<Answer>& answer) { claimed(id, answer); });
  return command.expires;
}

void Holds::claimed(const std::string& id, const Result<Answer>& answer) {
  Hold& hold = by_id_.at(id);
  if (hold.state != Hold::State::claiming) return;
  if (answer.ok() && answer->logged) {
    due_.erase(id);
    dispatch(hold, *answer->logged);
    return;
  }
  hold.state = Hold::State::held;
  if (!answer.ok()) {
    // Nothing was sent, and without them nothing will be. The command is held as before; where the
    // claim was written nevertheless, the ordinary start finds it [T5].
    tell_ended(hold, ending_unavailable(answer.error().message));
    return;
  }
  hold.claim_refused = true;
  if (dismissing_) return send_on(hold);
  evaluate(*ledger_, hold, answer->at);
}

// --- The end -------------------------------------------------------------------------------------

void Holds::tell_ended(Hold& hold, const Ending& ending) {
  const HoldName name = hold.state == Hold::State::proposing ? HoldName{} : name_of(hold);
  for (const auto& waiter : hold.waiters) {
    waiting_on_.erase(waiter.get());
    waiter->ended(name, ending);
  }
  hold.waiters.clear();
}

// For keep_ms identical requests are told the same; after that, or without it, they are new ones.
// INVARIANT: `hold` may be gone afterwards.
void Holds::end(Hold& hold, Ending ending, std::int64_t keep_ms) {
  tell_ended(hold, ending);
  if (hold.state == Hold::State::proposing) {
    forget(std::string(hold.id));
    return;
  }
  hold.state = Hold::State::ended;
  hold.ending = std::move(ending);
  hold.answer.reset();
  kept_.erase(hold.id);
  due_.erase(hold.id);
  if (keep_ms <= 0) let_go(hold);
  forget_.set(hold.id, now_ms() + std::max(keep_ms, between_steps_ms));
}

// Identical requests are new ones from here on. One may be another command already.
void Holds::let_go(const Hold& hold) {
  if (const auto same = by_sameness_.find(hold.sameness);
      same != by_sameness_.end() && same->second == hold.id) {
    by_sameness_.erase(same);
  }
}

void Holds::forget(const std::string& id) {
  kept_.erase(id);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  let_go(found->second);
  by_ticket_.erase(wait_ticket(ticket_key_, id));
  due_.erase(id);
  forget_.erase(id);
  by_id_.erase(found);
}

std::int64_t Holds::until_expiry_ms(const Hold& hold) const {
  return std::max<std::int64_t>(0, (hold.expires - clock_.now()).seconds) * 1000;
}

// --- What brings us here -------------------------------------------------------------------------

void Holds::on_entry(const Ledger& ledger, const Entry& entry) {
  const std::string* id = nullptr;
  for (const Event& event : entry.events) {
    if (const auto* approved = std::get_if<event::Approved>(&event)) id = &approved->id;
    if (const auto* vetoed = std::get_if<event::Vetoed>(&event)) id = &vetoed->id;
    if (const auto* withdrawn = std::get_if<event::Withdrawn>(&event)) id = &withdrawn->id;
    if (const auto* cancelled = std::get_if<event::Cancelled>(&event)) id = &cancelled->id;
    // A freeze that ends lets many go at once; one that begins is asked again at each claim [A4].
    if (std::holds_alternative<event::Lifted>(event)) look_at_all(entry.at);
  }
  if (id == nullptr) return;
  if (const auto hold = by_id_.find(*id); hold != by_id_.end()) {
    evaluate(ledger, hold->second, entry.at);
  }
}

// On the next tick.
void Holds::look_at_all(Time now) {
  for (const auto& [id, hold] : by_id_) {
    if (hold.state == Hold::State::held) due_.set(id, now);
  }
}

void Holds::on_tick(const Ledger& ledger, Time now) {
  file_and_propose();
  while (const auto id = due_.due(now)) evaluate(ledger, by_id_.at(*id), now);
  const std::int64_t ms = now_ms();
  while (const auto id = forget_.due(ms)) forget(*id);
  if (ms >= erase_ms_) {
    erase_refused();
    erase_ms_ = ms + erase_pause_ms;
  }
  if (ms >= report_ms_) report_outcomes();
}

}  // namespace keyturn
