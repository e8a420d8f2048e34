#include "policy/request/extract.h"

#include <algorithm>
#include <array>
#include <string>

#include "keyturn/limits.h"
#include "policy/request/endpoint_table.h"
#include "policy/request/fact_filler.h"
#include "policy/request/json.h"
#include "policy/request/path.h"
#include "policy/request/shape.h"

namespace keyturn {
namespace {

// Media types are written in many ways; these two, in the spellings that clients use, mean JSON in
// UTF-8.
bool is_json_type(std::string_view content_type) {
  constexpr std::array<std::string_view, 5> accepted = {
      "application/json", "application/json; charset=utf-8", "application/json;charset=utf-8",
      "application/json; charset=UTF-8", "application/json;charset=UTF-8"};
  return std::find(accepted.begin(), accepted.end(), content_type) != accepted.end();
}

// The one value of a header, null if it is not there. Errors: invalid, if it stands twice.
Result<const std::string_view*> one_value(const RequestView& request, std::string_view name) {
  const std::string_view* value = nullptr;
  for (const auto& field : request.fields) {
    if (field.first != name) continue;
    if (value != nullptr)
      return Error{Code::invalid,
                   "the header `" + std::string(name) + "` stands twice; send it once"};
    value = &field.second;
  }
  return value;
}

Result<void> add_headers(const EndpointTable& table, const RequestView& request, bool body_read,
                         FactFiller& filler) {
  for (const std::string& name : table.headers) {
    TRY(const std::string_view* value, one_value(request, name));
    if (value != nullptr) filler.add_header(name, *value);
    if (name != "content-type" || !body_read) continue;
    if (value == nullptr ? !request.body.empty() : !is_json_type(*value))
      return Error{Code::invalid,
                   "this path takes only `content-type: application/json`, in UTF-8"};
  }
  return {};
}

}  // namespace

struct Extractor::Tables {
  std::shared_ptr<const Charter> charter;
  std::vector<EndpointTable> endpoints;
};

class Extractor::Scratch {
 public:
  // Marks what this request needs drawn and checked; whether its path reads the body.
  bool plan(const EndpointTable& table, std::string_view method, std::string_view path);

  JsonReader reader;
  ShapeCheck shape;
  std::vector<unsigned char> needed;  // by pointer of the endpoint
  std::vector<const Class*> shaped;   // classes whose shape this request must have
};

bool Extractor::Scratch::plan(const EndpointTable& table, std::string_view method,
                              std::string_view path) {
  needed.assign(table.pointers.size(), 0);
  shaped.clear();
  bool body_read = false;
  for (const EntryTable& entry : table.entries) {
    bool met = false;
    for (const MatcherTable& matcher : entry.matchers) {
      if (!path_matches(matcher.matcher->path, path)) continue;
      // By path alone, so that no method slips a body past the classes that read it [C3].
      if (entry.reads_body(matcher)) body_read = true;
      if (!allows(*matcher.matcher, method)) continue;
      met = true;
      for (std::uint32_t index : matcher.pointers) needed[index] = 1;
    }
    if (!met) continue;
    for (std::uint32_t index : entry.pointers) needed[index] = 1;
    if (entry.has_shape) shaped.push_back(entry.klass);
  }
  return body_read;
}

std::unique_ptr<Extractor::Scratch, void (*)(Extractor::Scratch*)> Extractor::make_scratch() {
  return {new Scratch, [](Scratch* scratch) { delete scratch; }};
}

Extractor::Extractor(std::shared_ptr<const Charter> charter) {
  auto tables = std::make_unique<Tables>();
  for (std::uint32_t i = 0; i < charter->endpoints.size(); ++i)
    tables->endpoints.push_back(compile_endpoint(*charter, EndpointId{i}));
  tables->charter = std::move(charter);
  tables_ = std::move(tables);
}
Extractor::~Extractor() = default;
Extractor::Extractor(Extractor&&) noexcept = default;
Extractor& Extractor::operator=(Extractor&&) noexcept = default;

std::optional<EndpointId> Extractor::endpoint(std::string_view host, std::string_view method,
                                              std::string_view path) const {
  const Charter& charter = *tables_->charter;
  std::optional<EndpointId> by_path;
  std::optional<EndpointId> by_method_and_path;
  for (std::uint32_t i = 0; i < charter.endpoints.size(); ++i) {
    const std::string& own_host = charter.endpoints[i].host;
    if (!own_host.empty()) {
      if (own_host == host) return EndpointId{i};
      continue;
    }
    for (const EntryTable& entry : tables_->endpoints[i].entries) {
      for (const MatcherTable& table : entry.matchers) {
        if (by_method_and_path || !path_matches(table.matcher->path, path)) continue;
        if (!by_path) by_path = EndpointId{i};
        if (allows(*table.matcher, method)) by_method_and_path = EndpointId{i};
      }
    }
  }
  return by_method_and_path ? by_method_and_path : by_path;
}

bool Extractor::reads_body(EndpointId endpoint, std::string_view path) const {
  for (const EntryTable& entry : tables_->endpoints[endpoint.value].entries)
    for (const MatcherTable& table : entry.matchers)
      if (entry.reads_body(table) && path_matches(table.matcher->path, path)) return true;
  return false;
}

Result<void> Extractor::extract(EndpointId endpoint, const RequestView& request, Scratch& scratch,
                                Facts& facts) const {
  const EndpointTable& table = tables_->endpoints[endpoint.value];
  facts.endpoint = tables_->charter->endpoint(endpoint).name;
  facts.method = request.method;
  facts.target = request.target;
  facts.body_read = scratch.plan(table, request.method, path_of(request.target));
  facts.body_bytes = request.body.size();
  facts.out_of_shape.clear();

  FactFiller filler(facts);
  filler.count(facts.method.size() + facts.target.size());
  CHECK_OK(add_headers(table, request, facts.body_read, filler));

  // No body at all, as of a GET: every pointer is absent, which matches nothing and directs
  // nothing.
  std::optional<JsonValue> root;
  if (facts.body_read && !request.body.empty()) {
    TRY(JsonValue value, scratch.reader.read(request.body));
    root = value;
  }
  for (std::size_t i = 0; i < table.pointers.size(); ++i) {
    if (scratch.needed[i] == 0) continue;
    const DrawnPointer& drawn = table.pointers[i];
    CHECK_OK(filler.add_fact(*drawn.pointer, drawn.text, root ? &*root : nullptr));
  }
  for (const Class* klass : scratch.shaped) {
    if (!root || scratch.shape.holds(klass->shape, *root)) continue;
    facts.out_of_shape.emplace_back(klass->name, scratch.shape.first_unlisted());
    filler.count(klass->name.size() + scratch.shape.first_unlisted().size());
  }
  filler.end();
  if (!filler.fits())
    return Error{Code::too_large, "what the charter reads of this request exceeds " +
                                      std::to_string(facts_bytes_max) + " bytes (facts_bytes_max)"};
  return {};
}

}  // namespace keyturn
