// apply: one entry's events, folded into the ledger [T9 T10]. Every check stands before the first
// change, so that an entry that does not fit leaves the ledger as it was.
#include <algorithm>

#include "policy/ledger/ledger.h"
#include "policy/people/closure.h"

namespace keyturn {
namespace {

Error misfit(const std::string& what) {
  return Error{Code::corrupt, "the entry does not fit the ledger: " + what};
}

bool by_entry(const RecordedWord& a, const RecordedWord& b) { return a.index < b.index; }

// One word a person: a later one takes the place of one that counts no more.
void record(std::vector<RecordedWord>& words, const RecordedWord& word) {
  std::erase_if(words, [&](const RecordedWord& one) { return one.person == word.person; });
  words.insert(std::upper_bound(words.begin(), words.end(), word, by_entry), word);
}

}  // namespace

// The fold over one entry. A member for each event, with the intent that it answers.
struct LedgerFold {
  Ledger& ledger;
  const Entry& entry;

  const Charter& charter() const { return *ledger.charter_; }

  Command* find(std::string_view id) {
    const auto found = ledger.commands_.find(id);
    return found == ledger.commands_.end() ? nullptr : found->second.get();
  }

  Result<Command*> held(std::string_view id) {
    Command* command = find(id);
    if (command == nullptr) return misfit("no command `" + std::string(id) + "`");
    if (!command->held_at(entry.at)) return misfit("command `" + command->id + "` is not held");
    return command;
  }

  // No longer held: leaves the indexes of what is pending.
  void drop(const Command& command) {
    ledger.held_.erase(command.index);
    ledger.expiries_.erase({command.expires, command.index});
    const auto found = ledger.pending_.find(command.principal.person.value);
    if (found == ledger.pending_.end()) return;
    std::vector<const Command*>& list = found->second;
    list.erase(std::remove(list.begin(), list.end(), &command), list.end());
    if (list.empty()) ledger.pending_.erase(found);
  }

  void drop_expired() {
    while (!ledger.expiries_.empty() && ledger.expiries_.begin()->first <= entry.at) {
      const Command* command = ledger.held_.at(ledger.expiries_.begin()->second);
      drop(*command);
    }
  }

  template <class Intent, class Event>
  Result<void> operator()(const Intent&, const Event&) {
    return misfit("its event does not answer its intent");
  }

  template <class Intent>
  Result<void> operator()(const Intent&, const event::Refused& refused) {
    if (refused.reasons.empty()) return misfit("a refusal without a reason");
    return {};
  }

  Result<void> operator()(const intent::Genesis& genesis, const event::Opened&) {
    if (ledger.size_ != 0) return misfit("a genesis after the first entry");
    if (genesis.charter != charter().digest) return misfit("the genesis of another charter");
    ledger.opened_ = true;
    return {};
  }

  Result<void> operator()(const intent::Propose& propose, const event::Proposed& proposed) {
    const auto parsed = CommandText::parse(proposed.text);
    if (!parsed.ok()) return misfit(parsed.error().message);
    const CommandText& text = *parsed;
    if (text.id != propose.id || proposed.id != propose.id || text.request != propose.request ||
        text.nonce != propose.nonce)
      return misfit("the command text is not of its proposal");
    if (find(text.id) != nullptr) return misfit("command `" + text.id + "` is there already");
    auto command = std::make_unique<Command>();
    const std::optional<PrincipalRef> principal = charter().find_principal(propose.principal);
    if (!principal) return misfit("principal `" + propose.principal + "` is not in the charter");
    command->principal = *principal;
    for (const CommandText::ClassLines& line : text.classes) {
      const std::optional<ClassId> klass = charter().find_class(line.name);
      if (!klass) return misfit("class `" + line.name + "` is not in the charter");
      command->classes.push_back(*klass);
    }
    std::sort(command->classes.begin(), command->classes.end());
    auto systems = SystemSet::parse(charter(), text.systems);
    if (!systems.ok()) return misfit(systems.error().message);
    command->systems = std::move(systems).value();
    command->id = text.id;
    command->index = entry.index;
    command->systems_text = text.systems;
    command->windows = text.windows;
    command->proposed_at = entry.at;
    command->expires = text.expires;
    command->text = proposed.text;
    command->text_digest = sha256(proposed.text);
    command->request = text.request;
    command->nonce = text.nonce;
    const Command* kept = command.get();
    ledger.commands_.emplace(kept->id, std::move(command));
    ledger.held_.emplace(kept->index, kept);
    ledger.expiries_.emplace(kept->expires, kept->index);
    ledger.pending_[kept->principal.person.value].push_back(kept);
    return {};
  }

