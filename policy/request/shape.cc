#include "policy/request/shape.h"

#include "keyturn/limits.h"

namespace keyturn {
namespace {

using Step = Pointer::Step;

bool is_container(const JsonValue& value) {
  return value.kind() == JsonKind::object || value.kind() == JsonKind::array;
}

std::string written(std::string_view name) {
  std::string out = "/";
  for (char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

}  // namespace

bool ShapeCheck::holds(const std::vector<Pointer>& shape, const JsonValue& root) {
  shape_ = &shape;
  unlisted_.clear();
  alive_.clear();
  for (std::uint32_t i = 0; i < shape.size(); ++i) alive_.push_back(i);
  // A body that is one scalar is nothing that a pattern could name.
  bool held = is_container(root) && holds_below(root, 0, 0, alive_.size());
  while (unlisted_.size() > fact_value_bytes_max) unlisted_.resize(unlisted_.rfind('/'));
  return held;
}

// The patterns alive_[begin, end) lead to this container, `depth` steps deep. Recursion is bounded
// by json_depth_max.
bool ShapeCheck::holds_below(const JsonValue& container, std::size_t depth, std::size_t begin,
                             std::size_t end) {
  const bool in_array = container.kind() == JsonKind::array;
  std::size_t position = 0;
  for (JsonChild child : container.children()) {
    bool held = holds_child(child, in_array, depth, begin, end);
    alive_.resize(end);
    if (!held) {
      unlisted_.insert(0, written(in_array ? std::to_string(position) : std::string(child.name)));
      return false;
    }
    ++position;
  }
  return true;
}

bool ShapeCheck::holds_child(const JsonChild& child, bool in_array, std::size_t depth,
                             std::size_t begin, std::size_t end) {
  bool listed = false;
  for (std::size_t i = begin; i < end; ++i) {
    const std::uint32_t pattern = alive_[i];
    const std::vector<Step>& steps = (*shape_)[pattern].steps;
    if (depth == steps.size()) continue;  // it ended at the container
    const Step& step = steps[depth];
    if (step.kind == Step::Kind::below) return true;
    if ((step.kind == Step::Kind::element) != in_array) continue;
    if (step.kind == Step::Kind::member && step.name != child.name) continue;
    if (depth + 1 == steps.size())
      listed = true;
    else
      alive_.push_back(pattern);
  }
  if (!is_container(child.value)) return listed;
  const bool leads_on = alive_.size() > end;
  if (!listed && !leads_on) return false;
  return holds_below(child.value, depth + 1, end, alive_.size());
}

}  // namespace keyturn
