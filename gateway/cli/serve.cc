// `keyturn serve`: the whole gateway, wired on one page.
#include <signal.h>

#include <cstdio>
#include <thread>

#include "gateway/authority/entry_log.h"
#include "gateway/authority/holds.h"
#include "gateway/authority/sequencer.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/confinement.h"
#include "gateway/cli/drain.h"
#include "gateway/cli/pulse.h"
#include "gateway/cli/reload.h"
#include "gateway/cli/signals.h"
#include "gateway/cli/support.h"
#include "gateway/config/config.h"
#include "gateway/http/server.h"
#include "gateway/metrics/metrics.h"
#include "gateway/officials/api.h"
#include "gateway/proxy/caller_front.h"
#include "gateway/proxy/dispatch.h"
#include "gateway/proxy/endpoint_health.h"
#include "gateway/world/harden.h"
#include "gateway/world/log.h"
#include "gateway/world/notify.h"
#include "gateway/world/service_state.h"
#include "policy/ledger/replay.h"

namespace keyturn::cli {
namespace {

constexpr std::chrono::milliseconds drain_deadline{10'000};

// One thread: its loop and its connections to endpoints.
struct Thread {
  explicit Thread(std::unique_ptr<Loop> owned) : loop(std::move(owned)), upstreams(*loop) {}
  std::unique_ptr<Loop> loop;
  Upstreams upstreams;
};

// What serves on one thread: a front and handlers that reuse their memory, and the listeners.
// Members are destroyed from the last to the first: servers before what they call.
struct Lane {
  Lane(const Routes& routes, Sequencer& sequencer, Holds& holds, const Clock& clock, Log& log)
      : meters(*routes.charter, clock),
        gated(routes, sequencer, holds),
        waits(routes, sequencer, holds),
        front(routes, gated, waits, meters, log) {}

  PassMeters meters;
  GatedHandler gated;
  HoldHandler waits;
  CallerFront front;
  std::unique_ptr<Server> callers, officials, metrics;
};

// Opens the journal as every start does: a fold of all its entries, each decided again [T9 T11].
Sequencer::Open opener(const Config& config, std::shared_ptr<const Charter> charter,
                       std::shared_ptr<const SigningKey> key) {
  return [config, charter, key]() -> Result<OpenedJournal> {
    TRY(SigningKey copy, SigningKey::from_seed(key->seed()));
    Replayer replayer(charter, Domain::live);
    OpenedJournal opened;
    TRY(opened.journal,
        Journal::open(config.journal_place(), journal_origin(charter->name), std::move(copy),
                      [&replayer](std::string_view entry) { return replayer.next(entry); }));
    opened.ledger = std::move(replayer).take_ledger();
    return opened;
  };
}

Result<std::shared_ptr<const SigningKey>> journal_key(const Config& config,
                                                      const Charter& charter) {
  TRY(OpenedKey opened, open_key(config.journal_key.string(), config.passphrase_file.string()));
  if (opened.key.public_key() != charter.journal_key) {
    return Error{Code::forbidden, "`" + config.journal_key.string() +
                                      "` is not the journal key that the charter names [T11]"};
  }
  return std::make_shared<const SigningKey>(std::move(opened.key));
}

class Gateway {
 public:
  static Result<std::unique_ptr<Gateway>> create(const Config& config, const std::string& file) {
    std::unique_ptr<Gateway> made(new Gateway(config, file));
    CHECK_OK(made->open());
    return made;
  }

  ~Gateway() {
    for (const auto& thread : threads_) thread->loop->stop();
    join();
    if (sequencer_ != nullptr) sequencer_->stop();
  }

  // Serves until a signal asks for the end, and reloads on SIGHUP; then drains.
  int run() {
    for (const auto& thread : threads_) {
      running_.emplace_back([&thread] { thread->loop->run(); });
    }
    log_.info("started", "serving",
              {{"callers", at(config_.callers, *lanes_.front()->callers)},
               {"officials", at(config_.officials, *lanes_.front()->officials)}});
    notifier_.ready();
    for (;;) {
      const int signal = next_signal(notifier_.watchdog_interval());
      if (signal == 0) {
        beat();
      } else if (signal == SIGHUP) {
        reload();
      } else {
        break;
      }
    }
    notifier_.stopping();
    log_.info("stopping", "asked to stop; held commands stay held");
    sequencer_->retire();
    std::vector<Drained> lanes;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      lanes.push_back(
          {threads_[i]->loop.get(), lanes_[i]->callers.get(), lanes_[i]->officials.get()});
    }
    drain(
        lanes, drain_deadline, [this] { sequencer_->post([this] { holds_->dismiss(); }); },
        [this] { return dispatcher_->under_way(); });
    join();
    return 0;
  }

 private:
  Gateway(const Config& config, const std::string& file)
      : config_(config), file_(file), reload_(file, config) {}

  Result<void> open() {
    TRY(notifier_, Notifier::from_environment());
    TRY(const auto use_log, log_.prepare(config_.log));
    use_log();
    TRY(charter_, load_charter_file(config_.charter.string()));
    TRY(routes_, Routes::create(charter_, config_));
    TRY(const auto key, journal_key(config_, *charter_));
    TRY(SecretBytes body_key, Bodies::read_key(config_.data));
    TRY(SecretBytes ticket_key, Bodies::read_key(config_.data));
    TRY(bodies_, Bodies::open(config_.data, std::move(body_key), entropy_));
    // Before any thread is started: what is given up here, none of them has.
    CHECK_OK(confine());
    const auto alarm = [this](const char* event) {
      return [this, event](std::string_view line) { log_.alarm(event, line); };
    };
    sequencer_ = std::make_unique<Sequencer>(clock_, entropy_, opener(config_, charter_, key),
                                             alarm("sequencer-alarm"));

    std::vector<LoopDispatcher::Lane> sending;
    for (unsigned i = 0; i < config_.caller_threads; ++i) {
      TRY(auto loop, Loop::create());
      threads_.push_back(std::make_unique<Thread>(std::move(loop)));
      sending.push_back({threads_.back()->loop.get(), &threads_.back()->upstreams});
    }
    health_ = std::make_unique<EndpointHealth>(sending, routes_->settings(), log_, state_);
    dispatcher_ = std::make_unique<LoopDispatcher>(*routes_, std::move(sending));
    holds_ = std::make_unique<Holds>(
        *sequencer_, *bodies_, *dispatcher_, entropy_, clock_, std::move(ticket_key),
        Holds::Options{config_.response_keep_ms}, alarm("holds-alarm"));
    authority_meters_ = std::make_unique<AuthorityMeters>(*holds_, clock_);
    entries_ = std::make_unique<EntryLog>(log_, *authority_meters_);
    metrics_ = std::make_unique<Metrics>(*sequencer_, *authority_meters_, clock_);
    metrics_->add([this](MetricsText& text) { write_listeners(text); });
    officials_ = std::make_unique<OfficialsApi>(charter_, *sequencer_, *bodies_, clock_,
                                                config_.officials_origin, state_,
                                                config_.metrics ? nullptr : metrics_.get());
    CHECK_OK(sequencer_->start(*entries_));
    watch();
    reload_.add([this](const Config& next) { return prepare_settings(next); });
    reload_.add([this](const Config&) { return reread_certificates(); });
    reload_.add([this](const Config& next) { return log_.prepare(next.log); });
    return listen();
  }

  Result<void> listen() {
    if (config_.callers_tls) {
      TRY(callers_tls_, TlsServer::open(*config_.callers_tls));
    }
    if (config_.officials_tls) {
      TRY(officials_tls_, TlsServer::open(*config_.officials_tls));
    }
    Listen callers = config_.callers;
    callers.tls = callers_tls_;
    callers.shared = threads_.size() > 1;
    for (const auto& thread : threads_) {
      lanes_.push_back(std::make_unique<Lane>(*routes_, *sequencer_, *holds_, clock_, log_));
      Lane& lane = *lanes_.back();
      TRY(lane.callers, Server::create(*thread->loop, callers, lane.front, thread->upstreams));
      callers.port = lane.callers->port();  // the same for all where any free one was asked for
    }
    Listen officials = config_.officials;
    officials.tls = officials_tls_;
    TRY(lanes_.front()->officials, Server::create(*threads_.front()->loop, officials, *officials_));
    if (!config_.metrics) return {};
    TRY(lanes_.front()->metrics,
        Server::create(*threads_.front()->loop, *config_.metrics, *metrics_));
    return {};
  }

  // What the lanes counted, and who is connected.
  void write_listeners(MetricsText& text) const {
    std::vector<const PassMeters*> meters;
    std::uint64_t callers = 0;
    for (const auto& lane : lanes_) {
      meters.push_back(&lane->meters);
      callers += lane->callers->connections();
    }
    write_pass_meters(text, *charter_, meters);
    text.gauge("keyturn_connections", "Connections, by listener.");
    text.sample({{"listener", "callers"}}, callers);
    text.sample({{"listener", "officials"}},
                std::uint64_t{lanes_.front()->officials->connections()});
  }

  Result<void> confine() {
    TRY(const Confinement confinement, confinement_of(config_, file_, *charter_));
    TRY(const Hardened hardened, harden(confinement));
    log_.info("hardened", "no new privileges, no core dumps",
              {{"landlock", hardened.landlock}, {"ports", hardened.tcp ? "limited" : "any"}});
    if (!hardened.missing.empty()) log_.warn("hardening-incomplete", hardened.missing);
    return {};
  }

  void reload() {
    notifier_.reloading();
    if (const auto done = reload_.run(); done.ok()) {
      state_.config_stale = false;
      ++state_.reloads;
      log_.info("reloaded", "keyturn.toml is in force");
    } else {
      state_.config_stale = true;
      ++state_.reloads_refused;
      log_.alarm("reload-refused", done.error().message + "; the settings before stay in force");
    }
    notifier_.ready();
  }

  // The listeners' certificates and keys, for connections that begin afterwards.
  Result<Reload::Commit> reread_certificates() {
    std::vector<TlsChange> changes;
    for (const auto& tls : {callers_tls_, officials_tls_}) {
      if (tls == nullptr) continue;
      TRY(TlsChange change, tls->reread());
      changes.push_back(std::move(change));
    }
    return Reload::Commit([changes] {
      for (const TlsChange& change : changes) change.apply();
    });
  }

  Result<Reload::Commit> prepare_settings(const Config& next) {
    TRY(auto settings, Settings::create(*charter_, next));
    return Reload::Commit([this, settings, options = Holds::Options{next.response_keep_ms}] {
      // The old ones are kept until every thread has begun another round (live.h).
      const auto old = routes_->live->replace(settings);
      for (const auto& thread : threads_) thread->loop->post([old] { (void)old; });
      sequencer_->post([old, options, holds = holds_.get()] { holds->use(options); });
      health_->use(settings);
    });
  }

  // Whoever must turn for the gateway to be alive.
  void watch() {
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      Loop& loop = *threads_[i]->loop;
      pulse_.add("loop " + std::to_string(i),
                 [&loop](std::function<void()> beat) { loop.post(std::move(beat)); });
    }
    pulse_.add("the sequencer",
               [this](std::function<void()> beat) { sequencer_->post(std::move(beat)); });
  }

