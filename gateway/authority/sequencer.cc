#include "gateway/authority/sequencer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "keyturn/limits.h"
#include "policy/ledger/entry_codec.h"

namespace keyturn {
namespace {

constexpr std::int64_t reopen_pause_ms = 1000;
constexpr Duration refusal_window{60};

// Whose refusals these are, for the count of T7; empty: always an entry of its own.
std::string refused_principal(const Intent& intent) {
  if (const auto* propose = std::get_if<intent::Propose>(&intent)) return propose->principal;
  if (const auto* cancel = std::get_if<intent::Cancel>(&intent)) return cancel->principal;
  if (const auto* speak = std::get_if<intent::Speak>(&intent)) return speak->word.word().person;
  return {};
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
  ready_.store(true, std::memory_order_release);
  thread_ = std::thread([this] { run(); });
  return {};
}

// The first entry of a new journal names the charter that governs it [T11].
Result<void> Sequencer::begin_journal() {
  if (opened_.ledger->size() > 0) return {};
  const Charter& charter = opened_.ledger->charter();
  Result<void> outcome = Error{Code::internal, "the genesis entry was not decided"};
  std::vector<Item> items;
  items.push_back(Item{intent::Genesis{charter.digest, charter.text.size()},
                       [&outcome](const Result<Answer>& answer) {
                         if (!answer.ok()) {
                           outcome = answer.error();
                         } else if (answer->decision.kind != Decision::Kind::granted) {
                           outcome = Error{Code::internal, "the genesis entry was refused"};
                         } else {
                           outcome = {};
                         }
                       },
                       {},
                       {}});
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

void Sequencer::submit(Intent intent, Callback callback) {
  Item item{std::move(intent), std::move(callback), {}, {}};
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      queue_.push_back(std::move(item));
      wake_.notify_one();
      return;
    }
  }
  item.callback(Error{Code::unavailable, "the gateway is stopping; send the request again"});
}

void Sequencer::inspect(Inspect function, std::function<void()> otherwise) {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      queue_.push_back(Item{intent::Genesis{}, {}, std::move(function), std::move(otherwise)});
      wake_.notify_one();
      return;
    }
  }
  if (otherwise) otherwise();
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
  for (;;) {
    std::vector<Item> items = take();
    if (opened_.journal == nullptr && !reopen()) {
      fail(items, Error{Code::unavailable,
                        "the journal cannot be written; gated requests wait until it can"});
    } else {
      std::vector<Item> intents;
      const Time now = std::max(clock_.now(), opened_.ledger->last_at());
      for (Item& item : items) {
        if (item.inspect) {
          item.inspect(*opened_.ledger, *opened_.journal, now);
        } else {
          intents.push_back(std::move(item));
        }
      }
      if (!intents.empty()) decide_batch(std::move(intents));
      if (opened_.journal != nullptr) {
        const Time ticked = std::max(clock_.now(), opened_.ledger->last_at());
        observer_->on_tick(*opened_.ledger, ticked);
        submit_counted(ticked, false);
      }
    }
    std::unique_lock lock(mutex_);
    if (stopping_ && queue_.empty()) {
      lock.unlock();
      // What was only counted is written before the end; the queue then holds nothing else.
      if (opened_.journal != nullptr) submit_counted(opened_.ledger->last_at(), true);
      break;
    }
  }
  ready_.store(false, std::memory_order_release);
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
  ready_.store(true, std::memory_order_release);
  return true;
}

bool Sequencer::clock_is_behind(Time now) {
  const bool behind = opened_.ledger->last_at() - now >
                      Duration{static_cast<std::int64_t>(clock_behind_seconds_max)};
  if (behind && !behind_) {
    alarm_("the clock is " + (opened_.ledger->last_at() - now).to_string() +
           " behind the journal's last entry; gated requests are refused until it is set right");
  }
  if (behind != behind_) ready_.store(!behind, std::memory_order_release);
  behind_ = behind;
  return behind;
}

void Sequencer::decide_batch(std::vector<Item> items) {
  const Time now = clock_.now();
  if (clock_is_behind(now)) {
    fail(items, Error{Code::unavailable, "the gateway's clock is behind its journal"});
    return;
  }
  const Time at = std::max(now, opened_.ledger->last_at());
  std::vector<Decided> decided;
  std::vector<std::string> bytes;
  decided.reserve(items.size());
  for (Item& item : items) decided.push_back(decide_one(std::move(item), at, bytes));

  if (!bytes.empty()) {
    const Result<Appended> appended = opened_.journal->append(bytes);
    if (!appended.ok() || *appended != Appended::ok) {
      // The working ledger holds what may never have been written: it is of no more use, and
      // neither is a journal whose tree may be behind its store.
      ready_.store(false, std::memory_order_release);
      const bool unknown = appended.ok() && *appended == Appended::unknown;
      alarm_("an append to the journal failed (" +
             (appended.ok() ? std::string(unknown ? "outcome unknown" : "conflict")
                            : appended.error().message) +
             "); the journal is opened anew");
      opened_ = {};
      const Error error{unknown ? Code::unknown : Code::unavailable,
                        "the journal could not be written; nothing was forwarded"};
      for (Decided& one : decided) one.item.callback(error);
      return;
    }
  }
  for (Decided& one : decided) {
    if (one.error) {
      one.item.callback(*one.error);
      continue;
    }
    if (one.entry) observer_->on_entry(*opened_.ledger, *one.entry);
    one.item.callback(std::move(one.answer));
  }
}

Sequencer::Decided Sequencer::decide_one(Item item, Time at, std::vector<std::string>& bytes) {
  Decided out{std::move(item), {}, {}, {}};
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
  if (decision.kind == Decision::Kind::refused && only_counted(out.item.intent, decision, at)) {
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
    out.answer.logged = LoggedDecision(claim->id, entry.index, at);
  }
  out.entry = std::move(entry);
  return out;
}

// Refusals of one principal beyond some a minute are counted, not written each [T7]: a flood of
// them would fill the journal. They change nothing, so nothing is lost but their texts.
bool Sequencer::only_counted(const Intent& intent, const Decision& decision, Time at) {
  (void)decision;
  const std::string principal = refused_principal(intent);
  if (principal.empty()) return false;
  RefusalWindow& window = refusals_[principal];
  if (at - window.from >= refusal_window && window.counted == 0) window = {at, 0, 0};
  if (window.journalled < refusals_journalled_per_minute_max) {
    ++window.journalled;
    return false;
  }
  ++window.counted;
  return true;
}

void Sequencer::submit_counted(Time now, bool all) {
  std::vector<Item> items;
  for (auto it = refusals_.begin(); it != refusals_.end();) {
    RefusalWindow& window = it->second;
    if (!all && now - window.from < refusal_window) {
      ++it;
      continue;
    }
    if (window.counted > 0) {
      items.push_back(
          Item{intent::Refusals{it->first, window.counted}, [](const Result<Answer>&) {}, {}, {}});
    }
    it = refusals_.erase(it);
  }
  if (!items.empty()) decide_batch(std::move(items));
}

void Sequencer::fail(std::vector<Item>& items, const Error& error) {
  for (Item& item : items) {
    if (item.inspect) {
      if (item.otherwise) item.otherwise();
    } else {
      item.callback(error);
    }
  }
}

}  // namespace keyturn
