#include "policy/request/extract.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "keyturn/limits.h"
#include "policy/request/json.h"
#include "policy/request/path.h"
#include "policy/request/shape.h"

namespace keyturn {
namespace {

// What a value costs beside its bytes: its kind and its place in an entry.
constexpr std::size_t value_overhead_bytes = 16;

struct MatcherTable {
  const Matcher* matcher = nullptr;
  std::vector<std::uint32_t> pointers;  // of its conditions: indices into EndpointTable::pointers
};

// A class or a pass.
struct EntryTable {
  const Class* klass = nullptr;  // null: a pass
  std::vector<MatcherTable> matchers;
  std::vector<std::uint32_t> pointers;  // of sources and effect
  bool has_shape = false;

  bool reads_body(const MatcherTable& matcher) const {
    return has_shape || !pointers.empty() || !matcher.pointers.empty();
  }
};

struct DrawnPointer {
  const Pointer* pointer = nullptr;
  std::string text;
};

struct EndpointTable {
  std::vector<std::string> headers;  // those of C7 and the declared ones; sorted, distinct
  std::vector<DrawnPointer> pointers;
  std::vector<EntryTable> entries;  // classes, then passes, in the charter's order

  void add(std::vector<std::uint32_t>& indices, const Pointer& pointer) {
    std::size_t index = 0;
    while (index < pointers.size() && !(*pointers[index].pointer == pointer)) ++index;
    if (index == pointers.size()) pointers.push_back({&pointer, pointer.to_string()});
    indices.push_back(static_cast<std::uint32_t>(index));
  }

  EntryTable& add_entry(const std::vector<Matcher>& matchers) {
    EntryTable& entry = entries.emplace_back();
    for (const Matcher& matcher : matchers) {
      MatcherTable& table = entry.matchers.emplace_back();
      table.matcher = &matcher;
      for (const Condition& condition : matcher.conditions)
        if (condition.where == Condition::Where::body) add(table.pointers, condition.pointer);
    }
    return entry;
  }
};

EndpointTable compile(const Charter& charter, EndpointId id) {
  EndpointTable out;
  out.headers = charter.endpoint(id).headers;
  // An Idempotency-Key tells a deliberate repetition from a retry, so the digest covers it [W9].
  out.headers.insert(out.headers.end(), {"accept", "content-type", "idempotency-key"});
  std::sort(out.headers.begin(), out.headers.end());
  out.headers.erase(std::unique(out.headers.begin(), out.headers.end()), out.headers.end());
  for (const Class& klass : charter.classes) {
    if (klass.endpoint != id) continue;
    EntryTable& entry = out.add_entry(klass.matchers);
    entry.klass = &klass;
    // A class that directs and lists nothing allows nothing.
    entry.has_shape = klass.directs || !klass.shape.empty();
    for (const DirectsSource& source : klass.sources)
      if (source.where == DirectsSource::Where::body) out.add(entry.pointers, source.pointer);
    for (const EffectPart& part : klass.effect)
      if (part.kind == EffectPart::Kind::body) out.add(entry.pointers, part.pointer);
  }
  for (const Pass& pass : charter.passes)
    if (pass.endpoint == id) out.add_entry(pass.matchers);
  return out;
}

// Media types are written in many ways; these two, in the spellings that clients use, mean JSON in
// UTF-8.
bool is_json_type(std::string_view content_type) {
  constexpr std::array<std::string_view, 5> accepted = {
      "application/json", "application/json; charset=utf-8", "application/json;charset=utf-8",
      "application/json; charset=UTF-8", "application/json;charset=UTF-8"};
  return std::find(accepted.begin(), accepted.end(), content_type) != accepted.end();
}

// Fills Facts in place, so that strings and vectors keep their memory, and counts what it fills in.
class Filler {
 public:
  explicit Filler(Facts& facts) : facts_(facts) {}

  bool fits() const { return bytes_ <= facts_bytes_max; }
  void count(std::size_t bytes) { bytes_ += bytes; }

  void add_header(std::string_view name, std::string_view value) {
    if (headers_ == facts_.headers.size()) facts_.headers.emplace_back();
    facts_.headers[headers_].first = name;
    facts_.headers[headers_].second = value;
    ++headers_;
    count(name.size() + value.size());
  }

  void begin_fact(std::string_view pointer) {
    if (body_ == facts_.body.size()) facts_.body.emplace_back();
    fact_ = &facts_.body[body_++];
    fact_->pointer = pointer;
    values_ = 0;
    count(pointer.size());
  }
  void add_value(const JsonValue& value) {
    Value& out = next_value();
    switch (value.kind()) {
      case JsonKind::string:
        if (value.string().size() > fact_value_bytes_max) {
          out.kind = Value::Kind::too_long;
        } else {
          out.kind = Value::Kind::string;
          out.string = value.string();
          count(out.string.size());
        }
        return;
      case JsonKind::integer:
        out.kind = Value::Kind::integer;
        out.integer = value.integer();
        return;
      case JsonKind::boolean:
        out.kind = Value::Kind::boolean;
        return;
      case JsonKind::null:
        out.kind = Value::Kind::null;
        return;
      case JsonKind::number:
        out.kind = Value::Kind::number;
        return;
      case JsonKind::array:
        out.kind = Value::Kind::array;
        return;
      case JsonKind::object:
        out.kind = Value::Kind::object;
        return;
    }
  }
  void add_unreachable() { next_value().kind = Value::Kind::null; }
  void end_fact() { fact_->values.resize(values_); }

