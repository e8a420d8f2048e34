#include "tests/policy/charter/checking.h"

namespace keyturn::testing {
namespace {

TEST_CASE("[C2] a pass lists by exact value what a class beside it tells its requests by") {
  check_refused(
      with("match POST /v1/chat/completions body /model in [\"chat-large-3\", \"chat-small-3\"]",
           "match POST §/v1/chat/completions"),
      "pass `chat` must list `body /model` by exact value (`in` or `is`): class "
      "`helpful-only` tells its requests by it, in line");
  check_refused(
      with("match POST /v1/chat/completions body /model in [\"chat-large-3\", \"chat-small-3\"]",
           "match POST §/v1/chat/completions body /model prefix \"chat-\""),
      "by exact value");
  check_refused(
      with("match POST /v1/chat/completions body /model in [\"chat-large-3\", \"chat-small-3\"]",
           "match POST §/*/chat/** body /model present"),
      "by exact value");
  check_accepted(with("body /model in [\"chat-large-3\", \"chat-small-3\"]",
                      "body /model is \"chat-large-3\""));
}

TEST_CASE("[C2] headers and query parameters are listed too") {
  const std::string headers =
      with("match POST /v1/** body /model prefix \"helpful-only-\"",
           "match POST /v1/** header anthropic-version prefix \"x\" query beta present",
           with("  effect \"Ask {body /model}, which has no guardrails\"\n", ""));
  check_refused(
      with("match POST /v1/chat/completions", "match POST §/v1/chat/completions", headers),
      "must list `header anthropic-version`");
  check_refused(
      with("match POST /v1/chat/completions", "match POST §/v1/chat/completions", headers),
      "must list `query beta`");
  check_accepted(
      with("match POST /v1/chat/completions",
           "match POST /v1/chat/completions header anthropic-version is \"1\" query beta is \"0\"",
           headers));
}

TEST_CASE("[C2] a pass whose path or method no class shares lists nothing") {
  check_accepted(
      and_also("pass models at models { match GET /v1/models match POST /v2/embeddings }\n"));
}

TEST_CASE("[I7] at an endpoint with systems a pass says that it directs nothing, or is safe") {
  check_refused(and_also("pass entities at fleet { match PUT §/api/v1/entities }\n"),
                "say `directs nothing` in pass `entities`");
  check_accepted(
      and_also("pass entities at fleet { match PUT /api/v1/entities directs nothing }\n"));
  check_accepted(and_also("pass entities at fleet { match GET, HEAD /api/v1/entities }\n"));
}

TEST_CASE("[C5] a class says what it directs, or that it directs nothing") {
  check_refused(with("class helpful-only at models {", "class §helpful-only at models {",
                     with("  directs nothing\n", "")),
                "or `directs nothing` [C5]");
  check_refused(
      with("  directs nothing\n", "  §directs body /systems/*\n  shape /systems/*, /model\n"),
      "no system is commanded at `models`");
}

TEST_CASE("[C5] what directs has a lease, and what directs nothing has none") {
  check_refused(with("rule strike {", "rule §strike {", with(" lease 20m", "")),
                "so its rule has a `lease`");
  check_refused(with("approve within 1h execute within 10m",
                     "approve within 1h execute within 10m §lease 1m"),
                "there is nothing to lease");
}

TEST_CASE("[C5] sources: every element of an array, at one place, bound by every matcher") {
  check_refused(with("directs body /relations/assignee/*/entityId",
                     "directs body §/relations/assignee/0/entityId"),
                "write `*`, and all are read");
  check_refused(with("directs body /relations/assignee/*/entityId", "directs body §/relations/**"),
                "no `**` [C5]");
  check_refused(with("directs body /relations/assignee/*/entityId", "directs path §uav"),
                "has no segment `:uav`: every matcher must bind it");
  const auto charter = check_accepted(
      with("match POST /api/v1/tasks body", "match POST /api/v1/systems/:uav/tasks body",
           with("directs body /relations/assignee/*/entityId",
                "directs path uav, body /relations/assignee/*/entityId")));
  CHECK(charter->klass(*charter->find_class("strike")).sources.size() == 2);
}

TEST_CASE("[C6] a class that directs lists its body's members, and what it reads is among them") {
  check_refused(with("  directs body", "  §directs body",
                     with("  shape /specification/**, /relations/assignee/*/entityId, /author/**, "
                          "/displayName\n",
                          "")),
                "lists the members its body may have");
  check_refused(with("body /relations/assignee/*/entityId", "body §/relations/assignee/*/entityId",
                     with("/relations/assignee/*/entityId, ", "")),
                "`/relations/assignee/*/entityId` is not listed in the class's shape");
  check_refused(with("body /specification/@type in", "body §/specification/@type in",
                     with("shape /specification/**", "shape /specification/objective")),
                "`/specification/@type` is not listed");
  check_refused(with("{body /specification/objective}", "§{body /target}"),
                "`/target` is not listed");
}

TEST_CASE("[C6] a shape that lists everything is no shape") {
  check_refused(
      with("shape /specification/**, /relations/assignee/*/entityId, /author/**, /displayName",
           "shape §/**"),
      "a second address would go unseen");
}

TEST_CASE("[C6] a shape lists no members unseen beside what a class directs by") {
  const std::string_view listed = "/relations/assignee/*/entityId, /author";
  for (std::string_view above :
       {"/relations/**", "/relations/assignee/**", "/relations/assignee/*/**"})
    check_refused(with(listed, "§" + std::string(above) + ", /author"),
                  "list the members beside `/relations/assignee/*/entityId`");
  check_refused(with(listed, "/relations/assignee/*/entityId, §/relations/**, /author"),
                "`/relations/**` lists whatever stands beside");
  // Beside the way to the address, and in what directs nothing, `**` is free.
  check_accepted(with(listed, "/relations/assignee/*/entityId, /relations/parent/**, /author"));
  check_accepted(with("  directs nothing\n", "  directs nothing\n  shape /model, /messages/**\n"));
}

TEST_CASE("[C8] what an effect names can be read") {
  check_refused(with("effect \"Ask {body /model},", "effect \"Ask §{systems},"),
                "a class that directs nothing");
  check_refused(with("effect \"Ask {body /model},", "effect \"Ask §{body /messages/*/content},"),
                "an effect reads one value");
  check_refused(with("effect \"Ask {body /model},", "effect \"Ask §{path id},"), "must bind `:id`");
  check_refused(with("effect \"Ask {body /model},", "effect \"Ask §{header x-team},"),
                "does not declare the header `x-team`");
  check_refused(with("effect \"Ask {body /model},", "effect \"Ask §{query beta},"),
                "must name the query parameter `beta`");
  check_refused(with("effect \"Ask {body /model},", "effect \"Ask §{model},"),
                "expected {systems}, {body");
  check_refused(with("effect \"Ask {body /model},", "effect \"Ask §{body /model"), "never closed");
  check_refused(with("effect \"Ask {body /model},", "effect \"Ask §},"), "closes nothing");
  check_refused(with("effect \"Ask {body /model},", "effect \"\\\"Ask\\\" §é,"), "printable ASCII");
}

TEST_CASE("an effect keeps its doubled braces as braces, and no effect is the class's name") {
  auto charter = check_accepted(with("effect \"Ask {body /model}, which has no guardrails\"",
                                     "effect \"{{{body /model}}} \\\"now\\\"\""));
  const Class& klass = charter->klass(*charter->find_class("helpful-only"));
  REQUIRE(klass.effect.size() == 3);
  CHECK(klass.effect[0].text == "{");
  CHECK(klass.effect[1].pointer.to_string() == "/model");
  CHECK(klass.effect[2].text == "} \"now\"");
  charter = check_accepted(
      with("  effect \"Strike by {systems} on {body /specification/objective}\"\n", ""));
  const Class& strike = charter->klass(*charter->find_class("strike"));
  REQUIRE(strike.effect.size() == 2);
  CHECK(strike.effect[0].text == "strike at fleet by ");
  CHECK(strike.effect[1].kind == EffectPart::Kind::systems);
}

TEST_CASE("[C7] a condition on a header that no request carries is refused") {
  check_refused(with("match POST /v1/** body /model",
                     "match POST /v1/** header §x-team is \"a\" body /model"),
                "does not declare the header `x-team`");
  check_refused(with("headers content-type, anthropic-version",
                     "headers content-type, §x-http-method-override"),
                "cannot be declared");
}

TEST_CASE("[C12] a method and path that could belong to two endpoints are refused") {
  check_refused(and_also("pass tasks at models { match POST, GET §/api/*/tasks }\n"),
                "at `models` and line");
  check_refused(and_also("pass all at models { match GET §/** }\n"), "at `fleet`");
  check_accepted(and_also("pass tasks at models { match GET /api/*/tasks }\n"));
}

TEST_CASE("[C12] endpoints that name different hosts may share paths, and no two share a host") {
  const std::string hosts =
      with("\"http://127.0.0.1:9301\"", "\"http://127.0.0.1:9301\" host \"fleet.example\"");
  check_accepted(and_also("pass all at models { match GET /** }\n", hosts));
  check_refused(
      with("\"http://127.0.0.1:9302\"", "\"http://127.0.0.1:9302\" host §\"fleet.example\"", hosts),
      "the host of `fleet` already");
}

TEST_CASE("[C12] paths under /keyturn/ are the gateway's own") {
  check_refused(and_also("pass own at models { match GET §/keyturn/v1/status }\n"),
                "the gateway's own");
}

TEST_CASE(
    "[C9] `**` stands only last, and ranges are upwards, of equal width, and do not overlap") {
  check_refused(and_also("pass all at models { match GET /v9/§**/x }\n"), "`**` stands only last");
  check_refused(with("uav-[001..040]", "§uav-[001..40]"), "equal width");
  check_refused(with("uav-[001..040]", "§uav-[040..001]"), "a range runs upwards");
  check_refused(with("uav-[001..040]", "§uav-[000000..100000]"), "100000 (range_systems_max)");
  check_refused(and_also("system §uav-0[39..41] pool military/air weight 1 at fleet\n"),
                "`uav-039` is declared already, by `uav-[001..040]`");
  check_refused(and_also("system §uav-[039..041] pool military/air weight 1 at fleet\n"),
                "`uav-039` is declared already, by `uav-[001..040]`");
  check_refused(and_also("system §uav-040 pool military/air weight 1 at fleet\n"),
                "is declared already");
  check_refused(with("pool military/air weight 1", "pool military/air weight §0"), "at least 1");
}

TEST_CASE("[C9] names that differ only in zeros before a number are refused") {
  const auto also = [](std::string_view name) {
    return and_also("system " + std::string(name) + " pool military/air weight 1 at fleet\n");
  };
  check_refused(also("§uav-0020"),
                "`uav-0020` differs only in zeros from `uav-020`, of `uav-[001..040]` in line");
  check_refused(also("§uav-20"), "`uav-20` differs only in zeros from `uav-020`");
  check_refused(also("§uav-[0040..0050]"), "`uav-0040` differs only in zeros from `uav-040`");
  check_refused(also("§uav-[1..9]"), "`uav-1` differs only in zeros from `uav-001`");
  check_refused(also("§uav-00[39..41]"), "`uav-0039` differs only in zeros from `uav-039`");
  check_refused(also("ugv-0 pool military/air weight 1 at fleet\nsystem §ugv-00"),
                "`ugv-00` differs only in zeros from `ugv-0`");
  check_accepted(also("uav-[0041..0050]"));
  check_accepted(also("uav-[41..50]"));
  check_accepted(also("uav-000"));
  check_accepted(also("uav-0020b"));
  check_accepted(also("uav-"));
}

TEST_CASE("a range's names may reach past its digits' prefix") {
  const auto charter =
      check_accepted(and_also("system ugv-1-[8..9] pool military/air weight 1 at fleet\n"));
  CHECK(charter->find_system("ugv-1-8"));
  CHECK(charter->find_system("ugv-1-9"));
  CHECK_FALSE(charter->find_system("ugv-1-[8..9]"));
}

}  // namespace
}  // namespace keyturn::testing
