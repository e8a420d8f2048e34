// docs/openapi.json against gateways that serve: every path, method and status that it names is
// called, and every answer has the shape that it says.
#include "gateway/officials/openapi.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "gateway/officials/api.h"
#include "tests/gateway/json_schema.h"
#include "tests/gateway/officials/desk.h"
#include "tests/gateway/proxy/gate.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

using Json = nlohmann::json;

std::string lower_name(Method method) {
  std::string name(method_name(method));
  for (char& c : name) c = static_cast<char>(std::tolower(c));
  return name;
}

// The document, and which of its answers were seen.
class Documented {
 public:
  // The answer is one that the document names for this operation, and looks as it says.
  void check(Method method, const std::string& path, const HttpResponse& answer) {
    const std::string what =
        std::string(method_name(method)) + " " + path + " " + std::to_string(answer.status);
    CAPTURE(what);
    CAPTURE(answer.body);
    const Json& operations = document_["paths"].at(path);
    REQUIRE(operations.contains(lower_name(method)));
    const Json& answers = operations[lower_name(method)]["responses"];
    REQUIRE(answers.contains(std::to_string(answer.status)));
    const Json& shape = schema_.resolve(answers[std::to_string(answer.status)]);
    const Json headers = shape.value("headers", Json::object());
    for (const auto& [name, header] : headers.items()) {
      const Json& said = schema_.resolve(header);
      REQUIRE(answer.field(name).has_value());
      check_value(said["schema"], std::string(*answer.field(name)));
    }
    check_content(shape, answer);
    seen_.insert(what);
  }

  // `METHOD path status` of all that the document names.
  std::set<std::string> named() const {
    std::set<std::string> out;
    for (const auto& [path, operations] : document_["paths"].items()) {
      for (const Method method : {Method::get, Method::post, Method::put, Method::patch,
                                  Method::del, Method::head, Method::options}) {
        if (!operations.contains(lower_name(method))) continue;
        for (const auto& [status, shape] : operations[lower_name(method)]["responses"].items()) {
          (void)shape;
          out.insert(std::string(method_name(method)) + " " + path + " " + status);
        }
      }
    }
    return out;
  }
  const std::set<std::string>& seen() const { return seen_; }
  const Json& json() const { return document_; }

 private:
  void check_value(const Json& schema, const Json& value) {
    for (const std::string& wrong : schema_.check(schema, value)) FAIL_CHECK(wrong);
  }

  void check_content(const Json& shape, const HttpResponse& answer) {
    if (!shape.contains("content")) {
      CHECK(answer.body.empty());
      return;
    }
    REQUIRE(shape["content"].size() == 1);
    const std::string type = shape["content"].begin().key();
    if (type == "*/*") return;
    CHECK(field_of(answer, "Content-Type") == type);
    const Json& schema = shape["content"].begin().value().at("schema");
    const bool json = type.find("json") != std::string::npos;
    check_value(schema, json ? Json::parse(answer.body) : Json(answer.body));
  }

  const Json document_ = Json::parse(openapi_document());
  const JsonSchema schema_{document_};
  std::set<std::string> seen_;
};

const std::string nothing_here = "01JD8Z00000000000000000000";

void close_journal(World& world) {
  world.faults.opens_fail(true);
  world.faults.next_appends({Faults::Append::lost});
  (void)world.submit(intent::Cancel{"x", "okafor"});
}

// One operation of the officials' API, called at a desk.
struct Caller {
  Desk& desk;
  Documented& documented;

  void get(const std::string& path, const std::string& id, unsigned status,
           const std::string& person = "haddad") const {
    const std::string target = std::regex_replace(path, std::regex("\\{id\\}"), id);
    const auto fields = person.empty() ? std::vector<Field>{} : desk.login(person);
    const HttpResponse answer = desk.served.get(target, fields);
    CAPTURE(target);
    CHECK(answer.status == status);
    documented.check(Method::get, path, answer);
  }
  void words(const std::string& id, const std::string& note, unsigned status) const {
    const HttpResponse answer = desk.speak(id, note);
    CHECK(answer.status == status);
    documented.check(Method::post, "/v1/commands/{id}/words", answer);
  }
};

