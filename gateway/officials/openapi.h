// The OpenAPI document of the officials' API and of the callers' own paths: docs/openapi.json as it
// was when this program was built. Thread rule: a constant.
#pragma once

#include <string_view>

namespace keyturn {

std::string_view openapi_document();

}  // namespace keyturn
