#include "policy/request/facts.h"

#include "policy/request/pointer.h"

namespace keyturn {
namespace {

// Whether `text` is how this pointer is written, without writing it: this runs for every request.
bool is_written(const Pointer& pointer, std::string_view text) {
  auto take = [&](std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
  };
  for (const Pointer::Step& step : pointer.steps) {
    if (!take("/")) return false;
    if (step.kind == Pointer::Step::Kind::element) {
      if (!take("*")) return false;
    } else if (step.kind == Pointer::Step::Kind::below) {
      if (!take("**")) return false;
    } else {
      for (char c : step.name)
        if (!take(c == '~' ? "~0" : c == '/' ? "~1" : std::string_view(&c, 1))) return false;
    }
  }
  return text.empty();
}

}  // namespace

const Fact* find_fact(const Facts& facts, const Pointer& pointer) {
  for (const Fact& fact : facts.body)
    if (is_written(pointer, fact.pointer)) return &fact;
  return nullptr;
}

const std::string* find_header(const Facts& facts, std::string_view name) {
  for (const auto& header : facts.headers)
    if (header.first == name) return &header.second;
  return nullptr;
}

}  // namespace keyturn
