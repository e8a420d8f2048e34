#include "gateway/http/client.h"

#include <doctest/doctest.h>

#include "tests/gateway/http/harness.h"

using namespace keyturn;

namespace {

HttpCall call(std::uint16_t port, const std::string& path = "/a") {
  HttpCall call;
  call.url = "http://127.0.0.1:" + std::to_string(port) + path;
  call.timeout_ms = 10'000;
  return call;
}

}  // namespace

TEST_CASE("the client sends one request and brings the whole answer") {
  std::promise<std::string> seen;
  ScriptedOrigin origin([&](Wire& wire) {
    seen.set_value(wire.read_message());
    wire.write(
        "HTTP/1.1 403 Forbidden\r\nX-A: b\r\nTransfer-Encoding: "
        "chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n");
  });
  HttpCall wanted = call(origin.port(), "/a?b=c");
  wanted.method = Method::post;
  wanted.fields = {{"Content-Type", "text/plain"}};
  wanted.body = "hello";
  const auto response = http_request(wanted);
  REQUIRE(response.ok());
  CHECK(response->status == 403);
  CHECK(response->field("x-a") == "b");
  CHECK(response->body == "no");
  CHECK(seen.get_future().get() ==
        "POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(origin.port()) +
            "\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
            "Connection: close\r\n\r\nhello");
}

TEST_CASE("the client tells what was not sent from what may have been") {
  CHECK(http_request(call(closed_port())).error().code == Code::unavailable);

  ScriptedOrigin hangs_up([](Wire& wire) { wire.read_message(); });
  const auto lost = http_request(call(hangs_up.port()));
  CHECK(lost.error().code == Code::unknown);
  CHECK(contains(lost.error().message, "/a`"));

  ScriptedOrigin silent([](Wire& wire) { wire.read_to_end(); });
  HttpCall impatient = call(silent.port());
  impatient.timeout_ms = 50;
  CHECK(http_request(impatient).error().code == Code::unknown);

  ScriptedOrigin malformed([](Wire& wire) {
    wire.read_message();
    wire.write(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  });
  CHECK(http_request(call(malformed.port())).error().code == Code::invalid);

  ScriptedOrigin large([](Wire& wire) {
    wire.read_message();
    wire.write("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world");
  });
  HttpCall bounded = call(large.port());
  bounded.body_bytes_max = 10;
  CHECK(http_request(bounded).error().code == Code::too_large);
}

TEST_CASE("URLs that are no http URLs are refused by name") {
  for (const char* url : {"", "ftp://a/", "https://", "http://", "http:///a", "http://a b/",
                          "http://a/ b", "http://a/\r\nX: y", "http://a/#b"}) {
    HttpCall wanted;
    wanted.url = url;
    CAPTURE(url);
    CHECK(http_request(wanted).error().code == Code::invalid);
  }
}

TEST_CASE("lines are given as they come, however they are cut into chunks") {
  std::promise<void> first;
  ScriptedOrigin origin([&](Wire& wire) {
    wire.read_message();
    wire.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nda\n\r\n");
    first.get_future().wait();
    wire.write("4\r\n\r\nta\r\n2\r\n: \r\n2\r\n1\n\r\n3\r\nend\r\n0\r\n\r\n");
  });
  std::vector<std::string> lines;
  const auto response = http_lines(call(origin.port()), [&](std::string_view line) {
    lines.emplace_back(line);
    if (lines.size() == 1) first.set_value();
    return true;
  });
  REQUIRE(response.ok());
  CHECK(response->status == 200);
  CHECK(lines == std::vector<std::string>{"da", "", "ta: 1", "end"});
}

TEST_CASE("lines end when the reader says so, and a refusal is a body, not lines") {
  ScriptedOrigin endless([](Wire& wire) {
    wire.read_message();
    wire.write("HTTP/1.1 200 OK\r\n\r\n");
    while (wire.write("data: x\n\n")) {
    }
  });
  int lines = 0;
  CHECK(http_lines(call(endless.port()), [&](std::string_view) { return ++lines < 5; }).ok());
  CHECK(lines == 5);

  ScriptedOrigin refuses([](Wire& wire) {
    wire.read_message();
    wire.write("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n");
  });
  const auto refused = http_lines(call(refuses.port()), [&](std::string_view) {
    ++lines;
    return true;
  });
  REQUIRE(refused.ok());
  CHECK(refused->body == "no\n");
  CHECK(lines == 5);
}
