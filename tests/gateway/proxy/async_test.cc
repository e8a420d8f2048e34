#include "gateway/proxy/async.h"

#include <doctest/doctest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "tests/gateway/proxy/gate.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

constexpr HoldTimes patient{20'000, 60'000, 100};

Gate::Script answers(std::string answer) {
  return [answer](const std::string&) { return answer; };
}

HttpCall preferring(HttpCall call, std::string_view preferences) {
  call.fields.push_back({"Prefer", std::string(preferences)});
  return call;
}

nlohmann::json document(const HttpResponse& response) {
  CHECK(response.status == 202);
  CHECK(field_of(response, "Content-Type") == "application/json");
  CHECK(field_of(response, "Cache-Control") == "no-store");
  CHECK_FALSE(field_of(response, "Retry-After").empty());
  return nlohmann::json::parse(response.body);
}

}  // namespace

TEST_CASE("who prefers not to wait is told how it stands, and nothing is sent until he waits") {
  Gate gate(answers(ok_answer()), patient);
  const HttpCall asking = preferring(gate.question(), "respond-async");
  const HttpResponse accepted = gate.send(asking);
  nlohmann::json said = document(accepted);
  const std::string id = gate.held(), url = field_of(accepted, "Location");
  CHECK(said["command"] == id);
  CHECK(said["state"] == "held");
  CHECK(said["wait"] == url);
  CHECK(said["expires"] == "2026-06-01T09:10:00Z");
  CHECK(said["wanting"].size() >= 1);
  CHECK(field_of(accepted, "Keyturn-Command") == id);
  CHECK(field_of(accepted, "Preference-Applied") == "respond-async");
  CHECK(url.find("/keyturn/v1/holds/" + id + "-") == 0);
  for (const char* person : {"haddad", "ito", "eriksen", "duarte"}) {
    CHECK_FALSE(contains(accepted.body, person));  // [P1]
  }

  gate.give_quorum(id);
  gate.world().rounds();
  const std::string path = url.substr(0, url.find('?'));
  const HttpCall how = gate.call(Method::get, path + "?wait=0", "planner-7");
  said = document(gate.send(how));
  CHECK(said["state"] == "authorized");
  CHECK_FALSE(said.contains("wanting"));
  CHECK(document(gate.send(asking))["state"] == "authorized");
  CHECK(document(gate.send(preferring(gate.call(Method::get, url, "planner-7"),
                                      "respond-async")))["state"] == "authorized");
  const HttpResponse head = gate.send(gate.call(Method::head, url, "planner-7"));
  CHECK(head.status == 202);
  CHECK(head.body.empty());
  gate.world().rounds();
  CHECK(gate.requests().empty());
  CHECK(gate.world().counts().waiters == 0);

  const HttpResponse answered = gate.send(gate.call(Method::get, url, "planner-7"));
  CHECK(answered.status == 200);
  CHECK(answered.body == "{\"ok\": true}");
  CHECK(gate.send(how).body == answered.body);  // by now there is an answer
  CHECK(gate.send(asking).body == answered.body);
  CHECK(gate.requests().size() == 1);
  CHECK(gate.send(gate.call(Method::get, path + "?wait=0", "nowak")).status == 404);
}

TEST_CASE("202 is never given unasked, and a preference for a shorter wait is no asking") {
  Gate gate(answers(ok_answer()), patient);
  const HttpResponse step = gate.send(preferring(gate.question(), "wait=0"));
  CHECK(step.status == 303);
  CHECK(field_of(step, "Preference-Applied") == "wait=0");
  const HttpCall next = gate.call(Method::get, field_of(step, "Location"), "planner-7");
  CHECK(gate.send(preferring(next, "wait=0")).status == 303);
  CHECK(gate.send(preferring(next, "wait=1")).status == 303);
}

TEST_CASE("who prefers to wait a while first is answered if the answer comes") {
  Gate gate(answers(ok_answer()), patient);
  const HttpResponse late = gate.send(preferring(gate.question(), "respond-async, wait=1"));
  CHECK(document(late)["state"] == "held");
  CHECK(field_of(late, "Preference-Applied") == "respond-async, wait=1");
  auto waiting = std::async(std::launch::async, [&] {
    return gate.send(preferring(gate.question(), "respond-async, wait=20"));
  });
  CHECK(eventually([&] { return gate.world().counts().waiters == 1; }));
  gate.give_quorum(gate.held());
  CHECK(waiting.get().status == 200);
  CHECK(gate.requests().size() == 1);
}

