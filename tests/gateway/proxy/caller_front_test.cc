#include "gateway/proxy/caller_front.h"

#include <doctest/doctest.h>

#include "tests/gateway/proxy/gate.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

constexpr HoldTimes times{20'000, 60'000};

std::string echo(const std::string&) { return ok_answer(); }

}  // namespace

TEST_CASE("a pass is relayed, without the caller's token [C1]") {
  Gate gate(echo, times);
  CHECK(gate.send(gate.call(Method::get, "/api/v1/entities/uav-001", "nowak")).status == 200);
  CHECK(gate.send(gate.call(Method::post, "/v1/chat/completions", "nowak",
                            R"({"model":"chat-large-3"})"))
            .status == 200);
  const auto requests = gate.requests();
  REQUIRE(requests.size() == 2);
  for (const std::string& request : requests) {
    CHECK_FALSE(contains(request, test_token("nowak")));
    CHECK_FALSE(contains(request, "uthorization"));
  }
  CHECK(eventually([&] { return gate.meters().count(PassDecision::pass) == 2; }));
  // A pass is only metered [T7].
  CHECK(gate.world().store()->size().value() == 1);
}

TEST_CASE("what no class and no pass matches is refused, and reaches nobody [C1 C2]") {
  Gate gate(echo, times);
  const auto post = [&](std::string_view body) {
    return gate.send(gate.call(Method::post, "/v1/chat/completions", "nowak", std::string(body)));
  };
  CHECK(post(R"({"model":"Helpful-only-7"})").status == 403);
  CHECK(post(R"({"model":["helpful-only-7"]})").status == 403);
  CHECK(post(R"({"messages":[]})").status == 403);
  CHECK(gate.send(gate.call(Method::get, "/nowhere", "nowak")).status == 403);
  CHECK(gate.send(gate.call(Method::post, "/api/v1/entities/uav-001", "nowak", "{}")).status ==
        403);
  CHECK(gate.requests().empty());
  CHECK(gate.meters().count(PassDecision::refused) == 5);
  CHECK(gate.world().store()->size().value() == 1);
}

TEST_CASE("a body with two readings is refused before it is classified T07") {
  Gate gate(echo, times);
  const auto post = [&](std::string_view body) {
    return gate.send(gate.call(Method::post, "/v1/chat/completions", "nowak", std::string(body)));
  };
  CHECK(post(R"({"model":"chat-large-3","model":"helpful-only-1"})").status == 400);
  CHECK(post(R"({"model":"chat-large-3","\u006dodel":"helpful-only-1"})").status == 400);
  CHECK(post(R"({"model":"chat-large-3"}{})").status == 400);
  HttpCall call = gate.call(Method::post, "/v1/chat/completions", "nowak", "model=chat-large-3");
  call.fields[1].value = "application/x-www-form-urlencoded";
  CHECK(gate.send(call).status == 400);
  CHECK(gate.requests().empty());
}

TEST_CASE("a caller whom the charter does not know gets nowhere, and is only counted [T7]") {
  Gate gate(echo, times);
  HttpCall call = gate.call(Method::get, "/api/v1/entities/uav-001", "");
  CHECK(gate.send(call).status == 401);
  call.fields = {{"Authorization", "Bearer " + test_token("stranger")}};
  const HttpResponse response = gate.send(call);
  CHECK(response.status == 401);
  CHECK_FALSE(contains(response.body, test_token("stranger")));
  CHECK(gate.send(gate.call(Method::get, "/keyturn/v1/holds/x?n=0", "")).status == 401);
  CHECK(gate.meters().count(PassDecision::unauthenticated) == 2);
  CHECK(gate.requests().empty());
}

TEST_CASE("the gateway's own paths take no body [C12]") {
  Gate gate(echo, times);
  CHECK(gate.send(gate.call(Method::post, "/keyturn/v1/holds/x", "", "{}")).status == 413);
}

TEST_CASE("where a pass needs no body, one is relayed as it comes [C10]") {
  Gate gate(echo, times);
  CHECK(gate.send(gate.call(Method::get, "/api/v1/entities/uav-001?x=1", "nowak")).status == 403);
  CHECK(gate.requests().empty());
}
