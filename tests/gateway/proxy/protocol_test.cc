// HTTP's smaller promises on the callers' listener: upgrades, expectations, HEAD, OPTIONS and CORS.
#include <doctest/doctest.h>

#include "tests/gateway/proxy/gate.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

constexpr HoldTimes times{20'000, 60'000};

std::string with_cors(const std::string& request) {
  std::string answer = ok_answer(request.starts_with("HEAD") ? "" : "{\"ok\": true}");
  answer.insert(answer.find("\r\n") + 2,
                "Access-Control-Allow-Origin: *\r\nKeyturn-Command: forged\r\n");
  return answer;
}

std::string bearer(std::string_view name) {
  return "Authorization: Bearer " + test_token(name) + "\r\n";
}

std::string ask(Gate& gate, const std::string& request) {
  Wire wire = Wire::to(gate.port());
  wire.write(request);
  return wire.read_message();
}

std::string post(const std::string& fields, std::size_t length) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
         fields + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

}  // namespace

TEST_CASE("upgrades are refused with what is to be done instead, and end the connection [T06]") {
  Gate gate(with_cors, times);
  const std::string key = bearer("nowak");
  for (const std::string& fields :
       {std::string("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"),
        std::string("Upgrade: websocket\r\nConnection: upgrade\r\n"),
        std::string(
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"),
        std::string("HTTP2-Settings: AA\r\n"), std::string("Upgrade: h2c\r\n")}) {
    Wire wire = Wire::to(gate.port());
    wire.write("GET /api/v1/entities/uav-001 HTTP/1.1\r\nHost: x\r\n" + key + fields + "\r\n");
    const std::string answer = wire.read_to_end();
    CHECK(status_line(answer) == "HTTP/1.1 400 Bad Request");
    CHECK(contains(answer, "application/problem+json"));
    CHECK(contains(answer, "WebSocket is not supported yet"));
    CHECK(contains(answer, "\"code\":\"upgrade\""));
  }
  Wire preface = Wire::to(gate.port());
  preface.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  const std::string answer = preface.read_to_end();
  CHECK(status_line(answer) == "HTTP/1.1 505 HTTP Version Not Supported");
  CHECK(contains(answer, "HTTP/2 is not supported"));
  CHECK(gate.requests().empty());
}

TEST_CASE("100 comes after the principal is known and the head accepted, and only then") {
  Gate gate(with_cors, times);
  const std::string expects = "Expect: 100-continue\r\n";
  const std::string body = R"({"model":"chat-large-3"})";

  Wire known = Wire::to(gate.port());
  known.write(post(bearer("nowak") + expects, body.size()));
  CHECK(known.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  known.write(body);
  CHECK(status_line(known.read_message()) == "HTTP/1.1 200 OK");
  // The expectation was met here: the endpoint is not asked again.
  CHECK_FALSE(contains(gate.requests().at(0), "xpect"));

  CHECK(status_line(ask(gate, post(expects, body.size()))) == "HTTP/1.1 401 Unauthorized");
  CHECK(status_line(ask(gate, "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n" +
                                  bearer("nowak") + expects + "\r\n")) == "HTTP/1.1 403 Forbidden");
  CHECK(status_line(ask(gate, post(bearer("nowak") + expects, 1u << 30))) ==
        "HTTP/1.1 413 Content Too Large");
  CHECK(status_line(ask(gate, "POST /keyturn/v1/holds/x HTTP/1.1\r\nHost: x\r\n" + expects +
                                  "Content-Length: 2\r\n\r\n")) ==
        "HTTP/1.1 413 Content Too Large");
  for (const char* wrong : {"Expect: 200-ok\r\n", "Expect: 100-continue, x\r\n", "Expect: \r\n"})
    CHECK(status_line(ask(gate, post(bearer("nowak") + wrong, body.size()))) ==
          "HTTP/1.1 417 Expectation Failed");
  CHECK(gate.requests().size() == 1);
}

TEST_CASE("HEAD is answered without a body, whoever answers it") {
  Gate gate(with_cors, times);
  const auto head = [&](const std::string& path, const std::string& fields) {
    Wire wire = Wire::to(gate.port());
    wire.write("HEAD " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields + "\r\n");
    const std::string answer = wire.read_to_end();
    CHECK(body_of(answer).empty());
    return status_line(answer);
  };
  CHECK(head("/api/v1/entities/uav-001", "") == "HTTP/1.1 401 Unauthorized");
  CHECK(head("/nowhere", bearer("nowak")) == "HTTP/1.1 403 Forbidden");
  CHECK(head("/keyturn/v1/holds/x?n=0", bearer("nowak")) == "HTTP/1.1 404 Not Found");
  CHECK(gate.requests().empty());
}

TEST_CASE("OPTIONS is a request like others; of the server as a whole it says its methods") {
  Gate gate(with_cors, times);
  Wire wire = Wire::to(gate.port());
  wire.write("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = wire.read_until("\r\n\r\n");
  CHECK(status_line(answer) == "HTTP/1.1 204 No Content");
  CHECK(contains(answer, "Allow: GET, HEAD, POST"));
  // The connection goes on.
  wire.write("OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(status_line(wire.read_message()) == "HTTP/1.1 401 Unauthorized");
  CHECK(status_line(ask(gate, "OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: x\r\n" +
                                  bearer("nowak") + "\r\n")) == "HTTP/1.1 403 Forbidden");
  const std::string own =
      ask(gate, "OPTIONS /keyturn/v1/holds/x HTTP/1.1\r\nHost: x\r\n" + bearer("nowak") + "\r\n");
  CHECK(status_line(own) == "HTTP/1.1 405 Method Not Allowed");
  CHECK(contains(own, "Allow: GET, HEAD, DELETE\r\n"));
  CHECK(gate.requests().empty());
}

TEST_CASE("a browser's preflight is refused with a sentence that says so") {
  Gate gate(with_cors, times);
  const std::string answer =
      ask(gate,
          "OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: x\r\nOrigin: https://page.example\r\n"
          "Access-Control-Request-Method: POST\r\n"
          "Access-Control-Request-Headers: authorization\r\n\r\n");
  CHECK(status_line(answer) == "HTTP/1.1 403 Forbidden");
  CHECK(contains(answer, "CORS"));
  CHECK_FALSE(contains(answer, "Access-Control-"));
  CHECK(gate.requests().empty());
}

TEST_CASE("an endpoint's CORS fields pass with passes only, and Keyturn-* of its own never") {
  Gate gate(with_cors, times);
  const HttpResponse passed =
      gate.send(gate.call(Method::get, "/api/v1/entities/uav-001", "nowak"));
  CHECK(field_of(passed, "access-control-allow-origin") == "*");
  CHECK(field_of(passed, "keyturn-command").empty());

  auto gated = std::async(std::launch::async, [&] { return gate.send(gate.question()); });
  const std::string id = gate.held();
  gate.give_quorum(id);
  const HttpResponse answer = gated.get();
  CHECK(answer.status == 200);
  CHECK(field_of(answer, "access-control-allow-origin").empty());
  CHECK(field_of(answer, "keyturn-command") == id);
}
