#include "gateway/proxy/gated.h"

#include <doctest/doctest.h>

#include <future>

#include "tests/gateway/proxy/gate.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

constexpr HoldTimes patient{20'000, 60'000, 100};
constexpr HoldTimes hasty{100, 350, 100};

Gate::Script answers(std::string answer) {
  return [answer](const std::string&) { return answer; };
}

std::future<HttpResponse> in_the_background(Gate& gate, HttpCall call) {
  return std::async(std::launch::async, [&gate, call] { return gate.send(call); });
}

}  // namespace

TEST_CASE("a gated request waits for its quorum, and is answered by the endpoint") {
  Gate gate(answers(ok_answer()), patient);
  HttpCall call = gate.question();
  call.fields.push_back({"x-stainless-retry-count", "0"});
  call.fields.push_back({"Cookie", "a=b"});
  call.fields.push_back({"anthropic-version", "2023-06-01"});
  auto first = in_the_background(gate, call);
  const std::string id = gate.held();
  call.fields[2].value = "1";  // an SDK's retry is the same request
  auto second = in_the_background(gate, call);
  CHECK(eventually([&] { return gate.world().counts().waiters == 2; }));
  CHECK(gate.requests().empty());
  gate.give_quorum(id);
  for (auto* waiting : {&first, &second}) {
    const HttpResponse response = waiting->get();
    CHECK(response.status == 200);
    CHECK(response.body == "{\"ok\": true}");
    CHECK(field_of(response, "Keyturn-Command") == id);
    CHECK(field_of(response, "X-Origin") == "here");
  }
  // Exactly what was hashed is sent, and nothing else of the caller's [C7].
  const std::vector<std::string> requests = gate.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].find("POST /v1/chat/completions HTTP/1.1\r\n") == 0);
  CHECK(contains(requests[0], "anthropic-version: 2023-06-01"));
  CHECK(body_of(requests[0]) == call.body);
  CHECK(contains(requests[0], "Keyturn-Command: " + id + "\r\n"));
  for (const char* never : {"uthorization", "ookie", "stainless", "ser-Agent", "Lease-Until"}) {
    CHECK_FALSE(contains(requests[0], never));
  }
  CHECK(eventually([&] { return gate.world().outcome(id).has_value(); }));
  CHECK(gate.world().outcome(id)->status == 200);
}

TEST_CASE(
    "a caller is sent on step by step, then told to ask again, and attaches to the same command") {
  Gate gate(answers(ok_answer()), hasty);
  HttpResponse response = gate.send(gate.question());
  const std::string id = gate.held();
  int steps = 0;
  std::string location;
  while (response.status == 303) {
    ++steps;
    location = field_of(response, "Location");
    CHECK(location.find("/keyturn/v1/holds/" + id + "-") == 0);
    CHECK(field_of(response, "Cache-Control") == "no-store");
    REQUIRE(steps < 20);
    response = gate.send(gate.call(Method::get, location, "planner-7"));
  }
  CHECK(steps == 2);
  CHECK(response.status == 409);
  CHECK(field_of(response, "x-should-retry") == "true");
  CHECK(field_of(response, "Retry-After") == "1");
  CHECK(gate.send(gate.question()).status == 303);
  CHECK(gate.held() == id);

  SUBCASE("the wait URL brings the answer") {
    gate.give_quorum(id);
    response = gate.send(gate.call(Method::get, location, "planner-7"));
    CHECK(response.status == 200);
    CHECK(gate.requests().size() == 1);
  }
  SUBCASE("the wait URL is nobody else's") {
    response = gate.send(gate.call(Method::get, location, "nowak"));
    CHECK(response.status == 404);
    CHECK(gate.send(gate.call(Method::get, location, "")).status == 401);
    CHECK(gate.send(gate.call(Method::del, location, "nowak")).status == 404);
  }
  SUBCASE("the wait URL must be used as it was given") {
    const std::string path = location.substr(0, location.find('?'));
    for (const char* query : {"", "?", "?n=", "?n=-1", "?n=99", "?n=1x", "?m=1", "?n=1&n=2"}) {
      CHECK(gate.send(gate.call(Method::get, path + query, "planner-7")).status == 400);
    }
    CHECK(gate.send(gate.call(Method::get, "/keyturn/v1/holds/x?n=1", "planner-7")).status == 404);
    CHECK(gate.send(gate.call(Method::get, "/keyturn/v1/nothing", "planner-7")).status == 403);
    CHECK(gate.send(gate.call(Method::put, path, "planner-7")).status == 405);
  }
  CHECK(eventually([&] { return gate.world().counts().waiters == 0; }));
}

TEST_CASE("the initiator cancels a held command by its wait URL [A6]") {
  Gate gate(answers(ok_answer()), hasty);
  const HttpResponse step = gate.send(gate.question());
  REQUIRE(step.status == 303);
  const std::string location = field_of(step, "Location");
  const HttpCall cancel =
      gate.call(Method::del, location.substr(0, location.find('?')), "planner-7");
  CHECK(gate.send(cancel).status == 204);
  CHECK(gate.send(cancel).status == 204);  // again: as it is
  const HttpResponse ended = gate.send(gate.call(Method::get, location, "planner-7"));
  CHECK(ended.status == 403);
  CHECK(contains(ended.body, "\"cancelled\""));
  CHECK(field_of(ended, "x-should-retry") == "false");
}

