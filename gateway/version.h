// The version of this program; it stands in one place, CMakeLists.txt. Thread rule: a constant.
#pragma once

#include <string_view>

namespace keyturn {

std::string_view version();

}  // namespace keyturn
