// The one preimage of every signed statement: DSSE v1 PAE over a type that names the domain and the
// kind, so that no signature of one kind, or of an exercise, is ever one of another [W11 E1].
//   "DSSEv1" SP len(type) SP type SP len(text) SP text         (lengths in decimal ASCII)
//   type = "application/vnd.keyturn." domain "." kind ".v1+text"
#pragma once

#include <string>
#include <string_view>

namespace keyturn {

enum class Domain : unsigned char { live, exercise };

std::string pae(Domain domain, std::string_view kind, std::string_view text);

}  // namespace keyturn
