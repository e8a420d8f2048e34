// Reads JSON files of published vectors. For tests only.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "keyturn/bytes.h"

namespace keyturn::tests {

inline nlohmann::json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

inline std::string unhex(std::string_view text) { return hex_decode(text).value(); }

}  // namespace keyturn::tests
