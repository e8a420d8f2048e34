#include "policy/request/fact_filler.h"

#include "keyturn/limits.h"
#include "policy/request/member_names.h"
#include "policy/request/quote.h"

namespace keyturn {
namespace {

// What a value costs beside its bytes: its kind and its place in an entry.
constexpr std::size_t value_overhead_bytes = 16;

Value::Kind kind_of(JsonKind kind) {
  switch (kind) {
    case JsonKind::null:
      return Value::Kind::null;
    case JsonKind::boolean:
      return Value::Kind::boolean;
    case JsonKind::integer:
      return Value::Kind::integer;
    case JsonKind::number:
      return Value::Kind::number;
    case JsonKind::string:
      return Value::Kind::string;
    case JsonKind::array:
      return Value::Kind::array;
    case JsonKind::object:
      return Value::Kind::object;
  }
  return Value::Kind::null;
}

// The member `name` of an object, whose every name is looked at. Half of all readers of JSON, Go's
// among them, take `Model` for `model` and keep the last: what they would read was not classified.
// So such a name refuses the request, even where the exact one is absent [C3].
Result<std::optional<JsonValue>> only_member(const JsonValue& object, std::string_view name) {
  std::optional<JsonValue> found;
  for (const JsonChild child : object.children()) {
    if (child.name == name)
      found = child.value;
    else if (folds_to_same(child.name, name))
      return Error{Code::invalid, "the body has two readings: `" + printable(child.name) +
                                      "` beside `" + printable(name) +
                                      "`; write the name as the charter does"};
  }
  return found;
}

}  // namespace

bool FactFiller::fits() const { return bytes_ <= facts_bytes_max; }

void FactFiller::add_header(std::string_view name, std::string_view value) {
  if (headers_ == facts_.headers.size()) facts_.headers.emplace_back();
  facts_.headers[headers_].first = name;
  facts_.headers[headers_].second = value;
  ++headers_;
  count(name.size() + value.size());
}

Result<void> FactFiller::add_fact(const Pointer& pointer, std::string_view text,
                                  const JsonValue* root) {
  if (body_ == facts_.body.size()) facts_.body.emplace_back();
  fact_ = &facts_.body[body_++];
  fact_->pointer = text;
  values_ = 0;
  count(text.size());
  if (root != nullptr) {
    CHECK_OK(draw(*root, pointer, 0, false));
  }
  fact_->values.resize(values_);
  return {};
}

void FactFiller::end() {
  facts_.headers.resize(headers_);
  facts_.body.resize(body_);
}

// Adds what the steps from `depth` on lead to. Arrays are entered by `*` alone, objects by names
// alone.
Result<void> FactFiller::draw(JsonValue value, const Pointer& pointer, std::size_t depth,
                              bool in_element) {
  for (; depth < pointer.steps.size(); ++depth) {
    const Pointer::Step& step = pointer.steps[depth];
    if (step.kind == Pointer::Step::Kind::element) {
      if (value.kind() != JsonKind::array) {
        add_unreachable();
        return {};
      }
      bool empty = true;
      for (JsonChild child : value.children()) {
        if (!fits()) return {};  // a million elements must not become a million values
        empty = false;
        CHECK_OK(draw(child.value, pointer, depth + 1, true));
      }
      if (empty) add_unreachable();
      return {};
    }
    if (value.kind() != JsonKind::object) {
      add_unreachable();
      return {};
    }
    TRY(const std::optional<JsonValue> member, only_member(value, step.name));
    if (!member) {
      if (in_element) add_unreachable();
      return {};
    }
    value = *member;
  }
  add_value(value);
  return {};
}

void FactFiller::add_value(const JsonValue& value) {
  Value& out = next_value();
  out.kind = kind_of(value.kind());
  out.integer = value.integer();
  if (value.string().size() > fact_value_bytes_max) {
    out.kind = Value::Kind::too_long;
  } else {
    out.string = value.string();
    count(out.string.size());
  }
}

Value& FactFiller::next_value() {
  if (values_ == fact_->values.size()) fact_->values.emplace_back();
  Value& out = fact_->values[values_++];
  out.string.clear();
  out.integer = 0;
  count(value_overhead_bytes);
  return out;
}

}  // namespace keyturn
