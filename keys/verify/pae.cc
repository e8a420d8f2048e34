#include "keys/verify/pae.h"

namespace keyturn {

std::string pae(Domain domain, std::string_view kind, std::string_view text) {
  std::string type = "application/vnd.keyturn.";
  type += domain == Domain::live ? "live" : "exercise";
  type.append(".").append(kind).append(".v1+text");

  std::string out = "DSSEv1 ";
  out.append(std::to_string(type.size())).append(" ").append(type);
  out.append(" ").append(std::to_string(text.size())).append(" ").append(text);
  return out;
}

}  // namespace keyturn
