#include "gateway/proxy/dispatch.h"

#include <doctest/doctest.h>

#include "gateway/world/files.h"
#include "tests/gateway/authority/world.h"
#include "tests/gateway/http/harness.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

using Kind = intent::Outcome::Kind;

// A world whose model endpoint is at `port`, with a credential.
struct Sending {
  explicit Sending(std::uint16_t port) {
    std::string text(defence);
    const std::string_view old = "127.0.0.1:9302\" headers content-type, anthropic-version";
    text.replace(
        text.find(old), old.size(),
        "127.0.0.1:" + std::to_string(port) + "\" headers content-type, anthropic-version, x-team");
    REQUIRE(create_file(folder.path() / "key", "upstream-secret\n", 0600).ok());
    thread.on_loop([&] { upstreams = std::make_unique<Upstreams>(thread.loop()); });
    world = std::make_unique<World>(text, [this](std::shared_ptr<const Charter> charter) {
      Config config;
      config.credentials["models"] = {"X-Team", "Bearer ", folder.path() / "key"};
      routes = Routes::create(std::move(charter), config).value();
      return std::make_unique<LoopDispatcher>(
          *routes, std::vector<LoopDispatcher::Lane>{{&thread.loop(), upstreams.get()}});
    });
  }
  ~Sending() {
    world->sequencer().stop();
    thread.on_loop([&] { upstreams.reset(); });
  }

  intent::Outcome outcome_of(GatedRequest request) {
    const std::string id = world->hold(std::move(request))->id();
    for (const char* person : {"haddad", "eriksen"}) REQUIRE(world->approve(person, id).ok());
    REQUIRE(eventually([&] { return world->outcome(id).has_value(); }));
    return *world->outcome(id);
  }

  journal_tests::TemporaryFolder folder;
  LoopThread thread;
  std::unique_ptr<Upstreams> upstreams;
  std::unique_ptr<const Routes> routes;
  std::unique_ptr<World> world;
};

}  // namespace

TEST_CASE("an endpoint that is not there was sent nothing, and the journal says so") {
  Sending sending(closed_port());
  CHECK(sending.outcome_of(sending.world->ask()).kind == Kind::not_sent);
}

TEST_CASE("what was sent and not answered is unknown, though the endpoint only closed T40") {
  ScriptedOrigin origin([](Wire& wire) { (void)wire.read_message(); });
  Sending sending(origin.port());
  CHECK(sending.outcome_of(sending.world->ask()).kind == Kind::unknown);
  CHECK(origin.connections() == 1);
}

TEST_CASE("the gateway's credential stands in the place of a caller's field of that name [C7]") {
  std::string seen;
  std::mutex mutex;  // guards seen
  ScriptedOrigin origin([&](Wire& wire) {
    const std::string request = wire.read_message();
    {
      std::lock_guard lock(mutex);
      seen = request;
    }
    wire.write("HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n");
  });
  Sending sending(origin.port());
  GatedRequest request = sending.world->ask();
  request.facts.headers.emplace_back("x-team", "the caller's own");
  const intent::Outcome outcome = sending.outcome_of(std::move(request));
  // A redirect is an answer, and followed nowhere T05.
  CHECK(outcome.kind == Kind::answered);
  CHECK(outcome.status == 302);
  CHECK(origin.connections() == 1);
  std::lock_guard lock(mutex);
  CHECK(contains(seen, "X-Team: Bearer upstream-secret\r\n"));
  CHECK_FALSE(contains(seen, "the caller's own"));
}
