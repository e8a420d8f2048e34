#include "gateway/authority/sequencer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "keyturn/limits.h"
#include "policy/ledger/entry_codec.h"

namespace keyturn {
namespace {

// Of a granted claim.
std::optional<Time> lease_until(const std::vector<Event>& events, Time at) {
  for (const Event& event : events) {
    const auto* claimed = std::get_if<event::Claimed>(&event);
    if (claimed != nullptr && claimed->lease_until > at) return claimed->lease_until;
  }
  return std::nullopt;
}

constexpr std::int64_t reopen_pause_ms = 1000;
// One process a journal [T12]: a conflict that comes again is no race but somebody else's writing.
constexpr int conflicts_max = 3;

Error journal_closed() {
  return {Code::unavailable, "the journal cannot be written; gated requests wait until it can"};
}

}  // namespace

Sequencer::Sequencer(Clock& clock, Entropy& entropy, Open open,
                     std::function<void(std::string_view)> alarm)
    : clock_(clock), entropy_(entropy), open_(std::move(open)), alarm_(std::move(alarm)) {}

Sequencer::~Sequencer() { stop(); }

Result<void> Sequencer::start(SequencerObserver& observer) {
  observer_ = &observer;
  auto opened = open_();
  if (!opened.ok()) return std::move(opened).error();
  opened_ = std::move(opened).value();
  CHECK_OK(begin_journal());
  observer_->on_opened(*opened_.ledger, std::max(clock_.now(), opened_.ledger->last_at()));
  ready_.store(!clock_is_behind(), std::memory_order_release);
  thread_ = std::thread([this] { run(); });
  return {};
}

// The first entry of a new journal names the charter that governs it [T11].
Result<void> Sequencer::begin_journal() {
  if (opened_.ledger->size() > 0) return {};
  const Charter& charter = opened_.ledger->charter();
  Result<void> outcome = Error{Code::internal, "the genesis entry was not decided"};
  Item item;
  item.intent = intent::Genesis{charter.digest, charter.text.size()};
  item.callback = [&outcome](const Result<Answer>& answer) {
    if (!answer.ok()) {
      outcome = answer.error();
    } else if (answer->decision.kind != Decision::Kind::granted) {
      outcome = Error{Code::internal, "the genesis entry was refused"};
    } else {
      outcome = {};
    }
  };
  std::vector<Item> items;
  items.push_back(std::move(item));
  decide_batch(std::move(items));
  return outcome;
}

void Sequencer::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// False after stop(), but for what the sequencer's own last rounds bring: an outcome that is known
// is still journalled.
bool Sequencer::push(Item& item) {
  std::lock_guard lock(mutex_);
  if (stopping_ && runs_on_.load() != std::this_thread::get_id()) return false;
  queue_.push_back(std::move(item));
  wake_.notify_one();
  return true;
}

void Sequencer::submit(Intent intent, Callback callback) {
  Item item;
  item.intent = std::move(intent);
  item.callback = std::move(callback);
  if (push(item)) return;
  item.callback(Error{Code::unavailable, "the gateway is stopping; send the request again"});
}

void Sequencer::inspect(Inspect function, std::function<void()> otherwise) {
  Item item;
  item.inspect = std::move(function);
  item.otherwise = std::move(otherwise);
  if (!push(item) && item.otherwise) item.otherwise();
}

void Sequencer::post(std::function<void()> function) {
  Item item;
  item.posted = std::move(function);
  (void)push(item);
}

std::vector<Sequencer::Item> Sequencer::take() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::milliseconds(tick_ms),
                 [this] { return stopping_ || !queue_.empty(); });
  std::vector<Item> items;
  const std::size_t count = std::min<std::size_t>(queue_.size(), batch_entries_max);
  items.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    items.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return items;
}

