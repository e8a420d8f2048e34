#include <thread>

#include "gateway/simulated/fleet.h"
#include "gateway/simulated/model.h"
#include "gateway/world/clock.h"
#include "policy/charter/load.h"
#include "tests/gateway/served_handler.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

struct Fleet {
  ManualClock clock{Time{1780300800}};
  std::shared_ptr<const Charter> charter = load_charter(charter_text(defence)).charter;
  SimulatedFleet fleet{charter, charter->find_endpoint("fleet").value(), clock};
  ServedHandler served{fleet};

  HttpResponse create(const std::string& system) {
    return served.ask(
        Method::post, "/api/v1/tasks",
        R"({"specification":{"@type":"Strike"},"relations":{"assignee":[{"entityId":")" + system +
            R"("}]}})");
  }
};

std::size_t tasks_in(const HttpResponse& response) { return json_of(response)["tasks"].size(); }

}  // namespace

TEST_CASE("a fleet takes tasks for its own systems, and shows what they do") {
  Fleet fleet;
  const HttpResponse made = fleet.create("uav-003");
  CHECK(made.status == 200);
  const std::string id = json_of(made)["version"]["taskId"];
  CHECK(json_of(made)["status"]["status"] == "STATUS_SENT");
  CHECK(json_of(fleet.served.get("/api/v1/tasks/" + id))["createTime"] == "2026-06-01T08:00:00Z");
  const auto entity = json_of(fleet.served.get("/api/v1/entities/uav-003"));
  CHECK(entity["tasks"][0] == id);
  CHECK(entity["pool"] == "military/air");
  CHECK(json_of(fleet.served.get("/api/v1/entities"))["entities"].size() == 50);

  const std::string status = "/api/v1/tasks/" + id + "/status";
  const auto put = [&](std::string_view body) {
    return fleet.served.ask(Method::put, status, std::string(body)).status;
  };
  CHECK(put(R"({"newStatus":{"status":"STATUS_EXECUTING"}})") == 200);
  CHECK(put(R"({"newStatus":{"status":"STATUS_WHATEVER"}})") == 400);
  CHECK(fleet.served.ask(Method::put, "/api/v1/tasks/" + id + "/cancel").status == 200);
  CHECK(put(R"({"newStatus":{"status":"STATUS_EXECUTING"}})") == 409);
  CHECK(json_of(fleet.served.get("/api/v1/entities/uav-003"))["tasks"].empty());
}

TEST_CASE("a fleet refuses what is not for it, and what is malformed") {
  Fleet fleet;
  CHECK(fleet.create("uav-041").status == 400);
  CHECK(fleet.create("").status == 400);
  const auto post = [&](std::string_view body) {
    return fleet.served.ask(Method::post, "/api/v1/tasks", std::string(body)).status;
  };
  CHECK(post("[]") == 400);
  CHECK(post("{}") == 400);
  CHECK(post(R"({"specification":{"@type":"Strike"}})") == 400);
  CHECK(post(R"({"specification":{"@type":"Strike"},"relations":{"assignee":[1]}})") == 400);
  CHECK(post(R"({"specification":{"@type":"Strike"},"relations":{"assignee":"uav-001"}})") == 400);
  CHECK(fleet.served.get("/api/v1/tasks/task-00000001").status == 404);
  CHECK(fleet.served.get("/api/v1/entities/uav-041").status == 404);
  CHECK(fleet.served.get("/elsewhere").status == 404);
  // All of them reached it, and it says so.
  CHECK(json_of(fleet.served.get("/simulated/requests"))["requests"].size() == 7);
}

TEST_CASE("a fleet finds tasks by status and assignee, and shows requests byte for byte") {
  Fleet fleet;
  fleet.create("uav-001");
  fleet.create("uav-002");
  const auto query = [&](std::string_view body) {
    return tasks_in(fleet.served.ask(Method::post, "/api/v1/tasks/query", std::string(body)));
  };
  CHECK(query("{}") == 2);
  CHECK(query(R"({"assignee":"uav-002"})") == 1);
  CHECK(query(R"({"assignee":"uav-009"})") == 0);
  CHECK(query(R"({"statusFilter":{"status":["STATUS_SENT"]}})") == 2);
  CHECK(query(R"({"statusFilter":{"status":["STATUS_DONE_OK"]}})") == 0);
  const auto seen = json_of(fleet.served.get("/simulated/requests"))["requests"];
  REQUIRE(seen.size() == 2);
  CHECK(base64_decode(seen[1]["body"].get<std::string>())->find("uav-002") != std::string::npos);
}

TEST_CASE("a fleet's stream brings every task as it changes") {
  Fleet fleet;
  std::vector<std::string> lines;
  HttpCall call;
  call.method = Method::post;
  call.url = fleet.served.url("/api/v1/tasks/stream");
  std::thread creator;
  const auto response = http_lines(call, [&](std::string_view line) {
    lines.emplace_back(line);
    if (line.substr(0, 1) == ":") creator = std::thread([&] { fleet.create("uav-001"); });
    return line.substr(0, 5) != "data:";
  });
  if (creator.joinable()) creator.join();
  CHECK(response.ok());
  REQUIRE_FALSE(lines.empty());
  CHECK(lines.back().find("STATUS_SENT") != std::string::npos);
}

TEST_CASE("the stand-in for a model answers in the wire format, and says what it is") {
  StandInModel model;
  const ServedHandler served(model);
  const auto post = [&](std::string_view body) {
    return served.ask(Method::post, "/v1/chat/completions", std::string(body));
  };
  const HttpResponse whole =
      post(R"({"model":"chat-large-3","messages":[{"role":"user","content":"one two three"}]})");
  CHECK(whole.status == 200);
  const auto json = json_of(whole);
  CHECK(json["object"] == "chat.completion");
  CHECK(json["model"] == "chat-large-3");
  CHECK(json["usage"]["prompt_tokens"] == 3);
  CHECK(json["choices"][0]["message"]["content"].get<std::string>().find("stand-in") !=
        std::string::npos);
  const HttpResponse streamed = post(R"({"model":"m","stream":true,"messages":[]})");
  CHECK(streamed.field("content-type") == "text/event-stream");
  CHECK(streamed.body.find("chat.completion.chunk") != std::string::npos);
  CHECK(streamed.body.find("data: [DONE]\n\n") == streamed.body.size() - 14);
  CHECK(post("{").status == 400);
  CHECK(post(R"({"model":1,"messages":[]})").status == 400);
  CHECK(post(R"({"model":"m"})").status == 400);
  CHECK(served.get("/v1/chat/completions").status == 404);
}
