#include "gateway/http/server.h"

#include <doctest/doctest.h>

#include <condition_variable>

#include "tests/gateway/http/harness.h"

using namespace keyturn;

namespace {

// Hands each exchange to the test, on the loop.
class Scripted final : public Handler {
 public:
  using Script = std::function<void(std::shared_ptr<Exchange>)>;
  explicit Scripted(Script script) : script_(std::move(script)) {}
  void handle(std::shared_ptr<Exchange> exchange) override { script_(std::move(exchange)); }

 private:
  Script script_;
};

class Served {
 public:
  explicit Served(Scripted::Script script, ServerLimits limits = {}) : handler_(std::move(script)) {
    thread_.on_loop(
        [&] { server_ = Server::create(thread_.loop(), {}, handler_, limits).value(); });
  }
  ~Served() {
    thread_.on_loop([&] { server_.reset(); });
  }
  Wire connect(int receive_buffer_bytes = 0) { return Wire::to(port(), receive_buffer_bytes); }
  std::uint16_t port() const { return server_->port(); }
  Server& server() { return *server_; }
  LoopThread& thread() { return thread_; }
  std::size_t connections() {
    std::size_t count = 0;
    thread_.on_loop([&] { count = server_->connections(); });
    return count;
  }

 private:
  LoopThread thread_;
  Scripted handler_;
  std::unique_ptr<Server> server_;
};

// Something that a loop's thread says to the test's.
template <class T>
class Said {
 public:
  void say(T value) {
    const std::lock_guard lock(mutex_);
    values_.push_back(std::move(value));
    changed_.notify_all();
  }
  // The next value; waits for it.
  T next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !values_.empty(); }))
      throw std::runtime_error("nothing was said");
    T value = std::move(values_.front());
    values_.erase(values_.begin());
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<T> values_;
};

void echo(const std::shared_ptr<Exchange>& exchange) {
  const Request& request = exchange->request();
  exchange->respond(
      {.status = 200,
       .fields = {{"Content-Type", "text/plain"}},
       .body = std::string(method_name(request.method)) + " " + request.target + " " + request.body,
       .close = false});
}

