#include "gateway/metrics/authority_meters.h"

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include "keyturn/limits.h"
#include "policy/decide/decide.h"
#include "policy/people/closure.h"
#include "policy/share/share.h"

namespace keyturn {
namespace {

// `other`, last, stands for what this file does not know by name.
constexpr std::string_view intent_names[] = {"genesis", "propose",  "cancel",   "speak", "claim",
                                             "outcome", "refusals", "delegate", "other"};
constexpr std::string_view result_names[] = {"granted", "refused", "unchanged"};
constexpr std::string_view limit_names[] = {"person", "span",     "institution",
                                            "agents", "cosigned", "other"};
constexpr std::string_view outcome_names[] = {"answered", "not-sent", "unknown"};
constexpr std::string_view ending_names[] = {"claimed", "vetoed", "cancelled", "expired", "other"};

std::size_t place_of(const Intent& intent) {
  return std::visit(
      [](const auto& one) -> std::size_t {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, intent::Genesis>) return 0;
        if constexpr (std::is_same_v<Kind, intent::Propose>) return 1;
        if constexpr (std::is_same_v<Kind, intent::Cancel>) return 2;
        if constexpr (std::is_same_v<Kind, intent::Speak>) return 3;
        if constexpr (std::is_same_v<Kind, intent::Claim>) return 4;
        if constexpr (std::is_same_v<Kind, intent::Outcome>) return 5;
        if constexpr (std::is_same_v<Kind, intent::Refusals>) return 6;
        if constexpr (std::is_same_v<Kind, intent::Delegate>) return 7;
        return std::size(intent_names) - 1;
      },
      intent);
}

std::size_t place_of(const Command& command, Time now) {
  switch (command.state) {
    case Command::State::claimed:
      return 0;
    case Command::State::vetoed:
      return 1;
    case Command::State::cancelled:
      return 2;
    default:
      return command.held_at(now) ? 4 : 3;
  }
}

// `limit person military 10%: …`: the word behind `limit` is whose share it bounds.
std::size_t limit_of(std::string_view reason) {
  constexpr std::string_view begin = "limit ";
  if (reason.substr(0, begin.size()) != begin) return std::size(limit_names) - 1;
  reason.remove_prefix(begin.size());
  const auto* const found =
      std::find(std::begin(limit_names), std::end(limit_names), reason.substr(0, reason.find(' ')));
  return std::min<std::size_t>(static_cast<std::size_t>(found - std::begin(limit_names)),
                               std::size(limit_names) - 1);
}

// Whose share under a limit of this kind `lease` counts for.
void add_subjects(const Charter& charter, const Lease& lease, const Limit& limit,
                  std::map<std::uint32_t, Subject>& subjects) {
  const auto add = [&](std::uint32_t id, Subject subject) { subjects.emplace(id, subject); };
  const auto person = [&](PersonId id) {
    add(id.value, {limit.subject, id, charter.person(id).institution, {}});
  };
  switch (limit.subject) {
    case Limit::Subject::person:
      std::for_each(lease.charged.begin(), lease.charged.end(), person);
      return;
    case Limit::Subject::span:
      for (const PersonId charged : lease.charged) {
        for (const PersonId superior : charter.closure->superiors(charged)) person(superior);
      }
      return;
    case Limit::Subject::institution:
      return add(lease.institution.value, {limit.subject, {}, lease.institution, {}});
    case Limit::Subject::agents:
      if (lease.agents && lease.agents == limit.provider) {
        add(lease.agents->value, {limit.subject, {}, {}, lease.agents});
      }
      return;
    case Limit::Subject::cosigned:
      std::for_each(lease.approvers.begin(), lease.approvers.end(), person);
      return;
  }
}

// What each subject of limits like this one directs now.
std::vector<SystemSet> directed_by_each(const Ledger& ledger, const Limit& limit, Time now) {
  const Charter& charter = ledger.charter();
  std::map<std::uint32_t, Subject> subjects;
  // Leases stand in the order of their claims: before one this old, none counts any more.
  const Duration memory =
      charter.longest_memory + Duration{static_cast<std::int64_t>(lease_grace_seconds)};
  for (auto lease = ledger.leases().rbegin(); lease != ledger.leases().rend(); ++lease) {
    if (lease->from + memory < now) break;
    if (lease->counts_at(now, limit.over)) add_subjects(charter, *lease, limit, subjects);
  }
  std::vector<SystemSet> out;
  for (const auto& [id, subject] : subjects) {
    (void)id;
    out.push_back(directed(ledger, subject, now, limit.over, ledger.size()));
  }
  return out;
}

// The names of the commands that an entry's events are about, whatever they are.
template <class Take>
void each_command(const Entry& entry, Take take) {
  for (const Event& event : entry.events) {
    std::visit(
        [&](const auto& one) {
          if constexpr (requires { take(one.id); }) take(one.id);
        },
        event);
  }
}

}  // namespace

