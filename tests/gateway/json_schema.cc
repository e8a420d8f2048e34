#include "tests/gateway/json_schema.h"

#include <regex>
#include <set>

namespace keyturn::testing {
namespace {

using Json = nlohmann::json;

const std::set<std::string> keywords = {
    "$ref",       "description", "type",      "const",
    "enum",       "pattern",     "maxLength", "minItems",
    "maxItems",   "minimum",     "maximum",   "items",
    "properties", "required",    "allOf",     "additionalProperties"};

bool is_of_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  return false;
}

}  // namespace

const Json& JsonSchema::resolve(const Json& maybe_reference) const {
  const Json* found = &maybe_reference;
  while (found->is_object() && found->contains("$ref")) {
    found = &root_.at(Json::json_pointer(found->at("$ref").get<std::string>().substr(1)));
  }
  return *found;
}

std::vector<std::string> JsonSchema::check(const Json& schema, const Json& value) const {
  std::vector<std::string> wrong;
  check_at(schema, value, "", wrong);
  return wrong;
}

void JsonSchema::check_at(const Json& schema, const Json& value, const std::string& place,
                          std::vector<std::string>& wrong) const {
  const auto say = [&](const std::string& what) {
    wrong.push_back((place.empty() ? "/" : place) + ": " + what + ": " +
                    value.dump().substr(0, 200));
  };
  for (const auto& [keyword, ignored] : schema.items()) {
    (void)ignored;
    if (keywords.count(keyword) == 0) say("the schema's keyword `" + keyword + "` is not known");
  }
  if (schema.contains("$ref")) check_at(resolve(schema), value, place, wrong);
  if (schema.contains("allOf")) {
    for (const Json& part : schema["allOf"]) check_at(part, value, place, wrong);
  }
  if (schema.contains("type") && !is_of_type(value, schema["type"])) {
    return say("is not of type " + schema["type"].dump());
  }
  if (schema.contains("const") && value != schema["const"]) say("is not " + schema["const"].dump());
  if (schema.contains("enum")) {
    const Json& among = schema["enum"];
    if (std::find(among.begin(), among.end(), value) == among.end()) {
      say("is none of " + among.dump());
    }
  }
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (schema.contains("maxLength") && text.size() > schema["maxLength"]) say("is too long");
    if (schema.contains("pattern") &&
        !std::regex_search(text, std::regex(schema["pattern"].get<std::string>()))) {
      say("does not match " + schema["pattern"].dump());
    }
  }
  if (value.is_number_integer()) {
    if (schema.contains("minimum") && value < schema["minimum"]) say("is too small");
    if (schema.contains("maximum") && value > schema["maximum"]) say("is too large");
  }
  if (value.is_array()) {
    if (schema.contains("minItems") && value.size() < schema["minItems"]) say("has too few items");
    if (schema.contains("maxItems") && value.size() > schema["maxItems"]) say("has too many items");
    for (std::size_t i = 0; schema.contains("items") && i < value.size(); ++i) {
      check_at(schema["items"], value[i], place + "/" + std::to_string(i), wrong);
    }
  }
  if (value.is_object()) check_object(schema, value, place, wrong);
}

void JsonSchema::check_object(const Json& schema, const Json& value, const std::string& place,
                              std::vector<std::string>& wrong) const {
  const auto say = [&](const std::string& what) {
    wrong.push_back((place.empty() ? "/" : place) + ": " + what);
  };
  static const Json empty = Json::object();
  if (schema.contains("required")) {
    for (const Json& name : schema["required"]) {
      if (!value.contains(name.get<std::string>())) say(name.dump() + " is missing");
    }
  }
  const Json& known = schema.contains("properties") ? schema["properties"] : empty;
  for (const auto& [name, member] : value.items()) {
    if (known.contains(name)) {
      check_at(known[name], member, place + "/" + name, wrong);
    } else if (schema.contains("additionalProperties")) {
      // Only `false` is used, and only that is understood.
      say(schema["additionalProperties"] == false ? "`" + name + "` is not in the schema"
                                                  : "additionalProperties is not `false`");
    }
  }
}

}  // namespace keyturn::testing