const std::string get = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_CASE("one connection carries many requests, also when they are sent ahead") {
  Served served(echo);
  Wire wire = served.connect();
  wire.write(get);
  const std::string first = wire.read_message();
  CHECK(status_line(first) == "HTTP/1.1 200 OK");
  CHECK(body_of(first) == "GET /a?b=c ");
  CHECK(contains(first, "Date: "));
  wire.write(
      "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi" + get +
      "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  CHECK(body_of(wire.read_message()) == "POST /b hi");
  CHECK(body_of(wire.read_message()) == "GET /a?b=c ");
  CHECK(body_of(wire.read_message()) == "PUT /c abc");
}

TEST_CASE(
    "thousands of requests sent ahead are answered in order and do not pile up on the stack") {
  Served served(echo);
  Wire wire = served.connect();
  constexpr int count = 5000;
  std::thread writer([&] {
    std::string all;
    for (int i = 0; i < count; ++i)
      all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    wire.write(all);
  });
  int right = 0;
  for (int i = 0; i < count; ++i)
    right += body_of(wire.read_message()) == "GET /" + std::to_string(i) + " " ? 1 : 0;
  writer.join();
  CHECK(right == count);
}

TEST_CASE("a refused request is answered with a problem, and nothing behind it is read [T01]") {
  int handled = 0;
  Served served([&](auto exchange) {
    ++handled;
    echo(exchange);
  });
  Wire wire = served.connect();
  wire.write("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello" + get);
  const std::string answer = wire.read_to_end();
  CHECK(status_line(answer) == "HTTP/1.1 400 Bad Request");
  CHECK(contains(answer, "Content-Type: application/problem+json\r\n"));
  CHECK(contains(answer, "Connection: close\r\n"));
  CHECK(contains(answer, "\"code\":\"framing\""));
  CHECK(answer.find("HTTP/1.1", 1) == std::string::npos);
  CHECK(wire.ends_cleanly());
  served.thread().on_loop([&] { CHECK(handled == 0); });
}

TEST_CASE("after Connection: close nothing is read, and HTTP/1.0 closes too") {
  Served served(echo);
  for (const char* head : {"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                           "GET /a HTTP/1.0\r\nHost: x\r\n\r\n"}) {
    Wire wire = served.connect();
    wire.write(head + get);
    const std::string all = wire.read_to_end();
    CHECK(contains(all, "Connection: close\r\n"));
    CHECK(body_of(all) == "GET /a ");
  }
}

TEST_CASE("HEAD is answered with the length and without the body") {
  Served served(echo);
  Wire wire = served.connect();
  wire.write("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n" + get);
  CHECK(contains(wire.read_until("\r\n\r\n"), "Content-Length: 8\r\n"));
  CHECK(body_of(wire.read_message()) == "GET /a?b=c ");
}

TEST_CASE("a body too large is refused before it is sent, and one expected is asked for") {
  ServerLimits limits;
  limits.body_bytes_max = 10;
  Served served(echo, limits);
  Wire large = served.connect();
  large.write("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  CHECK(status_line(large.read_to_end()) == "HTTP/1.1 413 Content Too Large");
  Wire wire = served.connect();
  wire.write("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n");
  CHECK(wire.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  wire.write("0123456789");
  CHECK(body_of(wire.read_message()) == "POST /a 0123456789");
}

TEST_CASE("an answer may come later, from another thread by way of the loop") {
  Said<std::shared_ptr<Exchange>> held;
  Served served([&](auto exchange) { held.say(exchange); });
  Wire wire = served.connect();
  wire.write(get);
  auto exchange = held.next();
  CHECK(exchange->request().peer == "127.0.0.1");
  CHECK(exchange->request().query == "b=c");
  Loop& loop = exchange->loop();
  loop.post([exchange = std::move(exchange)] { echo(exchange); });
  CHECK(body_of(wire.read_message()) == "GET /a?b=c ");
}

TEST_CASE("each write of a stream goes out at once") {
  Said<std::shared_ptr<Exchange>> held;
  Served served([&](auto exchange) { held.say(exchange); });
  Wire wire = served.connect();
  wire.write(get);
  const auto exchange = held.next();
  served.thread().on_loop([&] { exchange->begin(200, {{"Content-Type", "text/event-stream"}}); });
  CHECK(contains(wire.read_until("\r\n\r\n"), "Transfer-Encoding: chunked\r\n"));
  for (const std::string event : {"data: 1\n\n", ": still here\n\n"}) {
    served.thread().on_loop([&] { CHECK(exchange->write(event)); });
    CHECK(contains(wire.read_until(event), event));
  }
  served.thread().on_loop([&] { exchange->end(); });
  CHECK(wire.read_until("0\r\n\r\n") == "\r\n0\r\n\r\n");
  wire.write(get);
  served.thread().on_loop([] {});
  served.thread().on_loop([again = held.next()]() mutable { echo(again); });
  CHECK(body_of(wire.read_message()) == "GET /a?b=c ");
}

TEST_CASE("a stream to an HTTP/1.0 client is ended by the connection's end") {
  Served served([&](auto exchange) {
    exchange->begin(200, {});
    exchange->write("one");
    exchange->end();
  });
  Wire wire = served.connect();
  wire.write("GET /a HTTP/1.0\r\nHost: x\r\n\r\n");
  CHECK(body_of(wire.read_to_end()) == "one");
}

TEST_CASE("a client that leaves while it is held is noticed, however it leaves") {
  Said<std::shared_ptr<Exchange>> held;
  Said<bool> gone;
  Served served([&](auto exchange) {
    exchange->on_gone([&] { gone.say(true); });
    held.say(exchange);
  });
  for (const bool reset : {false, true}) {
    Wire wire = served.connect();
    wire.write(get);
    const auto exchange = held.next();
    wire.close(reset);
    CHECK(gone.next());
    served.thread().on_loop([&] {
      CHECK(exchange->gone());
      exchange->respond({});  // does nothing
      CHECK_FALSE(exchange->write("x"));
    });
  }
  CHECK(served.connections() == 0);
}

TEST_CASE("a client that only stops sending is not gone, and gets its answer") {
  Said<std::shared_ptr<Exchange>> held;
  Said<bool> gone;
  Served served([&](auto exchange) {
    exchange->on_gone([&] { gone.say(true); });
    held.say(exchange);
  });
  Wire wire = served.connect();
  wire.write(get);
  wire.half_close();
  const auto exchange = held.next();
  // The interim answer shows that the server has seen the half-close.
  CHECK(wire.read_until("\r\n\r\n") == "HTTP/1.1 102 Processing\r\n\r\n");
  served.thread().on_loop([&] {
    CHECK_FALSE(exchange->gone());
    echo(exchange);
  });
  CHECK(body_of(wire.read_to_end()) == "GET /a?b=c ");
}

TEST_CASE("an exchange dropped unanswered is answered with 500; one dropped midway is cut") {
  Served served([](auto exchange) {
    if (exchange->request().path != "/stream") return;
    exchange->begin(200, {});
    exchange->write("half");
  });
  Wire wire = served.connect();
  wire.write(get);
  CHECK(status_line(wire.read_to_end()) == "HTTP/1.1 500 Internal Server Error");
  Wire stream = served.connect();
  stream.write("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK_FALSE(stream.ends_cleanly());
}

TEST_CASE("an exchange may be dropped on any thread") {
  Said<std::shared_ptr<Exchange>> held;
  Served served([&](auto exchange) { held.say(exchange); });
  Wire wire = served.connect();
  wire.write(get);
  held.next().reset();
  CHECK(status_line(wire.read_to_end()) == "HTTP/1.1 500 Internal Server Error");
}

TEST_CASE("a reader too slow for its stream is cut, not buffered without end [T29]") {
  ServerLimits limits;
  limits.unsent_bytes_max = 1 << 20;
  Said<std::size_t> written;
  Served served(
      [&](auto exchange) {
        exchange->begin(200, {});
        const std::string chunk(64 * 1024, 'x');
        std::size_t bytes = 0;
        while (exchange->write(chunk)) bytes += chunk.size();
        CHECK(exchange->gone());
        written.say(bytes);
      },
      limits);
  Wire wire = served.connect(4096);
  wire.write(get);
  // What the kernel's buffers and ours hold, and no more.
  CHECK(written.next() < (64u << 20));
}

TEST_CASE("a source can wait for its reader: on_drained calls when all has gone out") {
  Said<bool> drained;
  Said<std::shared_ptr<Exchange>> held;
  Served served([&](auto exchange) {
    exchange->begin(200, {});
    const std::string chunk(64 * 1024, 'x');
    while (exchange->unsent_bytes() == 0) exchange->write(chunk);
    exchange->on_drained([&] { drained.say(true); });
    held.say(exchange);
  });
  Wire wire = served.connect(4096);
  wire.write(get);
  const auto exchange = held.next();
  std::thread reader([&] { wire.read_until("0\r\n\r\n"); });
  CHECK(drained.next());
  served.thread().on_loop([&] {
    CHECK(exchange->unsent_bytes() == 0);
    exchange->end();
  });
  reader.join();
}

TEST_CASE("each phase of a connection has its deadline [T29]") {
  ServerLimits limits;
  limits.head_ms = limits.body_ms = limits.idle_ms = limits.stall_ms = limits.linger_ms = 50;
  Served served(echo, limits);
  SUBCASE("nothing is sent") { CHECK(served.connect().read_to_end().empty()); }
  SUBCASE("a head never ends") {
    Wire wire = served.connect();
    wire.write("GET /a HTTP/1.1\r\nHost:");
    CHECK(status_line(wire.read_to_end()) == "HTTP/1.1 408 Request Timeout");
  }
  SUBCASE("a head that drips") {
    Wire wire = served.connect();
    std::string answer;
    // Every byte is progress, and none of them puts the deadline off.
    wire.write("GET /a HTTP/1.1\r\nX: ");
    while (wire.write("a")) std::this_thread::yield();
    CHECK(served.connections() == 0);
  }
  SUBCASE("a body never comes") {
    Wire wire = served.connect();
    wire.write("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    CHECK(status_line(wire.read_to_end()) == "HTTP/1.1 408 Request Timeout");
  }
  SUBCASE("idle after an answer") {
    Wire wire = served.connect();
    wire.write(get);
    wire.read_message();
    CHECK(wire.read_to_end().empty());
  }
  SUBCASE("a refused client that does not leave") {
    Wire wire = served.connect();
    wire.write("nonsense\r\n\r\n");
    wire.read_to_end();
    while (served.connections() > 0) std::this_thread::yield();
  }
}

TEST_CASE("connections are capped, in all and for one address [T29]") {
  for (const bool of_one : {false, true}) {
    ServerLimits limits;
    (of_one ? limits.connections_per_peer_max : limits.connections_max) = 2;
    Served served(echo, limits);
    Wire first = served.connect();
    Wire second = served.connect();
    first.write(get);
    second.write(get);
    CHECK(!first.read_message().empty());
    CHECK(!second.read_message().empty());
    CHECK(served.connect().read_to_end().empty());
    first.close();
    while (served.connections() > 1) std::this_thread::yield();
    Wire third = served.connect();
    third.write(get);
    CHECK(body_of(third.read_message()) == "GET /a?b=c ");
  }
}

TEST_CASE("draining closes what is idle, and lets what is held be answered") {
  Said<std::shared_ptr<Exchange>> held;
  Said<bool> drained;
  Served served([&](auto exchange) { held.say(exchange); });
  Wire idle = served.connect();
  Wire busy = served.connect();
  busy.write(get);
  const auto exchange = held.next();
  while (served.connections() < 2) std::this_thread::yield();
  served.thread().on_loop(
      [&] { served.server().drain(std::chrono::seconds(60), [&] { drained.say(true); }); });
  CHECK(idle.read_to_end().empty());
  served.thread().on_loop([&] { echo(exchange); });
  const std::string answer = busy.read_to_end();
  CHECK(contains(answer, "Connection: close\r\n"));
  CHECK(body_of(answer) == "GET /a?b=c ");
  busy.close();
  CHECK(drained.next());
}

TEST_CASE("draining ends at its deadline") {
  Said<std::shared_ptr<Exchange>> held;
  Said<bool> drained;
  Served served([&](auto exchange) { held.say(exchange); });
  Wire wire = served.connect();
  wire.write(get);
  const auto exchange = held.next();
  served.thread().on_loop(
      [&] { served.server().drain(std::chrono::milliseconds(1), [&] { drained.say(true); }); });
  CHECK(drained.next());
  CHECK(wire.read_to_end().empty());
  served.thread().on_loop([&] { CHECK(exchange->gone()); });
}

TEST_CASE("a port in use is an error that names it; servers that share one may") {
  LoopThread thread;
  Scripted handler(echo);
  thread.on_loop([&] {
    auto first = Server::create(thread.loop(), {.shared = true}, handler).value();
    auto second = Server::create(thread.loop(), {.port = first->port(), .shared = true}, handler);
    CHECK(second.ok());
    const auto third = Server::create(thread.loop(), {.port = first->port()}, handler);
    REQUIRE_FALSE(third.ok());
    CHECK(contains(third.error().message, std::to_string(first->port())));
    const auto named = Server::create(thread.loop(), {.address = "localhost"}, handler);
    REQUIRE_FALSE(named.ok());
    CHECK(contains(named.error().message, "`localhost`"));
  });
}

TEST_CASE("`Keyturn-` fields are taken only by what stands behind a gateway [C7]") {
  const std::string request =
      "GET /a HTTP/1.1\r\nHost: x\r\nKeyturn-Command: 01JD\r\nConnection: close\r\n\r\n";
  struct Echo : Handler {
    void handle(std::shared_ptr<Exchange> exchange) override {
      Response response;
      response.body = std::string(exchange->request().field("keyturn-command").value_or("none"));
      exchange->respond(std::move(response));
    }
  } echo;
  struct Nobody : Front {
    HeadDecision on_head(const Head&) override { return Response{}; }
    BodyDecision on_body(const Head&, std::string_view) override { return Response{}; }
  } nobody;
  LoopThread thread;
  std::unique_ptr<Upstreams> upstreams;
  std::unique_ptr<Server> gateway, endpoint;
  thread.on_loop([&] {
    upstreams = std::make_unique<Upstreams>(thread.loop());
    Listen behind;
    behind.keyturn_fields = KeyturnFields::taken;
    gateway = Server::create(thread.loop(), {}, echo).value();
    endpoint = Server::create(thread.loop(), behind, echo).value();
    CHECK_FALSE(Server::create(thread.loop(), behind, nobody, *upstreams).ok());
  });
  const auto answer = [&request](std::uint16_t port) {
    Wire wire = Wire::to(port);
    wire.write(request);
    return wire.read_to_end();
  };
  CHECK(status_line(answer(gateway->port())) == "HTTP/1.1 400 Bad Request");
  CHECK(body_of(answer(endpoint->port())) == "01JD");
  thread.on_loop([&] {
    gateway.reset();
    endpoint.reset();
    upstreams.reset();
  });
}
