#include "tests/gateway/authority/world.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>

#include "policy/charter/load.h"
#include "policy/ledger/replay.h"
#include "tests/support/charters.h"

namespace keyturn::testing {
namespace {

constexpr std::chrono::seconds patience{20};

std::shared_ptr<const Charter> load(std::string_view pattern) {
  const std::string text = charter_text(pattern);
  const CharterLoad out = load_charter(text);
  for (const Diagnostic& error : out.errors) MESSAGE(render_diagnostic(error, "test", text));
  REQUIRE(out.charter != nullptr);
  return out.charter;
}

// A store that outlives its openings and fails as planned.
class PlannedStore final : public Store {
 public:
  PlannedStore(std::shared_ptr<Store> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  Result<Appended> append(const Append& append) override {
    switch (faults_.take_append()) {
      case Faults::Append::ok:
        return inner_->append(append);
      case Faults::Append::refused:
        return Error{Code::unavailable, "the disk is full"};
      case Faults::Append::lost:
        return Appended::unknown;
      case Faults::Append::lost_but_persisted:
        REQUIRE(inner_->append(append).ok());
        return Appended::unknown;
      case Faults::Append::conflict:
        break;
    }
    return Appended::conflict;
  }
  Result<void> read(std::uint64_t from, std::uint64_t to, const EntrySink& sink) const override {
    return inner_->read(from, to, sink);
  }
  Result<std::uint64_t> size() const override { return inner_->size(); }
  Result<Digest> node(std::uint8_t level, std::uint64_t index) const override {
    return inner_->node(level, index);
  }
  Result<std::string> checkpoint() const override { return inner_->checkpoint(); }
  Result<Counts> count() const override { return inner_->count(); }

 private:
  const std::shared_ptr<Store> inner_;
  Faults& faults_;
};

}  // namespace

bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// --- Faults, alarms, the endpoint and the callers ------------------------------------------------

void Faults::next_appends(std::vector<Append> appends) {
  std::lock_guard lock(mutex_);
  appends_.assign(appends.begin(), appends.end());
}

void Faults::opens_fail(bool fail) {
  std::lock_guard lock(mutex_);
  open_fails_ = fail;
}

Faults::Append Faults::take_append() {
  std::lock_guard lock(mutex_);
  if (appends_.empty()) return Append::ok;
  const Append next = appends_.front();
  appends_.pop_front();
  return next;
}

bool Faults::open_fails() const {
  std::lock_guard lock(mutex_);
  return open_fails_;
}

std::size_t Faults::left() const {
  std::lock_guard lock(mutex_);
  return appends_.size();
}

void Alarms::add(std::string_view line) {
  std::lock_guard lock(mutex_);
  lines_.emplace_back(line);
}

std::size_t Alarms::count(std::string_view part) const {
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(
      lines_.begin(), lines_.end(),
      [part](const std::string& line) { return line.find(part) != std::string::npos; }));
}

std::shared_ptr<SharedAnswer> FakeEndpoint::dispatch(const LoggedDecision& decision,
                                                     const BodyRecord& record,
                                                     std::function<void(intent::Outcome)> done) {
  std::lock_guard lock(mutex_);
  sent_.push_back(
      Flight{decision.command(), record, std::make_shared<SharedAnswer>(), std::move(done)});
  return sent_.back().answer;
}

std::size_t FakeEndpoint::sent() const {
  std::lock_guard lock(mutex_);
  return sent_.size();
}

std::size_t FakeEndpoint::sent(const std::string& command) const {
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(sent_.begin(), sent_.end(),
                    [&command](const Flight& one) { return one.command == command; }));
}

FakeEndpoint::Flight FakeEndpoint::newest(const std::string& command) const {
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(sent_.rbegin(), sent_.rend(),
                                  [&command](const Flight& one) { return one.command == command; });
  REQUIRE(found != sent_.rend());
  return *found;
}

void FakeEndpoint::answer(const std::string& command, unsigned status, std::string_view body) {
  const Flight one = newest(command);
  one.answer->head(status, {});
  (void)one.answer->chunk(body);
  one.answer->done({Sent::complete, ""});
  one.done(intent::Outcome{intent::Outcome::Kind::answered, command, status});
}

void FakeEndpoint::fail(const std::string& command, intent::Outcome::Kind kind) {
  const Flight one = newest(command);
  one.answer->done(
      {kind == intent::Outcome::Kind::not_sent ? Sent::not_sent : Sent::unknown, "the wire broke"});
  one.done(intent::Outcome{kind, command, 0});
}

void Caller::held(const HoldName& name) {
  std::lock_guard lock(mutex_);
  name_ = name;
}