void AuthorityMeters::on_opened(const Ledger& ledger, Time now) {
  held_.clear();
  due_ = {};
  for (const auto& [index, command] : ledger.held()) {
    (void)index;
    look(ledger, command->id, now);
  }
  refreshed_at_.reset();
  next_.on_opened(ledger, now);
}

void AuthorityMeters::on_closed() { next_.on_closed(); }

void AuthorityMeters::on_entry(const Ledger& ledger, const Entry& entry) {
  each_command(entry, [&](const std::string& id) { look(ledger, id, entry.at); });
  next_.on_entry(ledger, entry);
}

void AuthorityMeters::on_tick(const Ledger& ledger, Time now) {
  while (const auto id = due_.due(now)) look(ledger, *id, now);
  next_.on_tick(ledger, now);
}

void AuthorityMeters::on_decided(const Intent& intent, const Decision& decision) {
  decided_[place_of(intent)][static_cast<std::size_t>(decision.kind)].add();
  bool denied[limits] = {};
  for (const Reason& reason : decision.reasons()) {
    if (reason.code != "share-limit") continue;
    if (!std::exchange(denied[limit_of(reason.text)], true)) denials_[limit_of(reason.text)].add();
  }
  const auto* const outcome = std::get_if<intent::Outcome>(&intent);
  if (outcome != nullptr && decision.kind == Decision::Kind::granted) {
    outcomes_[static_cast<std::size_t>(outcome->kind)].add();
  }
  next_.on_decided(intent, decision);
}

void AuthorityMeters::on_appended(std::chrono::nanoseconds took) {
  appends_.observe(took);
  next_.on_appended(took);
}

// A command came, got a word, or is over.
void AuthorityMeters::look(const Ledger& ledger, const std::string& id, Time now) {
  const Command* const command = ledger.find(id);
  if (command == nullptr) return;
  if (!command->held_at(now)) {
    due_.erase(id);
    const auto known = held_.find(id);
    if (known == held_.end()) return;  // its outcome, or a word that came too late
    const Time end = std::min(now, command->expires);
    ended_[place_of(*command, now)].observe(
        std::chrono::seconds{(end - known->second.proposed_at).seconds});
    held_.erase(known);
    return;
  }
  Held& held = held_[id];
  held.proposed_at = command->proposed_at;
  held.classes = command->classes;
  const auto window = claimable(ledger, *command, now);
  held.quorum = window.has_value();
  due_.set(id, window && window->until > now ? std::min(window->until, command->expires)
                                             : command->expires);
}

void AuthorityMeters::refresh(const Ledger& ledger, Time now) {
  if (refreshed_at_ == now) return;
  refreshed_at_ = now;
  Snapshot seen;
  const Charter& charter = ledger.charter();
  for (const Class& klass : charter.classes) seen.quorum_missing[klass.name] = 0;
  for (const auto& [id, held] : held_) {
    (void)id;
    ++(held.quorum ? seen.awaiting_claim : seen.awaiting_quorum);
    if (held.quorum) continue;
    for (const ClassId klass : held.classes) ++seen.quorum_missing[charter.klass(klass).name];
  }
  seen.dispatched = ledger.unfinished().size();
  seen.waiters = next_.count().waiters;
  // Looked up once for all the pools of `each military/**`.
  using Alike = std::tuple<Limit::Subject, std::optional<ProviderId>, Duration>;
  std::map<Alike, std::vector<SystemSet>> known;
  for (const Limit& limit : charter.limits) {
    const auto [found, fresh] = known.try_emplace({limit.subject, limit.provider, limit.over});
    if (fresh) found->second = directed_by_each(ledger, limit, now);
    const Pool& pool = charter.pool(limit.pool);
    Concentration& one = seen.concentrations[{pool.name, limit.text}];
    for (const SystemSet& systems : found->second) {
      one.largest = std::max(one.largest, systems.weight_in(charter, limit.pool));
    }
    one.allowed = limit.allowed(pool.weight);
    one.registered = pool.weight;
  }
  seen.entries = ledger.size();
  seen.last_at = ledger.last_at();
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(seen);
}