void Sequencer::run() {
  runs_on_.store(std::this_thread::get_id());
  for (;;) {
    round();
    std::lock_guard lock(mutex_);
    if (stopping_ && queue_.empty()) break;
  }
  // What was only counted is written before the end; nothing else can come any more.
  if (opened_.journal != nullptr) {
    journal_counts(std::max(clock_.now(), opened_.ledger->last_at()), true);
  }
  ready_.store(false, std::memory_order_release);
  runs_on_.store(std::thread::id());
}

void Sequencer::round() {
  std::vector<Item> items = take();
  if (opened_.journal == nullptr && !reopen()) return fail(items, journal_closed());
  // Looked at also when nothing comes: nobody sends to a gateway that is not ready.
  ready_.store(!clock_is_behind(), std::memory_order_release);
  std::vector<Item> intents;
  const Time now = std::max(clock_.now(), opened_.ledger->last_at());
  for (Item& item : items) {
    if (item.posted) {
      item.posted();
    } else if (item.inspect) {
      item.inspect(*opened_.ledger, *opened_.journal, now);
    } else {
      intents.push_back(std::move(item));
    }
  }
  if (!intents.empty()) decide_batch(std::move(intents));
  if (opened_.journal == nullptr) return;
  const Time ticked = std::max(clock_.now(), opened_.ledger->last_at());
  observer_->on_tick(*opened_.ledger, ticked);
  journal_counts(ticked, false);
}

// The ordinary start, again: it answers what became of an append whose outcome nobody knows [T5].
bool Sequencer::reopen() {
  const std::int64_t now_ms = clock_.monotonic().count();
  if (now_ms < next_open_ms_) return false;
  auto opened = open_();
  if (!opened.ok()) {
    alarm_("the journal does not open: " + opened.error().message);
    next_open_ms_ = now_ms + reopen_pause_ms;
    return false;
  }
  opened_ = std::move(opened).value();
  observer_->on_opened(*opened_.ledger, std::max(clock_.now(), opened_.ledger->last_at()));
  return true;
}

// The working ledger holds what may never have been written: it is of no more use, and neither is a
// journal whose tree may be behind its store.
void Sequencer::close(const Result<Appended>& appended) {
  ready_.store(false, std::memory_order_release);
  const std::string why = !appended.ok()                    ? appended.error().message
                          : *appended == Appended::conflict ? std::string("conflict")
                                                            : std::string("outcome unknown");
  alarm_("an append to the journal failed (" + why + "); the journal is opened anew");
  observer_->on_closed();
  opened_ = {};
}

bool Sequencer::clock_is_behind() {
  const Time now = clock_.now();
  const bool behind = opened_.ledger->last_at() - now >
                      Duration{static_cast<std::int64_t>(clock_behind_seconds_max)};
  if (behind && !behind_) {
    alarm_("the clock is " + (opened_.ledger->last_at() - now).to_string() +
           " behind the journal's last entry; gated requests are refused until it is set right");
  }
  behind_ = behind;
  return behind;
}

void Sequencer::decide_batch(std::vector<Item> items) {
  for (int conflicts = 0; !decide_once(items); ++conflicts) {
    if (conflicts == conflicts_max || !reopen()) return fail(items, journal_closed());
  }
}

// False: the journal had grown behind us; nothing was written, and `items` are as they were [T4].
bool Sequencer::decide_once(std::vector<Item>& items) {
  if (clock_is_behind()) {
    fail(items, Error{Code::unavailable, "the gateway's clock is behind its journal"});
    return true;
  }
  const Time at = std::max(clock_.now(), opened_.ledger->last_at());
  std::vector<Decided> decided;
  std::vector<std::string> bytes;
  decided.reserve(items.size());
  for (Item& item : items) decided.push_back(decide_one(std::move(item), at, bytes));

  const auto begun = clock_.stopwatch();
  const Result<Appended> appended =
      bytes.empty() ? Result<Appended>(Appended::ok) : opened_.journal->append(bytes);
  if (appended.ok() && *appended == Appended::ok) {
    if (!bytes.empty()) observer_->on_appended(clock_.stopwatch() - begun);
    answer(decided);
    return true;
  }
  close(appended);
  items = take_back(std::move(decided));
  if (appended.ok() && *appended == Appended::conflict) return false;
  const bool unknown = appended.ok();
  fail(items, Error{unknown ? Code::unknown : Code::unavailable,
                    "the journal could not be written; nothing was forwarded"});
  return true;
}

