#include "gateway/simulated/fleet.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "keyturn/bytes.h"

namespace keyturn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view tasks_path = "/api/v1/tasks";
constexpr std::string_view entities_path = "/api/v1/entities";
constexpr std::size_t requests_kept_max = 10'000;

constexpr std::array<std::string_view, 10> statuses = {
    "STATUS_CREATED",   "STATUS_SCHEDULED_IN_MANAGER",
    "STATUS_SENT",      "STATUS_MACHINE_RECEIPT",
    "STATUS_ACK",       "STATUS_WILCO",
    "STATUS_EXECUTING", "STATUS_WAITING_FOR_UPDATE",
    "STATUS_DONE_OK",   "STATUS_DONE_NOT_OK"};

bool is_over(const std::string& status) {
  return status == "STATUS_DONE_OK" || status == "STATUS_DONE_NOT_OK";
}

Response json(unsigned status, const Json& body) {
  Response response;
  response.status = status;
  response.fields = {{"Content-Type", "application/json"}};
  response.body = body.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  return response;
}

Response wrong(unsigned status, const std::string& message) {
  return json(status, {{"code", status}, {"message", message}});
}

Json member(const Json& json, const char* name) {
  if (!json.is_object()) return {};
  const auto found = json.find(name);
  return found == json.end() ? Json() : *found;
}

}  // namespace

struct SimulatedFleet::State {
  struct Task {
    Json json;
    std::string status;
    std::vector<std::string> systems;
  };

  std::shared_ptr<const Charter> charter;
  EndpointId endpoint;
  Clock& clock;
  std::map<std::string, Task> tasks;             // by id, in order of creation: ids count up
  std::vector<std::weak_ptr<Exchange>> streams;  // each kept by itself until its client is gone
  std::vector<Json> requests;
  std::uint64_t created = 0;

  bool ours(const std::string& name) const {
    const auto system = charter->find_system(name);
    return system && charter->system(*system).endpoint == endpoint;
  }

  void keep(const Request& request) {
    if (requests.size() >= requests_kept_max) requests.erase(requests.begin());
    Json headers = Json::array();
    for (const Field& field : request.fields) headers.push_back({field.name, field.value});
    requests.push_back({{"method", method_name(request.method)},
                        {"target", request.target},
                        {"headers", std::move(headers)},
                        {"body", base64_encode(bytes_of(request.body))}});
  }

  Response create(const Request& request) {
    keep(request);
    const Json body = Json::parse(request.body, nullptr, false);
    if (!body.is_object()) return wrong(400, "the body must be a JSON object");
    if (!member(member(body, "specification"), "@type").is_string()) {
      return wrong(400, "/specification/@type must be a string");
    }
    Task task;
    for (const Json& assignee : member(member(body, "relations"), "assignee")) {
      const Json name = member(assignee, "entityId");
      if (!name.is_string() || !ours(name.get<std::string>())) {
        return wrong(400, "no system of this fleet: " + name.dump());
      }
      task.systems.push_back(name.get<std::string>());
    }
    if (task.systems.empty()) return wrong(400, "/relations/assignee names no system");
    char id[32];
    std::snprintf(id, sizeof id, "task-%08llu", static_cast<unsigned long long>(++created));
    task.json = body;
    task.json["version"] = {{"taskId", id}, {"definitionVersion", 1}, {"statusVersion", 0}};
    task.json["createTime"] = clock.now().to_string();
    Task& kept = tasks[id] = std::move(task);
    return json(200, change(kept, "STATUS_SENT"));
  }

  Json change(Task& task, const std::string& status) {
    task.status = status;
    task.json["status"] = {{"status", status}, {"updateTime", clock.now().to_string()}};
    task.json["version"]["statusVersion"] = task.json["version"]["statusVersion"].get<int>() + 1;
    const std::string event = "event: task\ndata: " + task.json.dump() + "\n\n";
    streams.erase(std::remove_if(streams.begin(), streams.end(),
                                 [&event](const std::weak_ptr<Exchange>& one) {
                                   const auto stream = one.lock();
                                   return stream == nullptr || !stream->write(event);
                                 }),
                  streams.end());
    return task.json;
  }

  Response update(Task& task, const Request& request) {
    const Json body = Json::parse(request.body, nullptr, false);
    const Json status = member(member(body, "newStatus"), "status");
    if (!status.is_string() ||
        std::find(statuses.begin(), statuses.end(), status.get<std::string>()) == statuses.end()) {
      return wrong(400, "/newStatus/status must be one of the API's statuses");
    }
    if (is_over(task.status)) return wrong(409, "the task is over");
    return json(200, change(task, status.get<std::string>()));
  }