TEST_CASE("a refusal is a refusal, whatever is preferred") {
  Gate gate(answers(ok_answer()), patient);
  const HttpCall call = gate.call(Method::post, "/v1/chat/completions", "planner-7",
                                  R"({"model":"helpful-only-)" + std::string(300, 'x') + "\"}");
  CHECK(gate.send(preferring(call, "respond-async")).status == 403);
  const HttpResponse accepted = gate.send(preferring(gate.question(), "respond-async"));
  REQUIRE(gate.world().submit(intent::Cancel{gate.held(), "planner-7"}).ok());
  const HttpResponse ended = gate.send(preferring(
      gate.call(Method::get, field_of(accepted, "Location"), "planner-7"), "respond-async"));
  CHECK(ended.status == 403);
  CHECK(contains(ended.body, "\"cancelled\""));
}

TEST_CASE("while the endpoint is at work callers are sent on as before") {
  std::promise<void> answer_now;
  auto now = answer_now.get_future().share();
  Gate gate(
      [now](const std::string&) {
        now.wait_for(std::chrono::seconds(20));
        return ok_answer();
      },
      {200, 60'000, 100});
  HttpResponse step = gate.send(preferring(gate.question(), "respond-async"));
  const std::string id = gate.held(), url = field_of(step, "Location");
  gate.give_quorum(id);
  step = gate.send(gate.call(Method::get, url, "planner-7"));
  CHECK(step.status == 303);
  CHECK(eventually([&] { return gate.requests().size() == 1; }));
  step = gate.send(gate.call(Method::get, field_of(step, "Location"), "planner-7"));
  CHECK(step.status == 303);
  const HttpCall asking = preferring(gate.call(Method::get, url, "planner-7"), "respond-async");
  CHECK(document(gate.send(asking))["state"] == "sent");
  answer_now.set_value();
  CHECK(eventually([&] { return gate.send(asking).status == 200; }));
  CHECK(gate.send(gate.call(Method::get, field_of(step, "Location"), "planner-7")).status == 200);
  CHECK(gate.requests().size() == 1);
}

TEST_CASE("Python's SDKs climb every step that they follow") {
  Gate gate(answers(ok_answer()), {50, 150, 50});
  HttpCall call = gate.question();
  call.fields.push_back({"x-stainless-read-timeout", "600"});
  HttpResponse step = gate.send(call);
  unsigned steps = 1;
  for (; step.status == 303 && steps < 30; ++steps) {
    HttpCall next = gate.call(Method::get, field_of(step, "Location"), "planner-7");
    next.fields.push_back({"x-stainless-read-timeout", "600"});
    step = gate.send(next);
  }
  CHECK(step.status == 409);
  CHECK(steps == ladder_steps_max);
}

TEST_CASE("the wait URL says which methods it has") {
  Gate gate(answers(ok_answer()), patient);
  const HttpResponse accepted = gate.send(preferring(gate.question(), "respond-async"));
  for (const Method method : {Method::put, Method::post, Method::patch, Method::options}) {
    const HttpResponse refused =
        gate.send(gate.call(method, field_of(accepted, "Location"), "planner-7"));
    CHECK(refused.status == 405);
    CHECK(field_of(refused, "Allow") == "GET, HEAD, DELETE");
  }
}

TEST_CASE("an endpoint is told the command, and till when it directs systems [C7]") {
  Gate gate(answers(ok_answer()), patient);
  const HttpCall call = gate.call(
      Method::post, "/api/v1/tasks", "planner-7",
      R"({"specification":{"@type":"Strike","objective":"x"},"relations":{"assignee":[{"entityId":"uav-001"}]}})");
  const HttpResponse accepted = gate.send(preferring(call, "respond-async"));
  const std::string id = gate.held();
  for (const char* person : {"brandt", "farouk", "duarte"}) {
    REQUIRE(gate.world().approve(person, id).ok());
  }
  gate.world().clock.advance(Duration{120});
  gate.world().rounds();
  CHECK(gate.send(gate.call(Method::get, field_of(accepted, "Location"), "planner-7")).status ==
        200);
  const std::vector<std::string> requests = gate.requests();
  REQUIRE(requests.size() == 1);
  CHECK(contains(requests[0], "Keyturn-Command: " + id + "\r\n"));
  CHECK(contains(requests[0], "Keyturn-Lease-Until: 2026-06-01T08:22:00Z\r\n"));
}