  void beat() {
    const std::string silent = pulse_.look();
    if (silent.empty()) return notifier_.alive();
    log_.alarm("stalled", silent + " does not turn; the watchdog is not answered");
  }

  void join() {
    for (std::thread& thread : running_) thread.join();
    running_.clear();
  }

  static std::string at(const Listen& listen, const Server& server) {
    return listen.address + ":" + std::to_string(server.port());
  }

  const Config config_;
  const std::string file_;
  Reload reload_;
  Log log_;
  Notifier notifier_;
  Pulse pulse_;
  ServiceState state_;
  SystemClock clock_;
  SystemEntropy entropy_;
  std::shared_ptr<const Charter> charter_;
  std::unique_ptr<const Routes> routes_;
  std::shared_ptr<const TlsServer> callers_tls_, officials_tls_;  // null: plain HTTP
  std::unique_ptr<Bodies> bodies_;
  std::unique_ptr<Sequencer> sequencer_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::unique_ptr<EndpointHealth> health_;
  std::unique_ptr<LoopDispatcher> dispatcher_;
  std::unique_ptr<Holds> holds_;
  std::unique_ptr<AuthorityMeters> authority_meters_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<EntryLog> entries_;
  std::unique_ptr<OfficialsApi> officials_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::thread> running_;
};

}  // namespace

int serve(const Serve& options) {
  const auto config = read_config(options.config);
  if (!config.ok()) return fail(config.error());
  block_signals();
  auto gateway = Gateway::create(*config, options.config);
  if (!gateway.ok()) return fail(gateway.error());
  return (*gateway)->run();
}

}  // namespace keyturn::cli
