#include "keys/verify/statement.h"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "keyturn/limits.h"
#include "tests/keys/samples.h"

namespace keyturn {
namespace {

using tests::sample_command;
using tests::sample_login;
using tests::sample_word;
using tests::signing_key;
using tests::time_of;

// DESIGN's example, retyped with full digests: the layout is a contract with every signer.
constexpr std::string_view command_text =
    "keyturn/command/v1\n"
    "id 01JD8ZQ4X3\n"
    "class strike\n"
    "rule 2 of office:release-authority and 1 of institution:parliament|court across 3 "
    "institutions; veto 1 of office:judge-advocate\n"
    "effect Strike by uav-[003..004], uav-007 on \"grid 31U FQ 123\"\n"
    "systems uav-[003..004] uav-007 (weight 3)\n"
    "initiator alvarez (mod) through planner-7\n"
    "request POST fleet /api/v1/tasks 412 bytes "
    "sha256:fb9e7a8a6a7d0d1e1e8a4a0a8e7a0a9b5d8cd7fd4e0a1c4cdda6f4c4e2a4b3f5 nonce "
    "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\n"
    "share alvarez military 2 -> 4 of 8 (80)\n"
    "windows approve 30m delay 2m execute 10m lease 20m\n"
    "charter 1 sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
    "journal 1204 sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
    "expires 2026-11-21T23:40:00Z\n";

TEST_CASE("the command text of the design is read field by field and written back byte for byte [W2]") {
  const auto parsed = CommandText::parse(command_text);
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
  CHECK(parsed->to_text() == command_text);
  CHECK(parsed->id == "01JD8ZQ4X3");
  REQUIRE(parsed->classes.size() == 1);
  CHECK(parsed->classes[0].name == "strike");
  CHECK(parsed->classes[0].effect == "Strike by uav-[003..004], uav-007 on \"grid 31U FQ 123\"");
  CHECK(parsed->systems == "uav-[003..004] uav-007");
  CHECK(parsed->weight == 3);
  CHECK(parsed->initiator == "alvarez");
  CHECK(parsed->institution == "mod");
  CHECK(parsed->agent == "planner-7");
  CHECK(parsed->method == "POST");
  CHECK(parsed->endpoint == "fleet");
  CHECK(parsed->target == "/api/v1/tasks");
  CHECK(parsed->body_bytes == 412);
  CHECK(parsed->nonce[31] == 0xa5);
  CHECK(parsed->shares == std::vector<std::string>{"alvarez military 2 -> 4 of 8 (80)"});
  CHECK(parsed->windows == Windows{{1800}, {120}, {600}, {1200}});
  CHECK(parsed->charter_version == 1);
  CHECK(parsed->charter == sha256(""));
  CHECK(parsed->journal_size == 1204);
  CHECK(parsed->expires.seconds == 1795304400);
}

}  // namespace
}  // namespace keyturn