  Result<void> operator()(const intent::Cancel& cancel, const event::Cancelled& cancelled) {
    if (cancel.id != cancelled.id) return misfit("it cancels another command than was asked");
    TRY(Command* const command, held(cancelled.id));
    command->state = Command::State::cancelled;
    drop(*command);
    return {};
  }

  Result<void> operator()(const intent::Speak& speak, const event::Cancelled& cancelled) {
    if (speak.word.word().kind != WordKind::cancellation)
      return misfit("the word is not a cancellation");
    TRY(Command* const command, held(cancelled.id));
    command->state = Command::State::cancelled;
    drop(*command);
    return {};
  }

  Result<RecordedWord> word(const intent::Speak& speak, WordKind kind, std::string_view person) {
    const Word& word = speak.word.word();
    const std::optional<PersonId> id = charter().find_person(person);
    if (!id || word.speaks_for() != person || word.kind != kind)
      return misfit("the word is not the person's or not of this kind");
    std::optional<PersonId> delegate;
    if (!word.delegator.empty()) {
      delegate = charter().find_person(word.person);
      if (!delegate) return misfit("the delegate is not in the charter");
    }
    return RecordedWord{*id, delegate, speak.word.key(), entry.at, word.not_after, entry.index};
  }

  Result<void> operator()(const intent::Speak& speak, const event::Approved& approved) {
    TRY(Command* const command, held(approved.id));
    TRY(const RecordedWord said, word(speak, WordKind::approval, approved.person));
    record(command->approvals, said);
    return {};
  }

  Result<void> operator()(const intent::Speak& speak, const event::Vetoed& vetoed) {
    TRY(Command* const command, held(vetoed.id));
    TRY(const RecordedWord said, word(speak, WordKind::veto, vetoed.person));
    record(command->vetoes, said);
    if (!vetoed.stopped) return {};
    command->state = Command::State::vetoed;
    drop(*command);
    return {};
  }

  // For good: what he approved is gone, and decide admits no approval of his again [Q5].
  Result<void> operator()(const intent::Speak& speak, const event::Withdrawn& withdrawn) {
    TRY(Command* const command, held(withdrawn.id));
    TRY(const RecordedWord said, word(speak, WordKind::withdrawal, withdrawn.person));
    record(command->withdrawals, said);
    std::erase_if(command->approvals,
                  [&](const RecordedWord& one) { return one.speaks_or_signs(said.person); });
    return {};
  }

  Result<void> operator()(const intent::Speak& speak, const event::Recalled& recalled) {
    Command* const command = find(recalled.id);
    if (command == nullptr || command->state != Command::State::claimed)
      return misfit("a recall of a command that was not claimed");
    TRY(const RecordedWord said, word(speak, WordKind::recall, recalled.person));
    record(command->recalls, said);
    return {};
  }

  Result<void> operator()(const intent::Stopped& stopped, const event::StopEnded& ended) {
    Command* const command = find(ended.id);
    if (command == nullptr || ended.id != stopped.id || command->recalls.empty())
      return misfit("the outcome of a stop order that nobody gave");
    command->stopped = stopped;
    command->stopped_index = entry.index;
    return {};
  }

  Result<void> operator()(const intent::Release& release, const event::Released& released) {
    Command* const command = find(released.id);
    if (command == nullptr || release.release.statement().command != released.id || !command->lease)
      return misfit("the release of a command that has no lease");
    Lease& lease = ledger.leases_[*command->lease];
    if (lease.released) return misfit("the lease was released before");
    lease.released = entry.at;
    lease.released_index = entry.index;
    return {};
  }