void Caller::ended(const HoldName& name, const Ending& ending) {
  std::lock_guard lock(mutex_);
  if (!name.id.empty()) name_ = name;
  endings_.push_back(ending);
}

void Caller::answered(const HoldName& name, std::shared_ptr<SharedAnswer> answer) {
  std::lock_guard lock(mutex_);
  name_ = name;
  if (answer != nullptr) ++answers_;
}

void Caller::dismissed(const HoldName& name) {
  std::lock_guard lock(mutex_);
  name_ = name;
  ++dismissals_;
}

std::string Caller::id() const {
  std::lock_guard lock(mutex_);
  return name_.id;
}

std::string Caller::ticket() const {
  std::lock_guard lock(mutex_);
  return name_.ticket;
}

std::string Caller::told() const {
  std::lock_guard lock(mutex_);
  if (answers_ > 0) return "answered";
  if (dismissals_ > 0) return "dismissed";
  return endings_.empty() ? "" : endings_.front().code;
}

Ending Caller::ending() const {
  std::lock_guard lock(mutex_);
  REQUIRE(!endings_.empty());
  return endings_.front();
}

int Caller::last_words() const {
  std::lock_guard lock(mutex_);
  return answers_ + dismissals_ + static_cast<int>(endings_.size());
}

// --- The world -----------------------------------------------------------------------------------

World::World(std::string_view charter_pattern, const MakeDispatcher& make_dispatcher)
    : charter_(load(charter_pattern)), extractor_(charter_) {
  if (make_dispatcher) dispatcher_ = make_dispatcher(charter_);
  const auto folder = folder_.path() / "data";
  REQUIRE(Bodies::create(folder, entropy_).ok());
  bodies_ = Bodies::open(folder, Bodies::read_key(folder).value(), entropy_).value();
  REQUIRE(start().ok());
}

World::~World() { stop(); }

Sequencer::Open World::opener() {
  return [this]() -> Result<OpenedJournal> {
    if (faults.open_fails()) return Error{Code::unavailable, "the disk does not answer"};
    Replayer replayer(charter_, Domain::live);
    OpenedJournal opened;
    TRY(opened.journal,
        Journal::open_on(std::make_unique<PlannedStore>(store_, faults), std::nullopt,
                         journal_origin(charter_->name), test_key("journal"),
                         [&replayer](std::string_view entry) { return replayer.next(entry); }));
    opened.ledger = std::move(replayer).take_ledger();
    return opened;
  };
}

Result<void> World::start() {
  const auto alarm = [this](std::string_view line) { alarms.add(line); };
  sequencer_ = std::make_unique<Sequencer>(clock, entropy_, opener(), alarm);
  Dispatcher& sends = dispatcher_ != nullptr ? *dispatcher_ : endpoint;
  holds_ = std::make_unique<Holds>(*sequencer_, *bodies_, sends, entropy_, clock,
                                   SecretBytes(std::string(32, 't')), options, alarm);
  meters_ = std::make_unique<AuthorityMeters>(*holds_, clock);
  return sequencer_->start(*meters_);
}

void World::stop() {
  if (sequencer_ != nullptr) sequencer_->stop();
  meters_.reset();
  holds_.reset();
  sequencer_.reset();
}

void World::restart() {
  stop();
  REQUIRE(start().ok());
}

GatedRequest World::request(std::string_view principal, std::string_view endpoint_name,
                            std::string_view target, std::string body,
                            std::string_view idempotency_key) {
  RequestView view;
  view.method = "POST";
  view.target = target;
  view.fields = {{"content-type", "application/json"}};
  if (!idempotency_key.empty()) view.fields.emplace_back("idempotency-key", idempotency_key);
  view.body = body;
  GatedRequest out;
  out.principal = principal;
  const auto scratch = Extractor::make_scratch();
  const auto found = charter_->find_endpoint(endpoint_name);
  REQUIRE(found.has_value());
  const auto drawn = extractor_.extract(*found, view, *scratch, out.facts);
  REQUIRE_MESSAGE(drawn.ok(), (drawn.ok() ? "" : drawn.error().message));
  out.body = std::move(body);
  return out;
}

GatedRequest World::strike(std::string_view principal, const std::vector<std::string>& systems) {
  std::string assignees;
  for (const std::string& system : systems) {
    assignees += (assignees.empty() ? "" : ",") + (R"({"entityId":")" + system + R"("})");
  }
  return request(principal, "fleet", "/api/v1/tasks",
                 R"({"specification":{"@type":"Strike","objective":"grid 31U"},)"
                 R"("relations":{"assignee":[)" +
                     assignees + "]}}");
}

