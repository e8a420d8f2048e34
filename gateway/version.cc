#include "gateway/version.h"

namespace keyturn {

std::string_view version() { return KEYTURN_VERSION; }

}  // namespace keyturn