void AuthorityMeters::write(MetricsText& text) const {
  Snapshot seen;
  {
    const std::lock_guard lock(mutex_);
    seen = snapshot_;
  }
  write_holds(text, seen);
  write_shares(text, seen);
  write_journal(text, seen);
}

void AuthorityMeters::write_holds(MetricsText& text, const Snapshot& seen) const {
  text.gauge("keyturn_holds", "Commands, by what they wait for.");
  text.sample({{"state", "awaiting-quorum"}}, seen.awaiting_quorum);
  text.sample({{"state", "awaiting-claim"}}, seen.awaiting_claim);
  text.sample({{"state", "dispatched"}}, seen.dispatched);

  text.gauge("keyturn_quorum_missing", "Held commands without a quorum, by class.");
  for (const auto& [klass, count] : seen.quorum_missing) text.sample({{"class", klass}}, count);

  text.gauge("keyturn_waiters", "Callers that wait for a held command.");
  text.sample({}, seen.waiters);

  text.histogram("keyturn_hold_decision_seconds",
                 "Time from a proposal to its end, by how it ended.");
  for (std::size_t i = 0; i < endings; ++i) {
    HistogramSum<hold_bounds.size()> sum;
    ended_[i].add_to(sum);
    text.buckets({{"outcome", ending_names[i]}}, hold_bounds, sum);
  }

  text.counter("keyturn_decisions_total", "Decisions, by what was asked and what came out.");
  for (std::size_t i = 0; i < intents; ++i) {
    for (std::size_t result = 0; result < results; ++result) {
      text.sample({{"intent", intent_names[i]}, {"result", result_names[result]}},
                  decided_[i][result].value());
    }
  }

  text.counter("keyturn_dispatches_total", "Claimed commands, by what became of them.");
  for (std::size_t i = 0; i < std::size(outcome_names); ++i) {
    text.sample({{"outcome", outcome_names[i]}}, outcomes_[i].value());
  }
}

void AuthorityMeters::write_shares(MetricsText& text, const Snapshot& seen) const {
  const auto part = [](std::uint64_t weight, std::uint64_t of) {
    return of == 0 ? 0.0 : static_cast<double>(weight) / static_cast<double>(of);
  };
  text.gauge(
      "keyturn_concentration_share",
      "The largest part of a limit's pool that one of its subjects directs; nobody is named.");
  for (const auto& [key, one] : seen.concentrations) {
    text.sample({{"domain", key.first}, {"limit", key.second}}, part(one.largest, one.registered));
  }
  text.gauge("keyturn_concentration_share_allowed", "The part that the limit allows.");
  for (const auto& [key, one] : seen.concentrations) {
    text.sample({{"domain", key.first}, {"limit", key.second}}, part(one.allowed, one.registered));
  }
  text.counter("keyturn_ledger_denials_total",
               "Refusals for which a limit on shares is a reason, by whose share it bounds.");
  for (std::size_t i = 0; i < limits; ++i) {
    text.sample({{"limit", limit_names[i]}}, denials_[i].value());
  }
}

void AuthorityMeters::write_journal(MetricsText& text, const Snapshot& seen) const {
  text.gauge("keyturn_journal_entries", "Entries of the journal.");
  text.sample({}, seen.entries);

  text.gauge("keyturn_log_checkpoint_age_seconds",
             "Age of the newest entry, which the newest signed checkpoint covers.");
  const std::int64_t age = (clock_.now() - seen.last_at).seconds;
  if (seen.entries > 0) text.sample({}, static_cast<std::uint64_t>(std::max<std::int64_t>(age, 0)));

  text.histogram("keyturn_journal_append_seconds", "Time of an append that was durable.");
  HistogramSum<append_bounds.size()> sum;
  appends_.add_to(sum);
  text.buckets({}, append_bounds, sum);
}

}  // namespace keyturn