  Result<void> operator()(const intent::Freeze& asked, const event::Frozen& frozen) {
    const FreezeStatement& statement = asked.freeze.statement();
    if (frozen.freeze != freeze_id(entry.index)) return misfit("the freeze is of another entry");
    Freeze freeze;
    const std::optional<PersonId> person = charter().find_person(statement.person);
    if (!person) return misfit("person `" + statement.person + "` is not in the charter");
    if (statement.subject == FreezeStatement::Subject::pool)
      freeze.pool = charter().find_pool(statement.name);
    else
      freeze.klass = charter().find_class(statement.name);
    if (!freeze.pool && !freeze.klass)
      return misfit("`" + statement.name + "` is not in the charter");
    freeze.id = frozen.freeze;
    freeze.index = entry.index;
    freeze.by = *person;
    freeze.from = entry.at;
    freeze.until = statement.until;
    freeze.text = statement.to_text();
    ledger.freezes_.push_back(std::move(freeze));
    return {};
  }

  Result<Freeze*> alive_freeze(std::string_view id) {
    for (Freeze& freeze : ledger.freezes_)
      if (freeze.id == id && freeze.alive_at(entry.at)) return &freeze;
    return misfit("freeze `" + std::string(id) + "` does not run");
  }

  Result<void> operator()(const intent::Unfreeze& asked, const event::UnfreezeApproved& approved) {
    const UnfreezeStatement& statement = asked.unfreeze.statement();
    TRY(Freeze* const freeze, alive_freeze(approved.freeze));
    const std::optional<PersonId> person = charter().find_person(approved.person);
    if (!person || statement.person != approved.person || statement.freeze != freeze->text)
      return misfit("the approval is not the person's, or of another freeze");
    record(freeze->approvals, {*person, std::nullopt, asked.unfreeze.key(), entry.at,
                               statement.not_after, entry.index});
    return {};
  }

  Result<void> operator()(const intent::Lift& lift, const event::Lifted& lifted) {
    if (lift.freeze != lifted.freeze) return misfit("it lifts another freeze than was asked");
    TRY(Freeze* const freeze, alive_freeze(lifted.freeze));
    freeze->lifted = entry.at;
    return {};
  }

  Result<void> operator()(const intent::Claim& claim, const event::Claimed& claimed) {
    if (claim.id != claimed.id) return misfit("it claims another command than was asked");
    TRY(Command* const command, held(claimed.id));
    if (claimed.systems != command->systems_text) return misfit("the lease is of other systems");
    std::vector<PersonId> counted, charged;
    for (const intent::ClassAssignment& one : claim.assignments) {
      CHECK_OK(add_persons(one.approvers, counted));
    }
    CHECK_OK(add_persons(claimed.charged, charged));
    command->state = Command::State::claimed;
    command->claimed_at = entry.at;
    command->counted = counted;
    drop(*command);
    ledger.unfinished_.insert(command->id);
    if (!command->systems.empty()) begin_lease(*command, std::move(charged), claimed.lease_until);
    return {};
  }

  Result<void> operator()(const intent::Outcome& outcome, const event::Ended& ended) {
    Command* const command = find(ended.id);
    if (command == nullptr || ended.id != outcome.id || command->state != Command::State::claimed ||
        command->outcome)
      return misfit("an outcome of a command that waits for none");
    command->outcome = outcome;
    ledger.unfinished_.erase(command->id);
    return {};
  }

  Result<void> operator()(const intent::Refusals&, const event::Counted&) { return {}; }

  Result<void> operator()(const intent::Delegate& delegate, const event::Delegated& delegated) {
    const Delegation& said = delegate.delegation.delegation();
    const auto delegator = charter().find_person(delegated.delegator);
    const auto whom = charter().find_person(delegated.delegate);
    if (!delegator || !whom || said.delegator != delegated.delegator ||
        said.delegate != delegated.delegate)
      return misfit("the delegation is of other persons");
    RecordedDelegation record;
    record.index = entry.index;
    record.delegator = *delegator;
    record.delegate = *whom;
    for (const std::string& name : said.classes) {
      const std::optional<ClassId> klass = charter().find_class(name);
      if (!klass) return misfit("class `" + name + "` is not in the charter");
      record.classes.push_back(*klass);
    }
    std::sort(record.classes.begin(), record.classes.end());
    record.at = entry.at;
    record.until = said.until;
    record.signed_at = said.signed_at;
    record.text = sha256(said.to_text());
    ledger.delegations_.push_back(std::move(record));
    charge_delegators(*whom);
    return {};
  }

