#include "gateway/http/upstream.h"

#include <doctest/doctest.h>
#include <netdb.h>

#include <cstdio>

#include "tests/gateway/http/fetcher.h"

using namespace keyturn;

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n\r\nok";

void answer_all(Wire& wire) {
  while (!wire.read_message().empty())
    if (!wire.write(ok)) return;
}

}  // namespace

TEST_CASE("a fetch sends exactly its fields and body, and brings the whole answer") {
  std::promise<std::string> seen;
  ScriptedOrigin origin([&](Wire& wire) {
    seen.set_value(wire.read_message());
    wire.write(ok);
  });
  Fetcher fetcher(origin.port());
  const Fetched fetched = fetcher.fetch(fetcher.request());
  CHECK(fetched.outcome.sent == Sent::complete);
  CHECK(fetched.status == 200);
  CHECK(only_field(fetched.fields, "x-a") == "b");
  CHECK(fetched.body == "ok");
  CHECK(seen.get_future().get() ==
        "POST /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(origin.port()) +
            "\r\nContent-Type: application/json\r\nKeyturn-Warrant: w\r\nContent-Length: "
            "2\r\n\r\n{}");
}

TEST_CASE("connections are used again, but never for a request that wants a fresh one [C7]") {
  ScriptedOrigin origin(answer_all);
  Fetcher fetcher(origin.port());
  fetcher.fetch(fetcher.request());
  fetcher.fetch(fetcher.request());
  CHECK(origin.connections() == 1);
  UpstreamRequest fresh = fetcher.request();
  fresh.fresh_connection = true;
  CHECK(fetcher.fetch(fresh).body == "ok");
  CHECK(origin.connections() == 2);
}

TEST_CASE("a fresh connection is had even where idle ones take up all the room") {
  ScriptedOrigin origin(answer_all);
  UpstreamLimits limits;
  limits.connections_max = 1;
  Fetcher fetcher(origin.port(), limits);
  fetcher.fetch(fetcher.request());
  UpstreamRequest fresh = fetcher.request();
  fresh.fresh_connection = true;
  CHECK(fetcher.fetch(fresh).body == "ok");
  CHECK(origin.connections() == 2);
}

TEST_CASE(
    "what cannot have arrived is not_sent; what may have is unknown, and is never sent again") {
  Fetcher down(closed_port());
  CHECK(down.fetch(down.request()).outcome.sent == Sent::not_sent);

  Fetcher nameless(80);
  UpstreamRequest request = nameless.request();
  request.origin.host = "no-such-name.invalid";
  const Fetched unresolved = nameless.fetch(request);
  CHECK(unresolved.outcome.sent == Sent::not_sent);
  CHECK(contains(unresolved.outcome.message, "`no-such-name.invalid`"));

  const std::function<void(Wire&)> scripts[] = {
      [](Wire& wire) { wire.read_message(); },  // takes it and hangs up
      [](Wire& wire) {                          // takes it and breaks
        wire.read_message();
        wire.close(true);
      },
      [](Wire& wire) {  // half an answer
        wire.read_message();
        wire.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
      },
      [](Wire& wire) {  // an answer with two readings [T39]
        wire.read_message();
        wire.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\nokok");
      },
      [](Wire& wire) { wire.read_to_end(); },  // takes it and is silent
  };
  for (const auto& script : scripts) {
    ScriptedOrigin origin(script);
    UpstreamLimits limits;
    limits.first_byte_ms = 50;
    Fetcher fetcher(origin.port(), limits);
    const Fetched fetched = fetcher.fetch(fetcher.request());
    CHECK(fetched.outcome.sent == Sent::unknown);
    CHECK_FALSE(fetched.outcome.message.empty());
    CHECK(origin.connections() == 1);
  }
}

