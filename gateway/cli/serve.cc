// `keyturn serve`: the whole gateway, wired on one page.
#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <thread>

#include "gateway/authority/holds.h"
#include "gateway/authority/sequencer.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/config/config.h"
#include "gateway/http/server.h"
#include "gateway/officials/api.h"
#include "gateway/proxy/caller_front.h"
#include "gateway/proxy/dispatch.h"
#include "gateway/world/log.h"
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
  Lane(const Routes& routes, Sequencer& sequencer, Holds& holds, Ladder ladder, PassMeters& meters)
      : gated(routes, sequencer, holds, ladder),
        waits(routes, sequencer, holds, ladder),
        front(routes, gated, waits, meters) {}

  GatedHandler gated;
  HoldHandler waits;
  CallerFront front;
  std::unique_ptr<Server> callers, officials;
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
  static Result<std::unique_ptr<Gateway>> create(const Config& config) {
    std::unique_ptr<Gateway> made(new Gateway(config));
    CHECK_OK(made->open());
    return made;
  }

  ~Gateway() {
    for (const auto& thread : threads_) thread->loop->stop();
    join();
    if (sequencer_ != nullptr) sequencer_->stop();
  }

  // Reads certificates, keys and authorities again, for connections that begin afterwards; those
  // that are there stay. If one of them is not good, all stay as they were.
  Result<void> reload_tls() {
    std::vector<std::shared_ptr<const TlsServer>> servers;
    for (const auto& tls : {callers_tls_, officials_tls_}) {
      if (tls != nullptr) servers.push_back(tls);
    }
    return reload(servers, routes_->tls);
  }

  // Serves until a signal asks for the end; then drains.
  int run() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    for (const auto& thread : threads_) {
      running_.emplace_back([&thread] { thread->loop->run(); });
    }
    log_.info("callers at " + at(config_.callers, *lanes_.front()->callers) + ", officials at " +
              at(config_.officials, *lanes_.front()->officials));
    sigaddset(&signals, SIGHUP);
    int signal = SIGHUP;
    while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) {
      if (const auto reloaded = reload_tls(); !reloaded.ok()) {
        log_.alarm("TLS files were not reloaded, the old ones stay: " + reloaded.error().message);
      } else {
        log_.info("TLS files reloaded");
      }
    }
    log_.info("asked to stop; held commands stay held");
    for (std::size_t i = 0; i < lanes_.size(); ++i) drain(*threads_[i]->loop, *lanes_[i]);
    join();
    return 0;
  }

 private:
  explicit Gateway(const Config& config) : config_(config) {}

  Result<void> open() {
    TRY(charter_, load_charter_file(config_.charter.string()));
    TRY(routes_, Routes::create(charter_, config_));
    TRY(const auto key, journal_key(config_, *charter_));
    TRY(SecretBytes body_key, Bodies::read_key(config_.data));
    TRY(SecretBytes ticket_key, Bodies::read_key(config_.data));
    TRY(bodies_, Bodies::open(config_.data, std::move(body_key), entropy_));
    const auto alarm = [this](std::string_view line) { log_.alarm(line); };
    sequencer_ =
        std::make_unique<Sequencer>(clock_, entropy_, opener(config_, charter_, key), alarm);

    std::vector<LoopDispatcher::Lane> sending;
    for (unsigned i = 0; i < config_.caller_threads; ++i) {
      TRY(auto loop, Loop::create());
      threads_.push_back(std::make_unique<Thread>(std::move(loop)));
      sending.push_back({threads_.back()->loop.get(), &threads_.back()->upstreams});
    }
    dispatcher_ = std::make_unique<LoopDispatcher>(*routes_, std::move(sending));
    holds_ = std::make_unique<Holds>(*sequencer_, *bodies_, *dispatcher_, entropy_, clock_,
                                     std::move(ticket_key), Holds::Options{config_.answer_keep_ms},
                                     alarm);
    officials_ = std::make_unique<OfficialsApi>(charter_, *sequencer_, *bodies_, clock_,
                                                config_.officials_origin);
    CHECK_OK(sequencer_->start(*holds_));
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
      lanes_.push_back(std::make_unique<Lane>(*routes_, *sequencer_, *holds_,
                                              Ladder{config_.step_ms, config_.ladder_ms}, meters_));
      Lane& lane = *lanes_.back();
      TRY(lane.callers, Server::create(*thread->loop, callers, lane.front, thread->upstreams));
      callers.port = lane.callers->port();  // the same for all where any free one was asked for
    }
    Listen officials = config_.officials;
    officials.tls = officials_tls_;
    TRY(lanes_.front()->officials, Server::create(*threads_.front()->loop, officials, *officials_));
    return {};
  }

  static void drain(Loop& loop, Lane& lane) {
    loop.post([&loop, &lane] {
      lane.callers->drain(drain_deadline, [&loop, &lane] {
        if (lane.officials == nullptr) return loop.stop();
        lane.officials->drain(drain_deadline, [&loop] { loop.stop(); });
      });
    });
  }

  void join() {
    for (std::thread& thread : running_) thread.join();
    running_.clear();
  }

  static std::string at(const Listen& listen, const Server& server) {
    return listen.address + ":" + std::to_string(server.port());
  }

  const Config config_;
  Log log_;
  SystemClock clock_;
  SystemEntropy entropy_;
  PassMeters meters_;
  std::shared_ptr<const Charter> charter_;
  std::unique_ptr<const Routes> routes_;
  std::shared_ptr<const TlsServer> callers_tls_, officials_tls_;  // null: plain HTTP
  std::unique_ptr<Bodies> bodies_;
  std::unique_ptr<Sequencer> sequencer_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::unique_ptr<LoopDispatcher> dispatcher_;
  std::unique_ptr<Holds> holds_;
  std::unique_ptr<OfficialsApi> officials_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::thread> running_;
};

}  // namespace

int serve(const Serve& options) {
  const auto config = read_config(options.config);
  if (!config.ok()) return fail(config.error());
  // Blocked before any thread starts, so that sigwait alone receives them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto gateway = Gateway::create(*config);
  if (!gateway.ok()) return fail(gateway.error());
  return (*gateway)->run();
}

}  // namespace keyturn::cli
