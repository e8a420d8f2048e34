#include "policy/request/classify.h"

#include <doctest/doctest.h>

#include <string>

#include "keyturn/limits.h"
#include "tests/policy/request/desk.h"

namespace keyturn {
namespace {

using testing::Desk;

std::string model(std::string_view value) { return "{\"model\":" + std::string(value) + "}"; }

std::string strike_on(std::string_view assignee) {
  return R"({"specification":{"@type":"Strike"},"relations":{"assignee":)" + std::string(assignee) +
         "}}";
}

}  // namespace

TEST_CASE("[C1] a class beats a pass, and what neither matches is refused") {
  Desk desk = testing::defence_desk();
  auto ask = [&](std::string_view value) {
    return desk.ask("models", "POST", "/v1/chat/completions", model(value));
  };
  CHECK(ask("\"chat-large-3\"") == "pass chat");
  CHECK(ask("\"chat-small-3\"") == "pass chat");
  CHECK(ask("\"helpful-only-7\"") == "gated helpful-only");
  CHECK(ask("\"helpful-only-\"") == "gated helpful-only");
  CHECK(ask("\"gpt\"") == "refused unmatched");
  CHECK(desk.ask("fleet", "GET", "/api/v1/entities/uav-001", "", {}) == "pass telemetry");
  CHECK(desk.ask("fleet", "POST", "/api/v1/entities/uav-001", "", {}) == "refused unmatched");
  CHECK(desk.ask("fleet", "GET", "/api/v1/entities", "", {}) == "refused unmatched");
  CHECK(desk.ask("models", "POST", "/v1/completions", model("\"chat-large-3\"")) ==
        "refused unmatched");
  CHECK(desk.ask("models", "POST", "/v1/completions", model("\"helpful-only-7\"")) ==
        "gated helpful-only");
}

TEST_CASE("[C2] nothing slips past a class: alias, other case, other type, nothing at all") {
  Desk desk = testing::defence_desk();
  auto ask = [&](std::string_view body) {
    return desk.ask("models", "POST", "/v1/chat/completions", body);
  };
  for (std::string_view value :
       {"\"Helpful-only-7\"", "\" helpful-only-7\"", "\"chat-large-3 \"", "\"chat-large-3\\u0000\"",
        "\"Chat-large-3\"", "\"\"", "\"chat-large\"", "\"chat-large-3/helpful-only-7\"",
        "\"\\u200bhelpful-only-7\""}) {
    CAPTURE(value);
    CHECK(ask(model(value)) == "refused unmatched");
  }
  for (std::string_view value : {"[\"chat-large-3\"]", "[\"helpful-only-7\"]", "7", "7.5", "null",
                                 "true", "{\"id\":\"helpful-only-7\"}", "[]", "{}"}) {
    CAPTURE(value);
    CHECK(ask(model(value)) == "refused unreadable");
  }
  CHECK(ask(model("\"helpful-only-" + std::string(fact_value_bytes_max, '7') + "\"")) ==
        "refused unreadable");
  CHECK(ask("{}") == "refused unmatched");
  CHECK(ask(R"({"Model":"chat-large-3"})") == "invalid");
  CHECK(ask(R"({"data":{"model":"chat-large-3"}})") == "refused unmatched");
  CHECK(ask(R"(["chat-large-3"])") == "refused unreadable");
  CHECK(ask(R"({"\u006dodel":"helpful-only-7"})") == "gated helpful-only");
  CHECK(ask(R"({"model":"\u0068elpful-only-7"})") == "gated helpful-only");
  CHECK(ask(R"({"model":"chat-large-3","\u006dodel":"helpful-only-7"})") == "invalid");
}

TEST_CASE("T04: a target that another server might read otherwise matches nothing") {
  Desk desk = testing::defence_desk();
  for (std::string_view target :
       {"/v1/chat/completions/", "//v1/chat/completions", "/v1//chat/completions",
        "/v1/./chat/completions", "/v1/x/../chat/completions", "/v1/chat%2Fcompletions",
        "/v1/chat/completion%73", "/v1/chat/completions;x", "/v1/chat/completions#x",
        "\\v1\\chat\\completions", "http://h/v1/chat/completions", "*", ""}) {
    CAPTURE(target);
    CHECK(desk.ask("models", "POST", target, model("\"chat-large-3\"")) == "refused target");
  }
  for (std::string_view target : {"/V1/chat/completions", "/v1/Chat/completions",
                                  "/v1/chat/completions/x", "/chat/completions"}) {
    CAPTURE(target);
    CHECK(desk.ask("models", "POST", target, model("\"chat-large-3\"")) == "refused unmatched");
  }
  for (std::string_view method : {"GET", "post", "POST ", "PATCH"})
    CHECK(desk.ask("models", method, "/v1/chat/completions", model("\"chat-large-3\"")) ==
          "refused unmatched");
}

TEST_CASE(
    "T22 [C3] one matcher that cannot be evaluated refuses, whatever else matched, in any order") {
  const std::string_view first = R"(class alpha at models {
  match POST /v1/run body /model in ["m"]
  directs nothing
}
class beta at models {
  match POST /v1/run body /count from 2 to 5 body /kind in ["k", 3]
  match PUT /v1/run body /put in ["p"]
  match POST /v1/*/other body /deep/er present
  directs nothing
}
pass run at models { match POST /v1/run body /model in ["free"] body /count in [1] body /kind in ["free", 0] }
)";
  Desk desk(first);
  auto ask = [&](std::string_view body) { return desk.ask("models", "POST", "/v1/run", body); };
  CHECK(ask(R"({"model":"m"})") == "gated alpha");
  CHECK(ask(R"({"model":"m","count":2,"kind":"k"})") == "gated alpha beta");
  CHECK(ask(R"({"model":"x","count":5,"kind":3})") == "gated beta");
  CHECK(ask(R"({"model":"x","count":6,"kind":3})") == "refused unmatched");
  CHECK(ask(R"({"model":"x","count":1,"kind":3})") == "refused unmatched");
  CHECK(ask(R"({"model":"free","count":1,"kind":"free"})") == "pass run");
  for (std::string_view count :
       {"\"2\"", "2.0", "2e0", "9007199254740993", "null", "[2]", "true"}) {
    CAPTURE(count);
    std::string tail = "\"count\":" + std::string(count) + "}";
    CHECK(ask("{\"model\":\"m\"," + tail) == "refused unreadable");
    CHECK(ask("{\"model\":\"free\",\"kind\":\"free\"," + tail) == "refused unreadable");
    CHECK(ask("{\"kind\":\"neither\"," + tail) == "refused unreadable");
  }
  CHECK(ask(R"({"model":3,"count":2,"kind":3})") == "refused unreadable");
  CHECK(ask(R"({"model":["m"],"count":2,"kind":"k"})") == "refused unreadable");
  // A condition of a matcher for another method or path is not evaluated.
  CHECK(ask(R"({"model":"m","put":[],"deep":7})") == "gated alpha");
}

TEST_CASE("[C3] any value that is present is present, of any type") {
  Desk desk(R"(class probe at models {
  match POST /v1/probe body /debug present
  directs nothing
}
)");
  for (std::string_view value : {"1", "\"x\"", "null", "[]", "{}", "false", "1.5"}) {
    CAPTURE(value);
    CHECK(desk.ask("models", "POST", "/v1/probe", "{\"debug\":" + std::string(value) + "}") ==
          "gated probe");
  }
  CHECK(desk.ask("models", "POST", "/v1/probe", "{}") == "refused unmatched");
}

TEST_CASE("[C3] a query is refused unless matchers of this method and path name its parameters") {
  Desk desk(R"(class purge at models {
  match POST /v1/files query mode in ["purge", "wipe all"]
  match PUT /v1/files query other present
  directs nothing
}
pass files at models { match POST /v1/files query mode in ["list"] }
)");
  auto ask = [&](std::string_view target) { return desk.ask("models", "POST", target, "", {}); };
  CHECK(ask("/v1/files?mode=list") == "pass files");
  CHECK(ask("/v1/files?mode=purge") == "gated purge");
  CHECK(ask("/v1/files?mode=%70urge") == "gated purge");
  CHECK(ask("/v1/files?%6dode=wipe%20all") == "gated purge");
  CHECK(ask("/v1/files?mode=Purge") == "refused unmatched");
  CHECK(ask("/v1/files") == "refused unmatched");
  CHECK(ask("/v1/files?mode=list&other=1") == "refused query");
  CHECK(ask("/v1/files?mode=list&mode=purge") == "refused query");
  CHECK(ask("/v1/files?mode=list&%6Dode=purge") == "refused query");
  CHECK(ask("/v1/files?mode=list&") == "refused query");
  CHECK(ask("/v1/files?") == "refused query");
  CHECK(ask("/v1/files?mode") == "refused query");
  CHECK(ask("/v1/files?mode=wipe+all") == "refused query");
}

TEST_CASE("[C2] a header by which a class tells is read as sent, and absent is no match") {
  Desk desk(R"(class beta at models {
  match POST /v1/messages header anthropic-version prefix "2099"
  directs nothing
}
pass messages at models { match POST /v1/messages header anthropic-version in ["2023-06-01"] }
)");
  auto ask = [&](std::string_view version) {
    return desk.ask("models", "POST", "/v1/messages", "", {{"anthropic-version", version}});
  };
  CHECK(ask("2023-06-01") == "pass messages");
  CHECK(ask("2099-01-01") == "gated beta");
  CHECK(ask("2023-06-01, 2099-01-01") == "refused unmatched");
  CHECK(ask("") == "refused unmatched");
  CHECK(desk.ask("models", "POST", "/v1/messages", "", {}) == "refused unmatched");
}

TEST_CASE("facts that were not drawn for this charter are refused") {
  Desk desk = testing::defence_desk();
  Facts facts =
      desk.facts("models", "POST", "/v1/chat/completions", model("\"chat-large-3\"")).value();
  CHECK(desk.classified(facts) == "pass chat");
  Facts other = facts;
  other.body.clear();
  CHECK(desk.classified(other) == "refused unreadable");
  other = facts;
  other.endpoint = "elsewhere";
  CHECK(desk.classified(other) == "refused endpoint");
}

TEST_CASE("[C5] a command names its systems, each once, by every source") {
  Desk desk = testing::defence_desk();
  auto named = [&](std::string_view assignee) {
    Facts facts = desk.facts("fleet", "POST", "/api/v1/tasks", strike_on(assignee)).value();
    CHECK(desk.classified(facts) == "gated strike");
    return desk.systems("strike", facts);
  };
  CHECK(named(R"([{"entityId":"uav-007"},{"entityId":"uav-003"}])") == "uav-003 uav-007");
  CHECK(named(R"([{"entityId":"uav-007"},{"entityId":"uav-007"},{"entityId":"usv-001"}])") ==
        "uav-007 usv-001");
  CHECK(named(R"([])") == "refused unreadable");
  CHECK(named(R"([{"entityId":"uav-007"},{}])") == "refused unreadable");
  CHECK(named(R"([{"entityId":"uav-007"},{"entityId":null}])") == "refused unreadable");
  CHECK(named(R"([{"entityId":["uav-007"]}])") == "refused unreadable");
  CHECK(named(R"(["uav-007"])") == "refused unreadable");
  CHECK(named(R"({"entityId":"uav-007"})") == "refused unreadable");
  CHECK(named(R"([{"entityId":"uav-007"},{"entityId":"uav-041"}])") == "refused unknown-system");
  CHECK(named(R"([{"entityId":"UAV-007"}])") == "refused unknown-system");
  CHECK(named(R"([{"entityId":"uav-7"}])") == "refused unknown-system");
  CHECK(named(R"([{"entityId":""}])") == "refused unknown-system");
  Facts facts =
      desk.facts("fleet", "POST", "/api/v1/tasks", R"({"specification":{"@type":"Strike"}})")
          .value();
  CHECK(desk.systems("strike", facts) == "refused no-system");
}

TEST_CASE("[C5] a system of another endpoint, and one named by a path, count as what they are") {
  Desk desk(R"(endpoint depot "http://127.0.0.1:9303"
system truck-1 pool military/sea weight 4 provider borealis at depot
class launch at depot {
  match POST /v1/trucks/:id/launch
  directs path id
  shape /note
}
class recall at fleet {
  match POST, PUT /api/v1/recall/:id/now
  match DELETE /api/v1/:id/* body /version in [2]
  match DELETE /api/v1/recall/:id body /version in [1]
  directs path id, body /also/*
  shape /also/*, /version
}
)");
  Facts facts = desk.facts("depot", "POST", "/v1/trucks/uav-003/launch", "", {}).value();
  CHECK(desk.classified(facts) == "gated launch");
  CHECK(desk.systems("launch", facts) == "refused other-endpoint");

  auto recall = [&](std::string_view method, std::string_view target, std::string_view body) {
    Facts drawn = desk.facts("fleet", method, target, body).value();
    CHECK(desk.classified(drawn) == "gated recall");
    return desk.systems("recall", drawn);
  };
  CHECK(recall("POST", "/api/v1/recall/uav-003/now", "") == "uav-003");
  CHECK(recall("PUT", "/api/v1/recall/uav-003/now", R"({"also":["uav-001","uav-003"]})") ==
        "uav-001 uav-003");
  CHECK(recall("POST", "/api/v1/recall/uav-003/now", R"({"also":[]})") == "refused unreadable");
  CHECK(recall("POST", "/api/v1/recall/uav-3/now", R"({"also":["uav-001"]})") ==
        "refused unknown-system");
  // The segment is that of the matcher whose conditions hold, not of the first that has the path.
  CHECK(recall("DELETE", "/api/v1/recall/uav-004", R"({"version":1})") == "uav-004");
  CHECK(recall("DELETE", "/api/v1/recall/uav-004", R"({"version":2,"also":["uav-005"]})") ==
        "refused unknown-system");
}

}  // namespace keyturn