  // Later edges add to whom a lease charges, and never shorten it [S3].
  void charge_delegators(PersonId delegate) {
    const std::vector<PersonId> charged = ledger.charged_for(delegate, entry.at);
    const Duration memory = charter().longest_memory;
    for (std::size_t place = ledger.leases_.size(); place-- > 0;) {
      Lease& lease = ledger.leases_[place];
      if (lease.from + memory < entry.at) break;
      if (lease.charged_until() <= entry.at ||
          !std::binary_search(lease.charged.begin(), lease.charged.end(), delegate))
        continue;
      for (const PersonId person : charged) add_charged(lease, place, person);
    }
  }

  void add_charged(Lease& lease, std::size_t place, PersonId person) {
    const auto at = std::lower_bound(lease.charged.begin(), lease.charged.end(), person);
    if (at != lease.charged.end() && *at == person) return;
    lease.charged.insert(at, person);
    index_place(ledger.by_person_[person.value], place);
    for (const PersonId superior : charter().closure->superiors(person))
      index_place(ledger.by_span_[superior.value], place);
  }

  // Indexes stand in the order of claims.
  static void index_place(std::vector<std::size_t>& index, std::size_t place) {
    const auto at = std::lower_bound(index.begin(), index.end(), place);
    if (at == index.end() || *at != place) index.insert(at, place);
  }

  // Adds persons by name, leaving `out` sorted and distinct.
  Result<void> add_persons(const std::vector<std::string>& names, std::vector<PersonId>& out) {
    for (const std::string& name : names) {
      const std::optional<PersonId> person = charter().find_person(name);
      if (!person) return misfit("person `" + name + "` is not in the charter");
      const auto place = std::lower_bound(out.begin(), out.end(), *person);
      if (place == out.end() || *place != *person) out.insert(place, *person);
    }
    return {};
  }

  // Who approved, and whose hand signed for whom: both have approved this weight [S5].
  static std::vector<PersonId> with_hands(const Command& command) {
    std::vector<PersonId> out = command.counted;
    for (const RecordedWord& word : command.approvals)
      if (word.delegate &&
          std::binary_search(command.counted.begin(), command.counted.end(), word.person))
        out.push_back(*word.delegate);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  void begin_lease(Command& command, std::vector<PersonId> charged, Time until) {
    Lease lease;
    lease.index = entry.index;
    lease.command = command.id;
    lease.charged = std::move(charged);
    lease.institution = charter().person(command.principal.person).institution;
    if (command.principal.agent)
      lease.agents = charter().agents[command.principal.agent->value].provider;
    lease.approvers = with_hands(command);
    lease.systems = command.systems;
    lease.from = entry.at;
    lease.until = until;
    command.lease = ledger.leases_.size();
    index_lease(lease, ledger.leases_.size());
    ledger.leases_.push_back(std::move(lease));
  }

  void index_lease(const Lease& lease, std::size_t place) {
    std::vector<PersonId> spans;
    for (const PersonId person : lease.charged) {
      ledger.by_person_[person.value].push_back(place);
      const auto above = charter().closure->superiors(person);
      spans.insert(spans.end(), above.begin(), above.end());
    }
    std::sort(spans.begin(), spans.end());
    spans.erase(std::unique(spans.begin(), spans.end()), spans.end());
    for (const PersonId person : spans) ledger.by_span_[person.value].push_back(place);
    ledger.by_institution_[lease.institution.value].push_back(place);
    if (lease.agents) ledger.by_provider_[lease.agents->value].push_back(place);
    for (const PersonId person : lease.approvers)
      ledger.by_approver_[person.value].push_back(place);
  }
};

Result<void> Ledger::apply(const Entry& entry) {
  if (entry.index != size_)
    return misfit("it is entry " + std::to_string(entry.index) + ", expected " +
                  std::to_string(size_));
  if (entry.at < last_at_)
    return misfit("its time " + entry.at.to_string() + " is before the last entry's " +
                  last_at_.to_string() + " [T1]");
  if (entry.events.size() != 1) return misfit("it has not exactly one event");
  LedgerFold fold{*this, entry};
  CHECK_OK(std::visit(fold, entry.intent, entry.events.front()));
  ++size_;
  last_at_ = entry.at;
  fold.drop_expired();
  return {};
}

}  // namespace keyturn