GatedRequest World::ask(std::string_view principal, std::string_view question,
                        std::string_view idempotency_key) {
  return request(principal, "models", "/v1/chat/completions",
                 R"({"model":"helpful-only-1","messages":[{"role":"user","content":")" +
                     std::string(question) + R"("}]})",
                 idempotency_key);
}

std::shared_ptr<Caller> World::enter(GatedRequest request) {
  auto caller = std::make_shared<Caller>();
  auto carried = std::make_shared<GatedRequest>(std::move(request));
  sequencer_->inspect(
      [this, caller, carried](const Ledger& ledger, const Journal&, Time now) {
        holds_->enter(ledger, std::move(*carried), caller, now);
      },
      [caller] { caller->ended({}, ending_unavailable()); });
  return caller;
}

std::shared_ptr<Caller> World::hold(GatedRequest request) {
  auto caller = enter(std::move(request));
  const bool held = eventually([&] { return !caller->id().empty() || caller->last_words() > 0; });
  REQUIRE(held);
  REQUIRE_MESSAGE(!caller->id().empty(), caller->ending().detail);
  return caller;
}

std::shared_ptr<Caller> World::resume(const std::string& principal, const std::string& ticket) {
  auto caller = std::make_shared<Caller>();
  sequencer_->inspect(
      [this, caller, principal, ticket](const Ledger& ledger, const Journal&, Time now) {
        if (!holds_->resume(ledger, principal, ticket, caller, now)) {
          caller->ended({}, {404, "not-found", "", {}, false});
        }
      },
      [caller] { caller->ended({}, ending_unavailable()); });
  return caller;
}

void World::leave(const std::shared_ptr<Caller>& caller) {
  sequencer_->post([this, caller] { holds_->leave(caller.get()); });
}

Result<Answer> World::submit(Intent intent) {
  auto promise = std::make_shared<std::promise<Result<Answer>>>();
  auto future = promise->get_future();
  sequencer_->submit(std::move(intent),
                     [promise](const Result<Answer>& answer) { promise->set_value(answer); });
  return future.get();
}

VerifiedWord World::word(WordKind kind, std::string_view person, const std::string& id) {
  Word out;
  out.kind = kind;
  out.deployment = charter_->name;
  out.person = person;
  const PersonId who = charter_->find_person(person).value();
  out.institution = charter_->institution(charter_->person(who).institution).name;
  out.signed_at = clock.now();
  out.not_after = clock.now() + Duration{12 * 3600};
  REQUIRE(look([&](const Ledger& ledger) {
    if (const Command* command = ledger.find(id)) out.command = command->text;
  }));
  return verify_word(test_key(person).sign_word(out, Domain::live), Domain::live,
                     charter_->person(who).keys)
      .value();
}

Result<Answer> World::approve(std::string_view person, const std::string& id) {
  return submit(intent::Speak{word(WordKind::approval, person, id)});
}

Result<Answer> World::veto(std::string_view person, const std::string& id) {
  return submit(intent::Speak{word(WordKind::veto, person, id)});
}

bool World::look(const std::function<void(const Ledger&)>& function) {
  std::promise<bool> done;
  sequencer_->inspect(
      [&](const Ledger& ledger, const Journal&, Time) {
        function(ledger);
        done.set_value(true);
      },
      [&] { done.set_value(false); });
  return done.get_future().get();
}

void World::rounds(int count) {
  for (int i = 0; i < count; ++i) (void)look([](const Ledger&) {});
}

Holds::Count World::counts() {
  std::promise<Holds::Count> done;
  sequencer_->post([&] { done.set_value(holds_->count()); });
  return done.get_future().get();
}

Command::State World::state(const std::string& id) {
  Command::State out{};
  REQUIRE(look([&](const Ledger& ledger) {
    if (const Command* command = ledger.find(id)) out = command->state;
  }));
  return out;
}

std::optional<intent::Outcome> World::outcome(const std::string& id) {
  std::optional<intent::Outcome> out;
  (void)look([&](const Ledger& ledger) {
    if (const Command* command = ledger.find(id)) out = command->outcome;
  });
  return out;
}

Digest World::replayed(std::vector<Entry>* entries) const {
  Replayer replayer(charter_, Domain::live);
  const auto size = store_->size().value();
  const auto read = store_->read(0, size, [&](std::uint64_t, std::string_view bytes) {
    auto next = replayer.next(bytes);
    if (next.ok() && entries != nullptr) entries->push_back(replayer.last());
    return next;
  });
  REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.error().message));
  return replayer.ledger().digest();
}

Digest World::ledger_digest() {
  Digest out;
  REQUIRE(look([&](const Ledger& ledger) { out = ledger.digest(); }));
  return out;
}

}  // namespace keyturn::testing