TEST_CASE("names are looked up, and every address of one is tried") {
  // `localhost` is ::1 first on many machines, and the origin listens on 127.0.0.1 only.
  if (addrinfo* found = nullptr; getaddrinfo("localhost", nullptr, nullptr, &found) == 0) {
    freeaddrinfo(found);
  } else {
    std::printf("skipped: names of hosts (this machine does not know localhost)\n");
    return;
  }
  ScriptedOrigin origin(answer_all);
  Fetcher fetcher(origin.port());
  UpstreamRequest request = fetcher.request();
  request.origin.host = "localhost";
  CHECK(fetcher.fetch(request).body == "ok");
}

TEST_CASE("a cancelled fetch closes its connection and calls nobody") {
  std::promise<void> asked;
  std::promise<void> closed;
  ScriptedOrigin origin([&](Wire& wire) {
    wire.read_message();
    asked.set_value();
    wire.read_to_end();
    closed.set_value();
  });
  Fetcher fetcher(origin.port());
  bool called = false;
  std::shared_ptr<Fetch> running;
  fetcher.thread().on_loop([&] {
    running = fetcher.upstreams().fetch(
        fetcher.request(),
        {.on_head = {}, .on_chunk = {}, .on_done = [&](const Outcome&) { called = true; }});
  });
  asked.get_future().wait();
  fetcher.thread().on_loop([&] { running->cancel(); });
  CHECK(closed.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  fetcher.thread().on_loop([&] { CHECK_FALSE(called); });
}

TEST_CASE("a paused fetch reads no more, and goes on when resumed") {
  constexpr std::size_t bytes = 64u << 20;
  std::atomic<std::size_t> sent = 0;
  ScriptedOrigin origin([&](Wire& wire) {
    wire.read_message();
    wire.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n");
    const std::string part(65536, 'd');
    while (sent < bytes && wire.write(part)) sent += part.size();
  });
  Fetcher fetcher(origin.port());
  std::shared_ptr<Fetch> running;
  std::size_t received = 0;
  std::promise<Outcome> done;
  fetcher.thread().on_loop([&] {
    running = fetcher.upstreams().fetch(
        fetcher.request(),
        {.on_head = [&](unsigned, const auto&) { running->pause(); },
         .on_chunk = [&](std::string_view chunk) { received += chunk.size(); },
         .on_done = [&](Outcome outcome) { done.set_value(std::move(outcome)); }});
  });
  std::size_t before = 0;
  do {
    before = sent;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  } while (sent != before || before == 0);
  CHECK(before < bytes / 2);
  fetcher.thread().on_loop([&] { running->resume(); });
  CHECK(done.get_future().get().sent == Sent::complete);
  CHECK(received == bytes);
}

TEST_CASE("upstreams may go while fetches run; a handle kept longer does nothing") {
  ScriptedOrigin origin([](Wire& wire) { wire.read_to_end(); });
  std::shared_ptr<Fetch> running;
  {
    Fetcher fetcher(origin.port());
    fetcher.thread().on_loop([&] { running = fetcher.upstreams().fetch(fetcher.request(), {}); });
    while (origin.connections() == 0) std::this_thread::yield();
    fetcher.thread().on_loop([&] {
      fetcher.drop_upstreams();
      running->pause();
      running->resume();
      running->cancel();
      running.reset();
    });
  }
}

TEST_CASE("origins are `http://host` or `http://host:port`, nothing else") {
  const auto parsed = Origin::parse("http://models.internal:8443");
  REQUIRE(parsed.ok());
  CHECK(parsed->host == "models.internal");
  CHECK(parsed->port == 8443);
  CHECK(parsed->authority() == "models.internal:8443");
  CHECK(Origin::parse("http://a").value().authority() == "a");
  CHECK(Origin::parse("http://[::1]:8080").value().host == "[::1]");
  for (const char* wrong : {"", "a", "https://", "https:a", "http://", "http://a/", "http://a/b",
                            "http://a:", "http://a:0", "http://a:65536", "http://a:b", "http://:80",
                            "http://a@b", "http://a?b", "http://[::1", "http://a:80:80"}) {
    CAPTURE(wrong);
    const auto origin = Origin::parse(wrong);
    REQUIRE_FALSE(origin.ok());
    CHECK(contains(origin.error().message, "`" + std::string(wrong) + "`"));
  }
}