  void end() {
    facts_.headers.resize(headers_);
    facts_.body.resize(body_);
  }

 private:
  Value& next_value() {
    if (values_ == fact_->values.size()) fact_->values.emplace_back();
    Value& out = fact_->values[values_++];
    out.string.clear();
    out.integer = 0;
    count(value_overhead_bytes);
    return out;
  }

  Facts& facts_;
  Fact* fact_ = nullptr;
  std::size_t headers_ = 0, body_ = 0, values_ = 0;
  std::size_t bytes_ = 0;
};

// Adds what `steps` lead to. Arrays are entered by `*` alone, objects by names alone.
void draw(JsonValue value, std::span<const Pointer::Step> steps, bool in_element, Filler& out) {
  while (!steps.empty()) {
    const Pointer::Step& step = steps.front();
    steps = steps.subspan(1);
    if (step.kind == Pointer::Step::Kind::element) {
      if (value.kind() != JsonKind::array) return out.add_unreachable();
      bool empty = true;
      for (JsonChild child : value.children()) {
        if (!out.fits()) return;  // a million elements must not become a million values
        empty = false;
        draw(child.value, steps, true, out);
      }
      if (empty) out.add_unreachable();
      return;
    }
    if (value.kind() != JsonKind::object) return out.add_unreachable();
    auto member = value.member(step.name);
    if (!member) {
      if (in_element) out.add_unreachable();
      return;
    }
    value = *member;
  }
  out.add_value(value);
}

}  // namespace

struct Extractor::Tables {
  std::shared_ptr<const Charter> charter;
  std::vector<EndpointTable> endpoints;
};

class Extractor::Scratch {
 public:
  JsonReader reader;
  ShapeCheck shape;
  std::vector<unsigned char> needed;  // by pointer of the endpoint
  std::vector<const Class*> shaped;   // classes whose shape this request must have
};

std::unique_ptr<Extractor::Scratch, void (*)(Extractor::Scratch*)> Extractor::make_scratch() {
  return {new Scratch, [](Scratch* scratch) { delete scratch; }};
}

Extractor::Extractor(std::shared_ptr<const Charter> charter) {
  auto tables = std::make_unique<Tables>();
  for (std::uint32_t i = 0; i < charter->endpoints.size(); ++i)
    tables->endpoints.push_back(compile(*charter, EndpointId{i}));
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
        if (meets(*table.matcher, method, path)) by_method_and_path = EndpointId{i};
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
  const std::string_view path = path_of(request.target);
  scratch.needed.assign(table.pointers.size(), 0);
  scratch.shaped.clear();
  facts.endpoint = tables_->charter->endpoint(endpoint).name;
  facts.method = request.method;
  facts.target = request.target;
  facts.body_read = false;
  facts.body_bytes = request.body.size();
  facts.out_of_shape.clear();

  for (const EntryTable& entry : table.entries) {
    bool met = false;
    for (const MatcherTable& matcher : entry.matchers) {
      if (!path_matches(matcher.matcher->path, path)) continue;
      // By path alone, so that no method slips a body past the classes that read it [C3].
      if (entry.reads_body(matcher)) facts.body_read = true;
      if (!meets(*matcher.matcher, request.method, path)) continue;
      met = true;
      for (std::uint32_t index : matcher.pointers) scratch.needed[index] = 1;
    }
    if (!met) continue;
    for (std::uint32_t index : entry.pointers) scratch.needed[index] = 1;
    if (entry.has_shape) scratch.shaped.push_back(entry.klass);
  }

  Filler filler(facts);
  filler.count(facts.method.size() + facts.target.size());
  for (const std::string& name : table.headers) {
    const std::string_view* value = nullptr;
    for (const auto& field : request.fields) {
      if (field.first != name) continue;
      if (value != nullptr)
        return Error{Code::invalid, "the header `" + name + "` stands twice; send it once"};
      value = &field.second;
    }
    if (value != nullptr) filler.add_header(name, *value);
    if (name == "content-type" && facts.body_read &&
        (value == nullptr ? !request.body.empty() : !is_json_type(*value)))
      return Error{Code::invalid,
                   "this path takes only `content-type: application/json`, in UTF-8"};
  }

  // No body at all, as of a GET: every pointer is absent, which matches nothing and directs
  // nothing.
  std::optional<JsonValue> root;
  if (facts.body_read && !request.body.empty()) {
    TRY(JsonValue value, scratch.reader.read(request.body));
    root = value;
  }
  for (std::size_t i = 0; i < table.pointers.size(); ++i) {
    if (scratch.needed[i] == 0) continue;
    filler.begin_fact(table.pointers[i].text);
    if (root) draw(*root, table.pointers[i].pointer->steps, false, filler);
    filler.end_fact();
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
