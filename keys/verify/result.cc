#include "keyturn/result.h"

namespace keyturn {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::unauthenticated:
      return "unauthenticated";
    case Code::forbidden:
      return "forbidden";
    case Code::expired:
      return "expired";
    case Code::replayed:
      return "replayed";
    case Code::conflict:
      return "conflict";
    case Code::not_found:
      return "not-found";
    case Code::too_large:
      return "too-large";
    case Code::exhausted:
      return "exhausted";
    case Code::unavailable:
      return "unavailable";
    case Code::unknown:
      return "unknown";
    case Code::corrupt:
      return "corrupt";
    case Code::unsupported:
      return "unsupported";
    case Code::internal:
      return "internal";
  }
  std::abort();  // INVARIANT: a Code is one of the above
}

}  // namespace keyturn
