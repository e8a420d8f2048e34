// `keyturn fleet` and `keyturn model`: what a deployment can be tried against.
#include <signal.h>

#include <cstdio>
#include <thread>

#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/config/config.h"
#include "gateway/http/server.h"
#include "gateway/simulated/fleet.h"
#include "gateway/simulated/model.h"

namespace keyturn::cli {
namespace {

Result<Listen> listen_of(const Simulated& options) {
  TRY(Listen listen, parse_listen(options.listen, "--listen"));
  if (options.certificate.empty() != options.key.empty()) {
    return Error{Code::invalid, "--certificate and --key belong together: give both, or neither"};
  }
  if (!options.certificate.empty()) {
    TRY(listen.tls, TlsServer::open({{{options.certificate, options.key}}, false}));
  }
  return listen;
}

int serve_until_signal(const Simulated& options, const char* what, Handler& handler) {
  auto listen = listen_of(options);
  if (!listen.ok()) return fail(listen.error());
  listen->keyturn_fields = KeyturnFields::taken;  // an endpoint of ours, behind a gateway
  auto loop = Loop::create();
  if (!loop.ok()) return fail(loop.error());
  const auto server = Server::create(**loop, *listen, handler);
  if (!server.ok()) return fail(server.error());
  // Blocked before the loop's thread starts, so that sigwait alone receives them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::fprintf(stderr, "%s at %s:%u\n", what, listen->address.c_str(), (*server)->port());
  std::thread running([&loop] { (*loop)->run(); });
  int signal = 0;
  sigwait(&signals, &signal);
  (*loop)->stop();
  running.join();
  return 0;
}

}  // namespace

int fleet(const Fleet& options) {
  const auto charter = load_charter_file(options.charter);
  if (!charter.ok()) return fail(charter.error());
  const auto endpoint = (*charter)->find_endpoint(options.endpoint);
  if (!endpoint) return fail("the charter has no endpoint `" + options.endpoint + "`");
  SystemClock clock;
  SimulatedFleet handler(*charter, *endpoint, clock);
  return serve_until_signal(options.at, "simulated fleet", handler);
}

int model(const Model& options) {
  StandInModel handler;
  return serve_until_signal(options.at, "stand-in model endpoint (no model behind it)", handler);
}

}  // namespace keyturn::cli