void call_the_officials_api(Documented& documented) {
  Desk desk;
  const Caller call{desk, documented};
  for (const char* path :
       {"/healthz", "/readyz", "/metrics", "/v1/openapi.json", "/v1/checkpoint"}) {
    call.get(path, "", 200, "");
  }
  // Where the metrics have a listener of their own, they are not here.
  OfficialsApi without(desk.world.shared_charter(), desk.world.sequencer(), desk.world.bodies(),
                       desk.world.clock, std::string(Desk::origin), desk.state);
  const ServedHandler bare(without);
  documented.check(Method::get, "/metrics", bare.get("/metrics"));
  const auto struck = desk.world.hold(desk.world.strike("planner-7", {"usv-001"}));
  const auto asked = desk.world.hold(desk.world.ask());
  for (const char* path : {"/v1/commands/{id}", "/v1/commands/{id}/body"}) {
    for (const auto& one : {struck, asked}) call.get(path, one->id(), 200);
    call.get(path, nothing_here, 404);
    call.get(path, struck->id(), 404, "nowak");
    call.get(path, struck->id(), 401, "");
  }
  for (const char* path : {"/v1/commands", "/v1/shares"}) {
    call.get(path, "", 200);
    call.get(path, "", 401, "");
  }

  const std::string id = struck->id();
  const std::string note = desk.note(WordKind::approval, "brandt", id);
  call.words(id, note, 201);
  call.words(id, note, 200);
  call.words(id, "hello", 400);
  call.words(nothing_here, note, 400);
  call.words(id, desk.note(WordKind::approval, "alvarez", id), 403);
  std::string stranger = note;
  for (std::size_t at; (at = stranger.find("brandt")) != std::string::npos;) {
    stranger.replace(at, 6, "nobody");
  }
  call.words(id, stranger, 401);
  call.words(asked->id(), desk.note(WordKind::approval, "haddad", asked->id()), 201);

  // A command of every state is shown as the document says.
  for (const char* person : {"farouk", "duarte"}) REQUIRE(desk.world.approve(person, id).ok());
  call.get("/v1/commands", "", 200);
  desk.world.clock.advance(Duration{120});
  REQUIRE(eventually([&] { return struck->told() == "answered"; }));
  call.get("/v1/commands/{id}", id, 200);
  call.get("/v1/shares", "", 200);
  desk.world.endpoint.answer(id, 201);
  REQUIRE(eventually([&] { return desk.world.outcome(id).has_value(); }));
  call.get("/v1/commands/{id}", id, 200);
  const auto vetoed = desk.world.hold(desk.world.strike("planner-7", {"uav-002"}));
  call.words(vetoed->id(), desk.note(WordKind::veto, "gupta", vetoed->id()), 201);
  call.get("/v1/commands/{id}", vetoed->id(), 200);

  const std::string last = desk.note(WordKind::approval, "eriksen", asked->id());
  close_journal(desk.world);
  REQUIRE(eventually([&] { return desk.served.get("/readyz").status == 503; }));
  for (const char* path : {"/readyz", "/v1/checkpoint", "/v1/commands", "/v1/shares",
                           "/v1/commands/{id}", "/v1/commands/{id}/body"}) {
    call.get(path, id, 503);
  }
  call.words(asked->id(), last, 503);
}

constexpr std::string_view holds_path = "/keyturn/v1/holds/{ticket}";

// One held question, at a gate of its own.
struct Held {
  explicit Held(
      Documented& known, Gate::Script script = [](const std::string&) { return ok_answer(); })
      : documented(known), gate(std::move(script), HoldTimes{100, 350}) {
    const HttpResponse step = gate.send(gate.question());
    REQUIRE(step.status == 303);
    documented.check(Method::get, std::string(holds_path), step);
    location = field_of(step, "Location");
    id = field_of(step, "Keyturn-Command");
  }
  std::string path() const { return location.substr(0, location.find('?')); }
  HttpResponse ask(Method method, const std::string& target, unsigned status,
                   const std::string& person = "planner-7") const {
    const HttpResponse answer = gate.send(gate.call(method, target, person));
    CAPTURE(answer.body);
    CHECK(answer.status == status);
    documented.check(method, std::string(holds_path), answer);
    return answer;
  }

  Documented& documented;
  Gate gate;
  std::string location, id;
};

