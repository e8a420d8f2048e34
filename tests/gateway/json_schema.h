// A checker of JSON values against the part of JSON Schema 2020-12 that docs/openapi.json uses. A
// keyword that it does not know is an error of the schema: nothing is read and then ignored.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace keyturn::testing {

class JsonSchema {
 public:
  // `root` is what `$ref` paths start from.
  explicit JsonSchema(const nlohmann::json& root) : root_(root) {}

  // What is wrong, each with its place; empty where `value` is as `schema` says.
  std::vector<std::string> check(const nlohmann::json& schema, const nlohmann::json& value) const;
  // `$ref`s followed.
  const nlohmann::json& resolve(const nlohmann::json& maybe_reference) const;

 private:
  void check_at(const nlohmann::json& schema, const nlohmann::json& value, const std::string& place,
                std::vector<std::string>& wrong) const;
  void check_object(const nlohmann::json& schema, const nlohmann::json& value,
                    const std::string& place, std::vector<std::string>& wrong) const;
  const nlohmann::json& root_;
};

}  // namespace keyturn::testing