// Only now, when all of the batch is durable [T7].
void Sequencer::answer(std::vector<Decided>& decided) {
  for (Decided& one : decided) {
    if (one.error) {
      one.item.callback(*one.error);
      continue;
    }
    observer_->on_decided(one.item.intent, one.answer.decision);
    if (one.entry) observer_->on_entry(*opened_.ledger, *one.entry);
    one.item.callback(std::move(one.answer));
  }
}

// The intents again, as if they had not been decided.
std::vector<Sequencer::Item> Sequencer::take_back(std::vector<Decided> decided) {
  std::vector<Item> items;
  items.reserve(decided.size());
  for (Decided& one : decided) {
    if (!one.error && one.answer.decision.kind == Decision::Kind::refused) {
      refusals_.take_back(RefusalCounts::principal_of(one.item.intent), !one.only_counted);
    }
    items.push_back(std::move(one.item));
  }
  return items;
}

Sequencer::Decided Sequencer::decide_one(Item item, Time at, std::vector<std::string>& bytes) {
  Decided out{std::move(item), {}, {}, {}, false};
  if (auto* propose = std::get_if<intent::Propose>(&out.item.intent)) {
    const Checkpoint checkpoint = opened_.journal->checkpoint();
    propose->journal_size = checkpoint.size;
    propose->journal_root = checkpoint.root;
  }
  Ledger& ledger = *opened_.ledger;
  out.answer.at = at;
  out.answer.index = ledger.size();
  out.answer.decision = decide(ledger, out.item.intent, at);
  const Decision& decision = out.answer.decision;
  if (decision.kind == Decision::Kind::unchanged) return out;
  if (decision.kind == Decision::Kind::refused &&
      !refusals_.gets_entry(RefusalCounts::principal_of(out.item.intent), at)) {
    out.only_counted = true;
    return out;
  }
  Entry entry;
  entry.index = ledger.size();
  entry.at = at;
  entropy_.fill(entry.salt);
  entry.intent = out.item.intent;
  entry.events = decision.events;
  auto encoded = encode_entry(entry);
  if (!encoded.ok()) {
    out.error = std::move(encoded).error();
    return out;
  }
  if (auto applied = ledger.apply(entry); !applied.ok()) {
    out.error =
        Error{Code::internal, "a decision does not fit its own ledger: " + applied.error().message};
    return out;
  }
  bytes.push_back(std::move(encoded).value());
  if (const auto* claim = std::get_if<intent::Claim>(&entry.intent);
      claim != nullptr && decision.kind == Decision::Kind::granted) {
    out.answer.logged =
        LoggedDecision(claim->id, entry.index, at, lease_until(decision.events, at));
  }
  out.entry = std::move(entry);
  return out;
}

// One append's worth at a time, until none is due. What cannot be written is counted on.
void Sequencer::journal_counts(Time now, bool all) {
  bool failed = false;
  while (opened_.journal != nullptr && !failed) {
    std::vector<Item> items;
    for (intent::Refusals& refusals : refusals_.drain(now, all, batch_entries_max)) {
      Item item;
      item.callback = [this, refusals, now, &failed](const Result<Answer>& answer) {
        if (answer.ok()) return;
        refusals_.give_back(refusals, now);
        failed = true;
      };
      item.intent = std::move(refusals);
      items.push_back(std::move(item));
    }
    if (items.empty()) return;
    decide_batch(std::move(items));
  }
}

void Sequencer::fail(std::vector<Item>& items, const Error& error) {
  for (Item& item : items) {
    if (item.posted) {
      item.posted();
    } else if (item.callback) {
      item.callback(error);
    } else if (item.otherwise) {
      item.otherwise();
    }
  }
}

}  // namespace keyturn