void call_the_callers_paths(Documented& documented) {
  const std::string nowhere = "/keyturn/v1/holds/nowhere";
  {
    Held held(documented);
    held.ask(Method::get, held.location, 401, "");
    held.ask(Method::get, held.location, 404, "nowak");
    held.ask(Method::get, held.path(), 400);
    held.ask(Method::get, held.path() + "?n=2", 409);
    held.ask(Method::del, held.path(), 401, "");
    held.ask(Method::del, nowhere, 404);
    std::vector<std::shared_ptr<keyturn::testing::Caller>> others;
    for (std::uint64_t i = 0; i < waiters_per_command_max; ++i) {
      others.push_back(held.gate.world().resume(
          "planner-7", held.path().substr(std::string("/keyturn/v1/holds/").size())));
    }
    held.ask(Method::get, held.location, 429);
    for (const auto& other : others) held.gate.world().leave(other);
    held.gate.give_quorum(held.id);
    held.ask(Method::get, held.location, 200);
    held.ask(Method::del, held.path(), 403);
  }
  {
    Held held(documented);
    held.ask(Method::del, held.path(), 204);
    held.ask(Method::get, held.location, 403);
  }
  {
    // The endpoint takes the request and answers nothing.
    Held held(documented, [](const std::string&) { return std::string(); });
    held.gate.give_quorum(held.id);
    held.ask(Method::get, held.location, 409);
  }
  {
    Held held(documented);
    Digest request;
    held.gate.world().look([&](const Ledger& ledger) { request = ledger.find(held.id)->request; });
    REQUIRE(held.gate.world().bodies().erase(request).ok());
    held.gate.give_quorum(held.id);
    held.ask(Method::get, held.location, 502);
  }
  {
    Held held(documented);
    close_journal(held.gate.world());
    held.ask(Method::get, held.location, 503);
    held.ask(Method::del, held.path(), 503);
  }
}

}  // namespace

TEST_CASE("every path, method and status of the OpenAPI document is answered as it says") {
  Documented documented;
  call_the_officials_api(documented);
  call_the_callers_paths(documented);
  for (const std::string& one : documented.named()) {
    CAPTURE(one);
    CHECK(documented.seen().count(one) == 1);
  }
}

TEST_CASE("the officials' routes and the OpenAPI document are the same") {
  const Documented documented;
  std::set<std::string> served, described;
  for (const OfficialsApi::Route& route : OfficialsApi::routes()) {
    const std::string what = std::string(method_name(route.method)) + " " + std::string(route.path);
    CAPTURE(what);
    served.insert(what);
    const Json& operation =
        documented.json()["paths"].at(std::string(route.path)).at(lower_name(route.method));
    // Who needs no login has an empty list there; all others the document's own.
    const bool open = route.login == OfficialsApi::Route::Login::none;
    CHECK(operation.contains("security") == open);
  }
  for (const std::string& one : documented.named()) {
    const std::string what = one.substr(0, one.rfind(' '));
    if (what.find(" /keyturn/") == std::string::npos) described.insert(what);
  }
  CHECK(served == described);
}

TEST_CASE("every operation of the OpenAPI document has a name of its own, and a tag") {
  const Documented documented;
  std::set<std::string> names;
  for (const auto& [path, operations] : documented.json()["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      if (method == "parameters" || method == "servers") continue;
      const std::string where = path;
      CAPTURE(where);
      CHECK(names.insert(operation.at("operationId").get<std::string>()).second);
      CHECK(operation.at("tags").size() == 1);
      CHECK_FALSE(operation.at("summary").get<std::string>().empty());
    }
  }
}

TEST_CASE("the checker of shapes knows what it does not know") {
  const Json root = Json::parse(R"({"s": {"type": "string", "pattern": "^a"}})");
  const JsonSchema schema(root);
  const auto wrong = [&](const char* shape, const char* value) {
    return schema.check(Json::parse(shape), Json::parse(value)).size();
  };
  CHECK(wrong(R"({"$ref": "#/s"})", R"("ab")") == 0);
  CHECK(wrong(R"({"$ref": "#/s"})", R"("b")") == 1);
  CHECK(wrong(R"({"type": "object", "properties": {}, "additionalProperties": false})",
              R"({"a": 1})") == 1);
  CHECK(wrong(R"({"type": "object", "required": ["a"]})", "{}") == 1);
  CHECK(wrong(R"({"type": "array", "items": {"type": "integer", "maximum": 3}})", "[1, 4]") == 1);
  CHECK(wrong(R"({"oneOf": []})", "1") == 1);
}

TEST_CASE("a path that takes another method says which") {
  Desk desk;
  const HttpResponse answer = desk.served.ask(Method::post, "/v1/commands", "{}");
  CHECK(answer.status == 405);
  CHECK(field_of(answer, "Allow") == "GET");
  CHECK(desk.served.ask(Method::head, "/healthz").status == 200);
  for (const char* path : {"/", "/v1/commands/a/b/c", "/healthz/x", "/V1/commands", "/v1"}) {
    CAPTURE(path);
    CHECK(desk.served.get(path, desk.login("haddad")).status == 404);
  }
}