TEST_CASE(
    "an endpoint that breaks off leaves an unknown outcome, and is not asked again [W9] T12") {
  Gate gate(answers(""), patient);
  auto waiting = in_the_background(gate, gate.question());
  const std::string id = gate.held();
  gate.give_quorum(id);
  const HttpResponse response = waiting.get();
  CHECK(response.status == 409);
  CHECK(contains(response.body, "\"outcome-unknown\""));
  CHECK(field_of(response, "x-should-retry") == "false");
  CHECK(eventually([&] { return gate.world().outcome(id).has_value(); }));
  CHECK(gate.world().outcome(id)->kind == intent::Outcome::Kind::unknown);
  const HttpResponse again = gate.send(gate.question());
  CHECK(again.status == 409);
  CHECK(contains(again.body, id));
  CHECK(gate.requests().size() == 1);
}

TEST_CASE("an answer that is cut is not taken for a whole one T39") {
  Gate gate(answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), patient);
  // The connection closes after the half: the script is asked no second time.
  auto waiting = std::async(std::launch::async, [&] { return http_request(gate.question()); });
  const std::string id = gate.held();
  gate.give_quorum(id);
  const auto response = waiting.get();
  CHECK_FALSE(response.ok());
  CHECK(eventually([&] { return gate.world().outcome(id).has_value(); }));
}

TEST_CASE("an answer of megabytes reaches every caller whole") {
  std::string body(5'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); i += 1000)
    body[i] = static_cast<char>('a' + i / 1000 % 26);
  Gate gate(answers(ok_answer(body)), patient);
  auto first = in_the_background(gate, gate.question());
  const std::string id = gate.held();
  auto second = in_the_background(gate, gate.question());
  CHECK(eventually([&] { return gate.world().counts().waiters == 2; }));
  gate.give_quorum(id);
  CHECK(first.get().body == body);
  CHECK(second.get().body == body);
  CHECK(gate.send(gate.question()).body == body);  // kept for who comes a little later
  CHECK(gate.requests().size() == 1);
}

TEST_CASE("while the journal is closed gated requests are refused and passes go on [T7] T27") {
  Gate gate(answers(ok_answer()), patient);
  gate.world().faults.next_appends({Faults::Append::lost});
  gate.world().faults.opens_fail(true);
  HttpResponse response = gate.send(gate.question());
  CHECK(response.status == 503);
  CHECK(field_of(response, "x-should-retry") == "true");
  CHECK(eventually([&] { return !gate.world().sequencer().ready(); }));
  CHECK(gate.send(gate.question()).status == 503);
  CHECK(gate.requests().empty());
  response = gate.send(gate.call(Method::post, "/v1/chat/completions", "nowak",
                                 R"({"model":"chat-small-3","messages":[]})"));
  CHECK(response.status == 200);
  CHECK(gate.requests().size() == 1);
}

TEST_CASE("a field that changes what an endpoint reads is refused by its name [C7]") {
  Gate gate(answers(ok_answer()), patient);
  for (const char* name : {"X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL"}) {
    HttpCall call = gate.question();
    call.fields.push_back({name, "/admin"});
    const HttpResponse response = gate.send(call);
    CHECK(response.status == 400);
  }
  CHECK(gate.world().counts().holds == 0);
}

TEST_CASE("a caller who goes away is waited for no more, and nothing is sent for him") {
  Gate gate(answers(ok_answer()), patient);
  {
    Wire wire = Wire::to(gate.port());
    const HttpCall call = gate.question();
    wire.write("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
               test_token("planner-7") + "\r\nContent-Type: application/json\r\nContent-Length: " +
               std::to_string(call.body.size()) + "\r\n\r\n" + call.body);
    const std::string id = gate.held();
    CHECK(eventually([&] { return gate.world().counts().waiters == 1; }));
    wire.close(true);
  }
  CHECK(eventually([&] { return gate.world().counts().waiters == 0; }));
  gate.give_quorum(gate.held());
  gate.world().rounds();
  CHECK(gate.requests().empty());
}

TEST_CASE("an exchange that was answered is not kept, whatever the answer was") {
  Gate gate(answers(ok_answer()), hasty);
  const auto bare = [&](HttpCall call) {
    call.url = "http://127.0.0.1:" + std::to_string(gate.bare_->port()) + "/v1/chat/completions";
    return gate.send(call);
  };
  CHECK(bare(gate.question()).status == 303);
  CHECK(eventually([&] { return gate.exchanges() == 0; }));
  gate.give_quorum(gate.held());
  CHECK(bare(gate.question()).status == 200);
  CHECK(bare(gate.question()).status == 200);  // of the answer that is kept
  CHECK(eventually([&] { return gate.exchanges() == 0; }));
  gate.world().faults.next_appends({Faults::Append::lost});
  gate.world().faults.opens_fail(true);
  CHECK(bare(gate.question("nowak")).status == 503);
  CHECK(eventually([&] { return !gate.world().sequencer().ready(); }));
  CHECK(bare(gate.question("nowak")).status == 503);
  CHECK(eventually([&] { return gate.exchanges() == 0; }));
}
