#include "gateway/proxy/stream.h"

#include <doctest/doctest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "tests/gateway/proxy/gate.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

constexpr HoldTimes times{20'000, 60'000, 50};

std::string events_answer() {
  const std::string events = "data: {\"n\":1}\n\ndata: {\"n\":2}\n\ndata: [DONE]\n\n";
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nContent-Length: " +
         std::to_string(events.size()) + "\r\n\r\n" + events;
}

Gate::Script answers(std::string answer) {
  return [answer](const std::string&) { return answer; };
}

HttpCall streamed(Gate& gate, std::string_view path = "/v1/chat/completions",
                  std::string_view model = "helpful-only-1") {
  return gate.call(Method::post, path, "planner-7",
                   R"({"model":")" + std::string(model) + R"(","messages":[],"stream":true})");
}

// The request on a connection of its own, which is read as the stream comes.
Wire open_stream(Gate& gate, const HttpCall& call, std::string_view path,
                 std::string_view more_fields = "") {
  Wire wire = Wire::to(gate.port());
  wire.write("POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
             test_token("planner-7") + "\r\nContent-Type: application/json\r\n" +
             std::string(more_fields) + "Content-Length: " + std::to_string(call.body.size()) +
             "\r\n\r\n" + call.body);
  return wire;
}

// What the chunks carry that are left of a stream; the reading may have stopped behind a chunk's
// data.
std::string rest_of(Wire& wire) {
  std::string chunks = wire.read_until("\r\n0\r\n\r\n"), data;
  std::size_t at = chunks.rfind("\r\n", 0) == 0 ? 2 : 0;
  for (std::size_t line; (line = chunks.find("\r\n", at)) != std::string::npos;) {
    const std::size_t bytes = std::stoul(chunks.substr(at, line - at), nullptr, 16);
    data += chunks.substr(line + 2, bytes);
    at = line + 2 + bytes + 2;
  }
  return data;
}

// The JSON behind the last `data: ` of a stream.
nlohmann::json last_data(const std::string& stream) {
  const std::size_t at = stream.rfind("data: ");
  REQUIRE(at != std::string::npos);
  const std::size_t from = at + 6;
  return nlohmann::json::parse(stream.substr(from, stream.find("\n\n", from) - from));
}

}  // namespace

TEST_CASE("a caller who asks for a stream waits in it, and gets the endpoint's events") {
  Gate gate(answers(events_answer()), times);
  const HttpCall call = streamed(gate);
  Wire wire = open_stream(gate, call, "/v1/chat/completions");
  const std::string head = wire.read_until("\r\n\r\n");
  const std::string id = gate.held();
  CHECK(status_line(head) == "HTTP/1.1 200 OK");
  CHECK(contains(head, "Content-Type: text/event-stream\r\n"));
  CHECK(contains(head, "X-Accel-Buffering: no\r\n"));
  CHECK(contains(head, "Cache-Control: no-store\r\n"));
  CHECK(contains(head, "Keyturn-Command: " + id + "\r\n"));
  for (int i = 0; i < 3; ++i) (void)wire.read_until(": the command is held\n\n");
  CHECK(gate.requests().empty());
  gate.give_quorum(id);
  const std::string events = rest_of(wire);
  CHECK(contains(events, "data: {\"n\":1}\n\ndata: {\"n\":2}\n\ndata: [DONE]\n\n"));
  CHECK_FALSE(contains(events, "HTTP/1.1"));
  CHECK(gate.requests().size() == 1);
  CHECK(eventually([&] { return gate.world().counts().waiters == 0; }));

  // The identical request attaches to the answer that is kept.
  const HttpResponse again = gate.send(call);
  CHECK(again.status == 200);
  CHECK(field_of(again, "Content-Type") == "text/event-stream; charset=utf-8");
  CHECK(contains(again.body, "[DONE]"));
  CHECK(field_of(again, "Keyturn-Command") == id);
  CHECK(gate.requests().size() == 1);
}

TEST_CASE("what ends otherwise ends in the stream, in the form of the caller's API") {
  Gate gate(answers(events_answer()), times);
  std::string path = "/v1/chat/completions", fields, alive = ": the command is held\n\n";
  SUBCASE("chat completions") {}
  SUBCASE("responses") { path = "/v1/responses"; }
  SUBCASE("messages") {
    path = "/v1/messages";
    alive = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
  }
  SUBCASE("messages, by the version field") {
    path = "/v1/other";
    fields = "anthropic-version: 2023-06-01\r\n";
    alive = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
  }
  Wire wire = open_stream(gate, streamed(gate), path, fields);
  (void)wire.read_until(alive);
  const std::string id = gate.held();
  REQUIRE(gate.world().submit(intent::Cancel{id, "planner-7"}).ok());
  const std::string end = rest_of(wire);
  const nlohmann::json data = last_data(end);
  CHECK(data["error"]["code"] == "cancelled");
  CHECK(data["error"]["type"] == "permission_error");
  CHECK(data["error"]["status"] == 403);
  CHECK(data["error"]["command"] == id);
  CHECK(contains(data["error"]["message"].get<std::string>(), "cancelled by its initiator"));
  if (path == "/v1/chat/completions") {
    CHECK_FALSE(contains(end, "event:"));
    CHECK(data.size() == 1);
  } else {
    CHECK(contains(end, "event: error\ndata: "));
    CHECK(data["type"] == "error");
  }
  if (path == "/v1/responses") {  // the members that its documentation names
    CHECK(data["code"] == "cancelled");
    CHECK(data["message"] == data["error"]["message"]);
    CHECK(data["param"].is_null());
    CHECK(data["sequence_number"].is_number_integer());
  }
  CHECK(gate.requests().empty());
}

