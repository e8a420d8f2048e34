// The charter that `keyturn init` writes: a small defence deployment of five institutions, whose
// keys and tokens are made at that moment, so that a newcomer can start, look, and change it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keyturn::cli {

// Whose keys and tokens the charter names.
struct InitPrincipal {
  std::string_view name;
  bool key = false;
  bool token = false;
};
const std::vector<InitPrincipal>& init_principals();

// With `@deployment@`, `@delay@`, `@fleet@`, `@model@`, `@valid-from@`, `@valid-until@`,
// `@key journal@`, `@key NAME@` and `@token NAME@` to be filled in.
std::string_view init_charter_pattern();

}  // namespace keyturn::cli
