#include <doctest/doctest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "gateway/proxy/dispatch.h"
#include "gateway/proxy/refusal.h"
#include "gateway/proxy/routes.h"
#include "gateway/proxy/shared_answer.h"
#include "gateway/world/files.h"
#include "keyturn/limits.h"
#include "policy/charter/load.h"
#include "tests/gateway/authority/world.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

std::shared_ptr<const Charter> charter() { return load_charter(charter_text(defence)).charter; }

std::string name_of(const Charter& charter, const Result<PrincipalRef>& principal) {
  return principal.ok() ? std::string(charter.principal_name(*principal))
                        : std::string(code_name(principal.error().code));
}

}  // namespace

TEST_CASE("a caller is known by his token, in either field, and by one token only") {
  const auto loaded = charter();
  const std::string token = test_token("planner-7"), other = test_token("nowak");
  const std::string bearer = "Bearer " + token;
  const auto ask = [&](std::optional<std::string_view> authorization,
                       std::optional<std::string_view> key) {
    return name_of(*loaded, authenticate(*loaded, authorization, key));
  };
  CHECK(ask(bearer, {}) == "planner-7");
  CHECK(ask({}, token) == "planner-7");
  CHECK(ask(bearer, token) == "planner-7");
  CHECK(ask({}, other) == "nowak");
  CHECK(ask(bearer, other) == "unauthenticated");
  CHECK(ask({}, {}) == "unauthenticated");
  CHECK(ask(token, {}) == "unauthenticated");
  CHECK(ask("bearer " + token, {}) == "unauthenticated");
  CHECK(ask("Basic " + token, token) == "unauthenticated");
  CHECK(ask(bearer + " ", {}) == "unauthenticated");
  CHECK(ask("Bearer ", {}) == "unauthenticated");
  CHECK(ask({}, test_token("stranger")) == "unauthenticated");
  // haddad is on the roster and has no token: his key says nothing here.
  CHECK(ask({}, test_token("haddad")) == "unauthenticated");
  const auto refused = authenticate(*loaded, "Bearer my secret", {});
  CHECK(refused.error().message.find("secret") == std::string::npos);
}

TEST_CASE("[T11] a caller is known by his certificate's key, and never as two principals at once") {
  const std::string own(64, 'a'), anothers(64, 'b');
  std::string text(defence);
  const auto add = [&](const std::string& token, const std::string& hash) {
    const std::size_t at = text.find("  token sha256 \"@token(" + token + ")@\"\n");
    REQUIRE(at != std::string::npos);
    text.insert(at, "  certificate sha256 \"" + hash + "\"\n");
  };
  add("planner-7", own);
  add("nowak", anothers);
  const auto loaded = load_charter(charter_text(text)).charter;
  REQUIRE(loaded != nullptr);
  const auto ask = [&](std::optional<std::string_view> key, const std::string& hash) {
    return name_of(*loaded,
                   authenticate(*loaded, {}, key, Digest::parse("sha256:" + hash).value()));
  };
  const std::string token = test_token("planner-7");
  CHECK(ask({}, own) == "planner-7");
  CHECK(ask({}, anothers) == "nowak");
  CHECK(ask(token, own) == "planner-7");
  CHECK(ask(token, anothers) == "unauthenticated");
  CHECK(ask({}, std::string(64, 'c')) == "unauthenticated");
  CHECK(ask(token, std::string(64, 'c')) == "unauthenticated");
  CHECK(ask(test_token("stranger"), own) == "unauthenticated");
  CHECK(ask("not a token", own) == "unauthenticated");
}

TEST_CASE("a refusal says the same to people and to SDKs, and names its reasons") {
  const Response response =
      refusal(Ending{403, "expired", "it is \"over\"\n", {{"term", "1 of office:x"}}, false}, "ID");
  CHECK(response.status == 403);
  CHECK(only_field(response.fields, "content-type") == "application/problem+json");
  CHECK(only_field(response.fields, "x-should-retry") == "false");
  CHECK_FALSE(only_field(response.fields, "retry-after").has_value());
  CHECK_FALSE(response.close);
  const auto body = nlohmann::json::parse(response.body);
  CHECK(body["status"] == 403);
  CHECK(body["title"] == "expired");
  CHECK(body["command"] == "ID");
  CHECK(body["reasons"][0]["code"] == "term");
  CHECK(body["error"]["message"] == body["detail"]);
  CHECK(body["error"]["code"] == "expired");
  CHECK(body["error"]["type"] == "permission_error");
  const Response retry = refusal(ending_unavailable());
  CHECK(retry.status == 503);
  CHECK(only_field(retry.fields, "retry-after") == "1");
  CHECK(refusal(Error{Code::invalid, "x"}).close);  // what follows has perhaps two readings
  CHECK(refusal(Error{Code::unauthenticated, "x"}).status == 401);
  CHECK(refusal(Error{Code::too_large, "x"}).status == 413);
  CHECK(refusal(std::vector<Reason>{}).status == 403);
}