TEST_CASE("an expired stream names the unmet terms, and nobody who could meet them [P1]") {
  Gate gate(answers(events_answer()), times);
  Wire wire = open_stream(gate, streamed(gate), "/v1/chat/completions");
  (void)wire.read_until(": the command is held\n\n");
  (void)gate.held();
  gate.world().clock.advance(Duration{3600 + 600});
  const nlohmann::json data = last_data(rest_of(wire));
  CHECK(data["error"]["code"] == "expired");
  REQUIRE(data["error"]["reasons"].size() >= 1);
  const std::string all = data.dump();
  CHECK(contains(all, "institution:parliament"));
  for (const char* person : {"haddad", "ito", "eriksen", "duarte"}) {
    CHECK_FALSE(contains(all, person));
  }
}

TEST_CASE("a refusal that is known at once is a plain one, also where a stream was asked for") {
  Gate gate(answers(events_answer()), times);
  const HttpResponse refused =
      gate.send(streamed(gate, "/v1/chat/completions", "helpful-only-" + std::string(300, 'x')));
  CHECK(refused.status == 403);
  CHECK(field_of(refused, "Content-Type") == "application/problem+json");
  CHECK(field_of(refused, "x-should-retry") == "false");
  const nlohmann::json body = nlohmann::json::parse(refused.body);
  for (const char* member : {"message", "type", "code"}) CHECK(body["error"][member].is_string());
}

TEST_CASE("an endpoint's answer that is no stream becomes an error in the stream") {
  std::string answer, code, message;
  unsigned status = 0;
  SUBCASE("an error in JSON keeps its own words") {
    const std::string body =
        R"({"error":{"message":"too many \n\n requests","type":"rate_limit_error","code":"rpm"}})";
    answer =
        "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    code = "rpm";
    message = "too many \n\n requests";
    status = 429;
  }
  SUBCASE("a text is quoted") {
    answer = "HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<b>!";
    code = "endpoint-500";
    message = "the endpoint answered 500: <b>!";
    status = 500;
  }
  SUBCASE("a success that is not a stream says that it was carried out") {
    answer = ok_answer();
    code = "not-a-stream";
    message = "the command was carried out";
    status = 200;
  }
  SUBCASE("no answer is an unknown outcome [W9]") {
    code = "outcome-unknown";
    message = "never sent again";
    status = 409;
  }
  Gate gate(answers(answer), times);
  const HttpCall call = streamed(gate);
  Wire wire = open_stream(gate, call, "/v1/chat/completions");
  (void)wire.read_until(": the command is held\n\n");
  gate.give_quorum(gate.held());
  const nlohmann::json data = last_data(rest_of(wire));
  CHECK(data["error"]["code"] == code);
  CHECK(data["error"]["status"] == status);
  CHECK(contains(data["error"]["message"].get<std::string>(), message));
  CHECK(gate.requests().size() == 1);
  // Who comes now, before any stream has begun, gets the true status.
  const HttpResponse again = gate.send(call);
  CHECK(again.status == status);
  CHECK(gate.requests().size() == 1);
}

TEST_CASE("a stream whose caller goes away is waited in no more") {
  Gate gate(answers(events_answer()), times);
  {
    Wire wire = open_stream(gate, streamed(gate), "/v1/chat/completions");
    (void)wire.read_until(": the command is held\n\n");
    CHECK(gate.world().counts().waiters == 1);
    wire.close(true);
  }
  CHECK(eventually([&] { return gate.world().counts().waiters == 0; }));
  const std::string id = gate.held();
  gate.give_quorum(id);
  gate.world().rounds();
  CHECK(gate.requests().empty());
  // He comes back.
  Wire wire = open_stream(gate, streamed(gate), "/v1/chat/completions");
  (void)wire.read_until("\r\n\r\n");
  CHECK(contains(rest_of(wire), "[DONE]"));
  CHECK(gate.requests().size() == 1);
}

TEST_CASE("only a JSON body whose one reading says `\"stream\": true` asks for a stream") {
  Gate gate(answers(ok_answer()), {100, 350, 50});
  for (const char* stream : {"false", "null", "1", "\"true\"", "[true]", "{\"stream\":true}"}) {
    const HttpResponse step = gate.send(gate.call(
        Method::post, "/v1/chat/completions", "planner-7",
        R"({"model":"helpful-only-1","messages":[],"stream":)" + std::string(stream) + "}"));
    CHECK_MESSAGE(step.status == 303, stream);
  }
}

TEST_CASE("an answer that is cut within the stream is not taken for a whole one T39") {
  Gate gate(answers("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    "Transfer-Encoding: chunked\r\n\r\nf\r\ndata: {\"n\":1}\n\n\r\nno chunk\r\n"),
            times);
  Wire wire = open_stream(gate, streamed(gate), "/v1/chat/completions");
  (void)wire.read_until(": the command is held\n\n");
  gate.give_quorum(gate.held());
  const std::string rest = wire.read_to_end();
  CHECK_FALSE(contains(rest, "error"));
  CHECK_FALSE(contains(rest, "\r\n0\r\n\r\n"));
}
