// Bodies: what the one reader accepts has one reading, which another reader shares.
#include "policy/request/json.h"

#include <nlohmann/json.hpp>

#include "tests/fuzz/target.h"

namespace keyturn {
namespace {

// Whether the other reader's value says the same. Numbers that are no safe integers have no value
// here.
bool same(const JsonValue& ours, const nlohmann::json& theirs) {
  switch (ours.kind()) {
    case JsonKind::null:
      return theirs.is_null();
    case JsonKind::boolean:
      return theirs.is_boolean();
    case JsonKind::integer:
      return theirs.is_number_integer() && theirs == ours.integer();
    case JsonKind::number:
      return theirs.is_number();
    case JsonKind::string:
      return theirs.is_string() && theirs.get_ref<const std::string&>() == ours.string();
    case JsonKind::array: {
      std::size_t index = 0;
      for (const JsonChild child : ours.children())
        if (!theirs.is_array() || index >= theirs.size() || !same(child.value, theirs[index++]))
          return false;
      return theirs.is_array() && index == theirs.size();
    }
    case JsonKind::object: {
      std::size_t members = 0;
      for (const JsonChild child : ours.children()) {
        const auto found = theirs.find(std::string(child.name));
        if (!theirs.is_object() || found == theirs.end() || !same(child.value, *found))
          return false;
        ++members;
      }
      // Fewer there would be a name that stood twice.
      return theirs.is_object() && members == theirs.size();
    }
  }
  return false;
}

}  // namespace
}  // namespace keyturn

KEYTURN_FUZZ_TARGET(json) {
  using keyturn::fuzz::hold;
  keyturn::JsonReader reader;
  const auto ours = reader.read(input);
  if (!ours.ok()) {
    hold(!ours.error().message.empty(), "a refusal says why");
    return;
  }
  const auto theirs = nlohmann::json::parse(input, nullptr, false);
  hold(!theirs.is_discarded(), "what is accepted here is JSON elsewhere");
  hold(keyturn::same(*ours, theirs), "and says the same there");
}