TEST_CASE("an answer is read at each reader's own pace, from the first byte") {
  SharedAnswer answer;
  CHECK_FALSE(answer.look(0, 10, true).has_head);
  answer.head(200, {{"A", "b"}});
  CHECK(answer.chunk("hello "));
  CHECK(answer.chunk("world"));
  SharedAnswer::View view = answer.look(0, 6, true);
  CHECK(view.status == 200);
  CHECK(view.fields.size() == 1);
  CHECK(view.bytes == "hello ");
  CHECK_FALSE(view.finished);
  CHECK(answer.look(11, 6, false).bytes.empty());
  answer.done({Sent::complete, ""});
  CHECK_FALSE(answer.look(0, 6, false).finished);  // there is more to take
  view = answer.look(6, 6, false);
  CHECK(view.bytes == "world");
  CHECK(view.finished);
  CHECK(view.fields.empty());
}

TEST_CASE("an answer larger than what is kept is cut for everybody") {
  SharedAnswer answer;
  answer.head(200, {});
  CHECK(answer.chunk("head"));
  CHECK_FALSE(answer.chunk(std::string(gated_answer_bytes_max, 'x')));
  CHECK_FALSE(answer.chunk("y"));  // nothing after the gap
  const SharedAnswer::View view = answer.look(0, 100, false);
  CHECK(view.cut);
  CHECK(view.bytes == "head");
}

TEST_CASE("whoever watches an answer is woken for each part, and let go at its end") {
  SharedAnswer answer;
  auto kept = std::make_shared<int>(0);
  answer.watch([kept] { ++*kept; });
  CHECK(*kept == 1);
  answer.head(200, {});
  answer.chunk("x");
  CHECK(*kept == 3);
  answer.done({Sent::complete, ""});
  CHECK(*kept == 4);
  CHECK(kept.use_count() == 1);
  answer.watch([kept] { ++*kept; });
  CHECK(*kept == 5);
  CHECK(kept.use_count() == 1);
}

TEST_CASE("readers that come while an answer is written miss nothing of it") {
  SharedAnswer answer;
  constexpr int parts = 2000;
  std::vector<std::thread> readers;
  std::atomic<int> whole{0};
  for (int r = 0; r < 3; ++r) {
    readers.emplace_back([&] {
      std::atomic<int> woken{0};
      answer.watch([&woken] { ++woken; });
      std::uint64_t offset = 0;
      bool finished = false;
      (void)eventually([&] {
        const SharedAnswer::View view = answer.look(offset, 7, false);
        offset += view.bytes.size();
        finished = view.finished;
        return finished && woken > 0;
      });
      if (offset == parts) ++whole;
      // `woken` must outlive the writer's last call.
      (void)eventually([&] { return whole == 3; });
    });
  }
  answer.head(200, {});
  for (int i = 0; i < parts; ++i) answer.chunk("x");
  answer.done({Sent::complete, ""});
  for (std::thread& reader : readers) reader.join();
  CHECK(whole == 3);
}

TEST_CASE("routes refuse credentials for nobody, of several lines, or that everybody may read") {
  const journal_tests::TemporaryFolder folder;
  const auto file = folder.path() / "credential";
  const auto create = [&](const std::string& endpoint, std::string_view text,
                          unsigned mode) -> Result<std::string> {
    std::filesystem::remove(file);
    CHECK_OK(create_file(file, text, mode));
    Config config;
    config.credentials[endpoint] = {"x-api-key", "", file};
    TRY(const auto routes, Routes::create(charter(), config));
    const auto& fields =
        routes->settings().injected[routes->charter->find_endpoint(endpoint)->value];
    REQUIRE(fields.size() == 1);
    return fields[0].name + ": " + fields[0].value;
  };
  CHECK(create("models", "the-key\n", 0600).value() == "x-api-key: the-key");
  CHECK_FALSE(create("nowhere", "the-key\n", 0600).ok());
  CHECK_FALSE(create("models", "the\nkey", 0600).ok());
  CHECK_FALSE(create("models", "the-key\n", 0644).ok());
  CHECK_FALSE(create("models", std::string(9000, 'x'), 0600).ok());
}
