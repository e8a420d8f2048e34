#include "gateway/http/origin_health.h"

#include <doctest/doctest.h>

#include "gateway/http/upstream.h"
#include "tests/gateway/http/harness.h"

using namespace keyturn;
using Failure = OriginHealth::Failure;

namespace {

constexpr std::uint64_t second_us = 1'000'000;
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Asking {
  explicit Asking(UpstreamLimits limits) {
    thread.on_loop([&] {
      upstreams = std::make_unique<Upstreams>(thread.loop(), limits);
      upstreams->on_health([this](const Origin&, bool up, std::string_view why) {
        changes += up ? "up " : "down ";
        CHECK_FALSE(why.empty());
      });
    });
  }
  ~Asking() {
    thread.on_loop([&] { upstreams.reset(); });
  }
  Outcome fetch(std::uint16_t port, bool fresh = false) {
    std::promise<Outcome> done;
    thread.on_loop([&] {
      UpstreamRequest request;
      request.origin = {.host = "127.0.0.1", .port = port};
      request.target = "/";
      request.fresh_connection = fresh;
      upstreams->fetch(std::move(request),
                       {.on_head = {}, .on_chunk = {}, .on_done = [&](Outcome outcome) {
                          done.set_value(std::move(outcome));
                        }});
    });
    return done.get_future().get();
  }
  LoopThread thread;
  std::unique_ptr<Upstreams> upstreams;
  std::string changes;  // on the loop
};

// Ejected at the second failure, for longer than any test runs.
UpstreamLimits strict() {
  UpstreamLimits limits;
  limits.failures_max = 2;
  limits.eject_ms = limits.eject_ms_max = 3'600'000;
  return limits;
}

}  // namespace

TEST_CASE("failures in a row eject an origin for a while that doubles, up to its longest") {
  UpstreamLimits limits;
  limits.failures_max = 3;
  limits.eject_ms = 1000;
  limits.eject_ms_max = 3000;
  OriginHealth health;
  std::uint64_t now_us = 5 * second_us;
  CHECK_FALSE(health.failed(Failure::connect, now_us, limits));
  CHECK_FALSE(health.failed(Failure::connect, now_us, limits));
  CHECK(health.left_alone_us(now_us) == 0);
  CHECK(health.failed(Failure::connect, now_us, limits));
  CHECK(health.left_alone_us(now_us) == second_us);
  // What failed with it counts no further.
  CHECK_FALSE(health.failed(Failure::connect, now_us + 1, limits));
  CHECK(health.left_alone_us(now_us + second_us) == 0);
  // Its time is over: one more failure is enough.
  for (const std::uint64_t expected_us : {2 * second_us, 3 * second_us, 3 * second_us}) {
    now_us += 10 * second_us;
    CHECK(health.failed(Failure::connect, now_us, limits));
    CHECK(health.left_alone_us(now_us) == expected_us);
  }
  CHECK(health.answered());
  CHECK(health.left_alone_us(now_us) == 0);
  CHECK_FALSE(health.answered());
  CHECK_FALSE(health.failed(Failure::connect, now_us, limits));
}

TEST_CASE("a connection that is made forgets failed ones, but not bad answers") {
  UpstreamLimits limits;
  limits.failures_max = 2;
  OriginHealth health;
  CHECK_FALSE(health.failed(Failure::connect, 1, limits));
  health.connected();
  CHECK_FALSE(health.failed(Failure::connect, 2, limits));
  health.connected();
  CHECK_FALSE(health.failed(Failure::answer, 3, limits));
  health.connected();
  CHECK(health.failed(Failure::answer, 4, limits));
}

TEST_CASE("an origin that is down is left alone, but for requests on a fresh connection") {
  const std::uint16_t port = closed_port();
  Asking asking(strict());
  CHECK_FALSE(contains(asking.fetch(port).message, "left alone"));
  CHECK_FALSE(contains(asking.fetch(port).message, "left alone"));
  const Outcome refused = asking.fetch(port);
  CHECK(contains(refused.message, "left alone"));
  CHECK(refused.sent == Sent::not_sent);
  CHECK_FALSE(contains(asking.fetch(port, true).message, "left alone"));
  asking.thread.on_loop([&] { CHECK(asking.changes == "down "); });
}

TEST_CASE("answers with two readings eject an origin; one whole answer brings it back [T39]") {
  std::atomic<bool> well = false;
  ScriptedOrigin origin([&](Wire& wire) {
    while (!wire.read_message().empty())
      if (!wire.write(well ? ok : "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")) return;
  });
  Asking asking(strict());
  asking.fetch(origin.port());
  asking.fetch(origin.port());
  CHECK(contains(asking.fetch(origin.port()).message, "left alone"));
  CHECK(origin.connections() == 2);
  well = true;
  CHECK(asking.fetch(origin.port(), true).sent == Sent::complete);
  CHECK(asking.fetch(origin.port()).sent == Sent::complete);
  asking.thread.on_loop([&] { CHECK(asking.changes == "down up "); });
}

TEST_CASE("a pooled connection that the origin closed says nothing of its health") {
  ScriptedOrigin origin([](Wire& wire) {
    wire.read_message();
    wire.write(ok);
  });
  Asking asking(strict());
  for (int i = 0; i < 6; ++i)
    CHECK_FALSE(contains(asking.fetch(origin.port()).message, "left alone"));
}

TEST_CASE("what a probe found holds until it finds otherwise, and for passes alone") {
  ScriptedOrigin origin([](Wire& wire) {
    while (!wire.read_message().empty())
      if (!wire.write(ok)) return;
  });
  Asking asking(strict());
  const Origin at{.host = "127.0.0.1", .port = origin.port()};
  asking.thread.on_loop([&] { asking.upstreams->probed(at, false); });
  CHECK(contains(asking.fetch(origin.port()).message, "left alone"));
  CHECK(asking.fetch(origin.port(), true).sent == Sent::complete);
  CHECK(contains(asking.fetch(origin.port()).message, "left alone"));
  asking.thread.on_loop([&] { asking.upstreams->probed(at, true); });
  CHECK(asking.fetch(origin.port()).sent == Sent::complete);
}

TEST_CASE("limits of one origin may change while it is in use, and touch no other") {
  ScriptedOrigin origin([](Wire& wire) {
    while (!wire.read_message().empty())
      if (!wire.write(ok)) return;
  });
  const std::uint16_t down = closed_port(), other = closed_port();
  Asking asking({});
  CHECK(asking.fetch(origin.port()).sent == Sent::complete);
  asking.fetch(down);
  asking.thread.on_loop([&] {
    asking.upstreams->limit({{Origin{.host = "127.0.0.1", .port = down}, strict()},
                             {Origin{.host = "127.0.0.1", .port = origin.port()}, strict()}});
  });
  asking.fetch(down);
  asking.fetch(down);
  CHECK(contains(asking.fetch(down).message, "left alone"));
  for (int i = 0; i < 3; ++i) CHECK_FALSE(contains(asking.fetch(other).message, "left alone"));
  CHECK(asking.fetch(origin.port()).sent == Sent::complete);
}
