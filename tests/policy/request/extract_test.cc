#include "policy/request/extract.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "keyturn/limits.h"
#include "tests/policy/request/desk.h"

namespace keyturn {
namespace {

using testing::Desk;

constexpr std::string_view strike = R"({"displayName":"x","specification":{"@type":"Strike",)"
                                    R"("objective":"grid 31U"},"relations":{"assignee":[)"
                                    R"({"entityId":"uav-003"},{"entityId":"uav-007"}]}})";

std::vector<Value> drawn(Desk& desk, std::string_view pointer, std::string_view body) {
  Facts facts = desk.facts("fleet", "POST", "/api/v1/tasks", body).value();
  for (const Fact& fact : facts.body)
    if (fact.pointer == pointer) return fact.values;
  FAIL("no such pointer was drawn");
  return {};
}

Value text(std::string value) { return {Value::Kind::string, std::move(value), 0}; }
Value other(Value::Kind kind) { return {kind, "", 0}; }

}  // namespace

TEST_CASE("[T9] facts are what the charter reads at this method and path, in its order") {
  Desk desk = testing::defence_desk();
  Facts facts = desk.facts("fleet", "POST", "/api/v1/tasks", strike,
                           {{"x-stainless-retry-count", "1"},
                            {"content-type", "application/json; charset=utf-8"},
                            {"user-agent", "x"},
                            {"accept", "*/*"}})
                    .value();
  Facts expected;
  expected.endpoint = "fleet";
  expected.method = "POST";
  expected.target = "/api/v1/tasks";
  expected.headers = {{"accept", "*/*"}, {"content-type", "application/json; charset=utf-8"}};
  expected.body_read = true;
  expected.body_bytes = strike.size();
  expected.body = {{"/specification/@type", {text("Strike")}},
                   {"/relations/assignee/*/entityId", {text("uav-003"), text("uav-007")}},
                   {"/specification/objective", {text("grid 31U")}}};
  CHECK(facts == expected);

  Facts chat =
      desk.facts("models", "POST", "/v1/chat/completions",
                 R"({"model":"chat-large-3","messages":[]})",
                 {{"content-type", "application/json"}, {"anthropic-version", "2023-06-01"}})
          .value();
  CHECK(chat.body == std::vector<Fact>{{"/model", {text("chat-large-3")}}});
  CHECK(chat.headers == decltype(chat.headers){{"anthropic-version", "2023-06-01"},
                                               {"content-type", "application/json"}});
}

TEST_CASE("[T9] facts are the same whatever was drawn into them before") {
  Desk desk = testing::defence_desk();
  auto draw = [&](Facts& into, std::string_view method, std::string_view target,
                  std::string_view body, bool typed) {
    RequestView request{"", method, target, {{"accept", "a"}}, body};
    if (typed) request.fields.emplace_back("content-type", "application/json");
    REQUIRE(desk.extractor
                .extract(desk.charter->find_endpoint("fleet").value(), request, *desk.scratch, into)
                .ok());
  };
  Facts reused;
  for (int round = 0; round < 2; ++round) {
    for (std::string_view body :
         {strike, std::string_view(R"({"x":{"y":1}})"), std::string_view("")}) {
      Facts fresh;
      draw(reused, "POST", "/api/v1/tasks", body, true);
      draw(fresh, "POST", "/api/v1/tasks", body, true);
      CHECK(reused == fresh);
    }
    Facts fresh;
    draw(reused, "GET", "/api/v1/entities/uav-001", "any bytes", false);
    draw(fresh, "GET", "/api/v1/entities/uav-001", "any bytes", false);
    CHECK(reused == fresh);
    CHECK_FALSE(reused.body_read);
    CHECK(reused.body.empty());
  }
}

TEST_CASE(
    "[C3] where a class reads the body it must be JSON with one reading, by path and any method") {
  Desk desk = testing::defence_desk();
  CHECK(desk.ask("models", "POST", "/v1/chat/completions", R"({"model":"a","model":"b"})") ==
        "invalid");
  CHECK(desk.ask("models", "PUT", "/v1/chat/completions", "{") == "invalid");
  CHECK(desk.ask("models", "POST", "/v1/any/thing", "{} {}") == "invalid");
  for (std::string_view type :
       {"text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16",
        "application/jsonx", "application/json, text/plain", "application/json;",
        " application/json", "application/json; charset=utf-8; x=1", "application/problem+json",
        ""}) {
    CAPTURE(type);
    CHECK(desk.ask("models", "POST", "/v1/chat/completions", "{}", {{"content-type", type}}) ==
          "invalid");
    CHECK(desk.ask("models", "POST", "/v1/chat/completions", "", {{"content-type", type}}) ==
          "invalid");
    CHECK(desk.ask("fleet", "GET", "/api/v1/entities/e1", "x", {{"content-type", type}}) ==
          "pass telemetry");
  }
  CHECK(desk.ask("models", "POST", "/v1/chat/completions", "{}", {}) == "invalid");
  // No body is no reading: a GET beside a POST that reads one needs no content type.
  CHECK(desk.ask("models", "GET", "/v1/chat/completions", "", {}) == "refused unmatched");
  CHECK(desk.ask("models", "POST", "/v1/chat/completions", "", {}) == "refused unmatched");
  CHECK(desk.extractor.reads_body(desk.charter->find_endpoint("models").value(), "/v1/x"));
  CHECK_FALSE(desk.extractor.reads_body(desk.charter->find_endpoint("models").value(), "/v2/x"));
  CHECK(desk.extractor.reads_body(desk.charter->find_endpoint("fleet").value(), "/api/v1/tasks"));
  CHECK_FALSE(desk.extractor.reads_body(desk.charter->find_endpoint("fleet").value(),
                                        "/api/v1/entities/x"));
}

TEST_CASE("[C7] a header that is hashed and forwarded stands once") {
  Desk desk = testing::defence_desk();
  for (std::string_view name : {"content-type", "accept", "anthropic-version"}) {
    CAPTURE(name);
    Desk::Fields fields = {{"content-type", "application/json"},
                           {"accept", "a"},
                           {"anthropic-version", "1"},
                           {name, "application/json"}};
    CHECK(desk.ask("models", "POST", "/v1/chat/completions", R"({"model":"chat-large-3"})",
                   fields) == "invalid");
  }
  CHECK(desk.ask("models", "POST", "/v1/chat/completions", R"({"model":"chat-large-3"})",
                 {{"content-type", "application/json"}, {"via", "a"}, {"via", "b"}}) ==
        "pass chat");
}

TEST_CASE("[C5] what a pointer cannot reach is present as null; only a missing member is absent") {
  Desk desk = testing::defence_desk();
  const Value null = other(Value::Kind::null);
  auto type = [&](std::string_view body) { return drawn(desk, "/specification/@type", body); };
  CHECK(type(R"({})").empty());
  CHECK(type(R"({"specification":{}})").empty());
  CHECK(type(R"({"specification":{"type":"Strike"}})").empty());
  CHECK(type(R"({"specification":"Strike"})") == std::vector{null});
  CHECK(type(R"({"specification":[{"@type":"Strike"}]})") == std::vector{null});
  CHECK(type(R"({"specification":null})") == std::vector{null});
  CHECK(type(R"([])") == std::vector{null});
  CHECK(type(R"("Strike")") == std::vector{null});
  CHECK(type(R"({"specification":{"@type":["Strike"]}})") ==
        std::vector{other(Value::Kind::array)});
  CHECK(type(R"({"specification":{"@type":{}}})") == std::vector{other(Value::Kind::object)});
  CHECK(type(R"({"specification":{"@type":1.5}})") == std::vector{other(Value::Kind::number)});
  CHECK(type(R"({"specification":{"@type":true}})") == std::vector{other(Value::Kind::boolean)});
  CHECK(type(R"({"specification":{"@type":7}})") ==
        std::vector{Value{Value::Kind::integer, "", 7}});

  auto assignee = [&](std::string_view value) {
    return drawn(desk, "/relations/assignee/*/entityId",
                 "{\"relations\":{\"assignee\":" + std::string(value) + "}}");
  };
  CHECK(assignee(R"([{"entityId":"a"},{},{"entityId":"b"}])") ==
        std::vector{text("a"), null, text("b")});
  CHECK(assignee(R"([{"entityId":"a"},"b",["c"]])") == std::vector{text("a"), null, null});
  CHECK(assignee(R"([])") == std::vector{null});
  CHECK(assignee(R"({"entityId":"a"})") == std::vector{null});
  CHECK(assignee(R"({"0":{"entityId":"a"}})") == std::vector{null});
  CHECK(assignee(R"("a")") == std::vector{null});
  CHECK(drawn(desk, "/relations/assignee/*/entityId", R"({"relations":{}})").empty());
}

TEST_CASE(
    "[C3] [C2] a name that differs only in case from one that a pointer reads refuses the "
    "request") {
  Desk desk = testing::defence_desk();
  auto chat = [&](std::string_view body) {
    return desk.ask("models", "POST", "/v1/chat/completions", body);
  };
  CHECK(chat(R"({"model":"chat-large-3"})") == "pass chat");
  CHECK(chat(R"({"model":"chat-large-3","Model":"helpful-only-7"})") == "invalid");
  CHECK(chat(R"({"MODEL":"helpful-only-7","model":"chat-large-3"})") == "invalid");
  CHECK(chat(R"({"model":"chat-large-3","mo\u0064eL":"helpful-only-7"})") == "invalid");
  CHECK(chat(R"({"model":"helpful-only-7","Model":"chat-large-3"})") == "invalid");
  CHECK(chat(R"({"Model":"helpful-only-7"})") == "invalid");
  // Other names, other depths: nothing that a pointer reads.
  CHECK(chat(R"({"model":"chat-large-3","mode":1,"models":2,"Mödel":3,"":4})") == "pass chat");
  CHECK(chat(R"({"model":"chat-large-3","metadata":{"Model":"x"}})") == "pass chat");

  auto error = desk.facts("models", "POST", "/v1/chat/completions",
                          R"({"model":"chat-large-3","Model":"x"})")
                   .error();
  CHECK(error.message.find("two readings: `Model` beside `model`") != std::string::npos);
}

TEST_CASE("[C3] [C2] names are compared without case at every step, in every element") {
  Desk desk = testing::defence_desk();
  auto ask = [&](std::string_view body) {
    return desk.ask("fleet", "POST", "/api/v1/tasks", body);
  };
  CHECK(ask(strike) == "gated strike");
  CHECK(ask(R"({"specification":{"@type":"Strike","@Type":"Survey"}})") == "invalid");
  CHECK(ask(R"({"specification":{"@type":"Survey"},"Specification":{}})") == "invalid");
  auto assignee = [&](std::string_view elements) {
    return ask(R"({"specification":{"@type":"Strike"},"relations":{"assignee":[)" +
               std::string(elements) + "]}}");
  };
  CHECK(assignee(R"({"entityId":"uav-003"},{"entityId":"uav-007"})") == "gated strike");
  CHECK(assignee(R"({"entityId":"uav-003"},{"entityId":"uav-007","entityID":"uav-008"})") ==
        "invalid");
  CHECK(assignee(R"({"entityId":"uav-003"},{"EntityId":"uav-007"})") == "invalid");
}

TEST_CASE("[C3] [C2] the long s and the kelvin sign are letters of ASCII to readers that fold") {
  Desk desk(R"(
class ask at models {
  match POST /v1/ask body /task/risk is "high"
  directs nothing
}
pass answer at models { match POST /v1/ask body /task/risk is "low" }
)");
  auto ask = [&](std::string_view body) { return desk.ask("models", "POST", "/v1/ask", body); };
  CHECK(ask(R"({"task":{"risk":"low"}})") == "pass answer");
  CHECK(ask(R"({"task":{"risk":"high"}})") == "gated ask");
  CHECK(ask(R"({"task":{"risk":"low","ri\u017fk":"high"}})") == "invalid");
  CHECK(ask("{\"task\":{\"risk\":\"low\",\"ri\xc5\xbfk\":\"high\"}}") == "invalid");
  CHECK(ask(R"({"task":{"risk":"low","RIS\u212a":"high"}})") == "invalid");
  CHECK(ask(R"({"task":{"risk":"low"},"ta\u017f\u212a":{"risk":"high"}})") == "invalid");
  CHECK(ask(R"({"ta\u017fk":{"risk":"low"}})") == "invalid");
  CHECK(ask(R"({"task":{"risk":"low","ri\u017f":1,"risk\u212a":2,"ri\u0161k":3}})") ==
        "pass answer");

  auto error = desk.facts("models", "POST", "/v1/ask", R"({"ta\u017fk":{}})").error();
  CHECK(error.message.find("\xc5") == std::string::npos);
}

TEST_CASE("a value over its limit is named too long, and facts over theirs refuse the request") {
  Desk desk = testing::defence_desk();
  auto body = [](std::size_t bytes) { return "{\"model\":\"" + std::string(bytes, 'x') + "\"}"; };
  auto kind = [&](std::size_t bytes) {
    return desk.facts("models", "POST", "/v1/chat/completions", body(bytes))
        .value()
        .body[0]
        .values[0]
        .kind;
  };
  CHECK(kind(fact_value_bytes_max) == Value::Kind::string);
  CHECK(kind(fact_value_bytes_max + 1) == Value::Kind::too_long);

  auto assignees = [](std::size_t count, std::string element) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + element;
    return "{\"relations\":{\"assignee\":[" + out + "]}}";
  };
  CHECK(desk.facts("fleet", "POST", "/api/v1/tasks", assignees(1000, "{\"entityId\":\"uav-001\"}"))
            .ok());
  for (std::string element : {"{\"entityId\":\"uav-001\"}", "{}", "1", "[]"})
    CHECK(desk.ask("fleet", "POST", "/api/v1/tasks", assignees(100'000, element)) == "too-large");
}

TEST_CASE("[C6] a class that directs records the first member its shape does not list") {
  Desk desk = testing::defence_desk();
  auto outside = [&](std::string_view method, std::string_view body) {
    auto facts = desk.facts("fleet", method, "/api/v1/tasks", body).value();
    return facts.out_of_shape;
  };
  using Pairs = decltype(Facts::out_of_shape);
  CHECK(outside("POST", strike).empty());
  CHECK(outside("POST", R"({"relations":{},"alsoAssign":["uav-009"]})") ==
        Pairs{{"strike", "/alsoAssign"}});
  CHECK(outside("POST", R"({"displayName":{"entityId":"uav-009"}})") ==
        Pairs{{"strike", "/displayName/entityId"}});
  CHECK(outside("POST", "[{}]") == Pairs{{"strike", "/0"}});
  CHECK(outside("POST", "7") == Pairs{{"strike", ""}});
  CHECK(outside("GET", R"({"alsoAssign":["uav-009"]})").empty());
}

TEST_CASE("[C12] an endpoint is found by Host where it names one, else by its matchers") {
  std::string text(testing::defence);
  text.insert(text.find("9301\"") + 5, " host \"fleet.example\"");
  CharterLoad load = load_charter(testing::charter_text(text));
  REQUIRE(load.charter != nullptr);
  Extractor extractor(load.charter);
  auto name = [&](std::string_view host, std::string_view method, std::string_view path) {
    auto found = extractor.endpoint(host, method, path);
    return found ? load.charter->endpoint(*found).name : "(none)";
  };
  CHECK(name("fleet.example", "POST", "/api/v1/tasks") == "fleet");
  CHECK(name("fleet.example", "POST", "/v1/chat/completions") == "fleet");
  CHECK(name("other.example", "POST", "/api/v1/tasks") == "(none)");
  CHECK(name("Fleet.example", "POST", "/api/v1/tasks") == "(none)");
  CHECK(name("other.example", "POST", "/v1/chat/completions") == "models");
  CHECK(name("other.example", "DELETE", "/v1/chat/completions") == "models");
  CHECK(name("other.example", "POST", "/v2/chat") == "(none)");
}

}  // namespace keyturn