  Response cancel(Task& task) {
    if (is_over(task.status)) return wrong(409, "the task is over");
    task.json["taskError"] = {{"code", "ERROR_CODE_CANCELLED"}};
    return json(200, change(task, "STATUS_DONE_NOT_OK"));
  }

  Response query(const Request& request) {
    const Json body = Json::parse(request.body, nullptr, false);
    if (!body.is_object()) return wrong(400, "the body must be a JSON object");
    const Json wanted = member(member(body, "statusFilter"), "status");
    const Json assignee = member(body, "assignee");
    Json found = Json::array();
    for (const auto& [id, task] : tasks) {
      const bool status_fits = !wanted.is_array() ||
                               std::find(wanted.begin(), wanted.end(), task.status) != wanted.end();
      const bool system_fits =
          !assignee.is_string() || std::find(task.systems.begin(), task.systems.end(),
                                             assignee.get<std::string>()) != task.systems.end();
      if (status_fits && system_fits) found.push_back(task.json);
    }
    return json(200, {{"tasks", std::move(found)}});
  }

  void stream(std::shared_ptr<Exchange> exchange) {
    exchange->begin(200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}});
    exchange->write(": tasks as they change\n\n");
    exchange->on_gone([exchange] { (void)exchange; });
    streams.push_back(std::move(exchange));
  }

  Json entity(const System& system) const {
    Json out = {{"entityId", system.name},
                {"pool", charter->pool(system.pool).name},
                {"weight", system.weight},
                {"tasks", Json::array()}};
    for (const auto& [id, task] : tasks) {
      if (!is_over(task.status) &&
          std::find(task.systems.begin(), task.systems.end(), system.name) != task.systems.end()) {
        out["tasks"].push_back(id);
      }
    }
    return out;
  }

  Response entities() const {
    Json all = Json::array();
    for (const System& system : charter->systems) {
      if (system.endpoint == endpoint) all.push_back(entity(system));
    }
    return json(200, {{"entities", std::move(all)}});
  }

  // Below /api/v1/tasks/<id>.
  Response of_task(const Request& request, const std::string& rest) {
    const std::size_t slash = rest.find('/');
    const auto found = tasks.find(rest.substr(0, slash));
    if (found == tasks.end()) return wrong(404, "no such task");
    const std::string verb = slash == std::string::npos ? "" : rest.substr(slash + 1);
    if (verb.empty() && request.method == Method::get) return json(200, found->second.json);
    if (verb == "status" && request.method == Method::put) return update(found->second, request);
    if (verb == "cancel" && request.method == Method::put) return cancel(found->second);
    return wrong(404, "no such resource");
  }
};

SimulatedFleet::SimulatedFleet(std::shared_ptr<const Charter> charter, EndpointId endpoint,
                               Clock& clock)
    : state_(new State{std::move(charter), endpoint, clock, {}, {}, {}, 0}) {}

SimulatedFleet::~SimulatedFleet() = default;

void SimulatedFleet::handle(std::shared_ptr<Exchange> exchange) {
  const Request& request = exchange->request();
  const std::string& path = request.path;
  const bool post = request.method == Method::post;
  const bool get = request.method == Method::get;
  if (post && path == tasks_path) return exchange->respond(state_->create(request));
  if (post && path == std::string(tasks_path) + "/query") {
    return exchange->respond(state_->query(request));
  }
  if (post && path == std::string(tasks_path) + "/stream") {
    return state_->stream(std::move(exchange));
  }
  if (path.compare(0, tasks_path.size() + 1, std::string(tasks_path) + "/") == 0) {
    return exchange->respond(state_->of_task(request, path.substr(tasks_path.size() + 1)));
  }
  if (get && path == entities_path) return exchange->respond(state_->entities());
  if (get && path.compare(0, entities_path.size() + 1, std::string(entities_path) + "/") == 0) {
    const std::string name = path.substr(entities_path.size() + 1);
    if (!state_->ours(name)) return exchange->respond(wrong(404, "no such system"));
    const System& system = state_->charter->system(*state_->charter->find_system(name));
    return exchange->respond(json(200, state_->entity(system)));
  }
  if (get && path == "/simulated/requests") {
    return exchange->respond(json(200, {{"requests", state_->requests}}));
  }
  exchange->respond(wrong(404, "no such resource"));
}

}  // namespace keyturn
