#include "gateway/proxy/prober.h"

#include <doctest/doctest.h>

#include <condition_variable>

#include "tests/gateway/http/harness.h"

using namespace keyturn;

namespace {

// Probes of one origin every 100 ms, and what they found.
struct Probing {
  explicit Probing(std::uint16_t port) {
    probe = {"models", {.host = "127.0.0.1", .port = port}, Method::get, "/healthz", 100};
    thread.on_loop([&] {
      upstreams = std::make_unique<Upstreams>(thread.loop());
      prober = std::make_unique<Prober>(
          thread.loop(), *upstreams, [this](const Probe&, bool up, std::string_view why) {
            const std::lock_guard lock(mutex);
            verdicts.push_back((up ? "up: " : "down: ") + std::string(why));
            changed.notify_all();
          });
      prober->use({probe});
    });
  }
  ~Probing() {
    thread.on_loop([&] {
      prober.reset();
      upstreams.reset();
    });
  }
  std::string verdict(std::size_t index) {
    std::unique_lock lock(mutex);
    const bool came =
        changed.wait_for(lock, std::chrono::seconds(20), [&] { return verdicts.size() > index; });
    return came ? verdicts[index] : "none";
  }

  Probe probe;
  LoopThread thread;
  std::unique_ptr<Upstreams> upstreams;
  std::unique_ptr<Prober> prober;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> verdicts;  // guarded by mutex
};

}  // namespace

TEST_CASE("a probe asks its exact path without a credential, and tells when the answer changes") {
  std::atomic<bool> well = false;
  std::mutex mutex;
  std::string asked;
  ScriptedOrigin origin([&](Wire& wire) {
    const std::string request = wire.read_message();
    {
      const std::lock_guard lock(mutex);
      asked = request;
    }
    wire.write(well ? "HTTP/1.1 204 No Content\r\n\r\n"
                    : "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
  });
  Probing probing(origin.port());
  CHECK(probing.verdict(0) == "down: it answers the probe with 503");
  well = true;
  CHECK(probing.verdict(1) == "up: it answers");
  const std::lock_guard lock(mutex);
  CHECK(asked == "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(origin.port()) +
                     "\r\nUser-Agent: keyturn-probe\r\nAccept: */*\r\n\r\n");
}

TEST_CASE("an endpoint that is not there, is silent or talks too long is down") {
  Probing nobody(closed_port());
  CHECK(nobody.verdict(0).rfind("down: ", 0) == 0);

  ScriptedOrigin mute([](Wire& wire) { wire.read_to_end(); });
  Probing silent(mute.port());
  CHECK(silent.verdict(0) == "down: no answer to the probe in time");

  ScriptedOrigin talker([](Wire& wire) {
    wire.read_message();
    wire.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (wire.write(std::string(4096, 'x'))) {
    }
  });
  Probing talked(talker.port());
  CHECK(talked.verdict(0).rfind("down: ", 0) == 0);
}

TEST_CASE("an endpoint that is asked no more counts as up") {
  Probing probing(closed_port());
  CHECK(probing.verdict(0).rfind("down: ", 0) == 0);
  probing.thread.on_loop([&] { probing.prober->use({}); });
  CHECK(probing.verdict(1) == "up: it is asked no more");
}
