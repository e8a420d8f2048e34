#include <doctest/doctest.h>

#include "keyturn/bytes.h"

namespace keyturn {
namespace {

// Of the 256 bytes, 64 are digits; a decoder that takes any other gives one value two texts, and a
// signed note two forms.
int accepted_at(std::size_t place, Result<std::string> (*decode)(std::string_view)) {
  int accepted = 0;
  for (int byte = 0; byte < 256; ++byte) {
    std::string text = "AAAA";
    text[place] = static_cast<char>(byte);
    if (decode(text).ok()) ++accepted;
  }
  return accepted;
}

TEST_CASE("base64 has 64 digits at every place, and bytes above 0x7f are none of them") {
  for (const std::size_t place : {0u, 1u, 2u}) {
    CAPTURE(place);
    CHECK(accepted_at(place, base64url_decode) == 64);
    CHECK(accepted_at(place, base64_decode) == 64);
  }
  CHECK(accepted_at(3, base64url_decode) == 64);
  CHECK(accepted_at(3, base64_decode) == 65);  // the padding may stand last
}

}  // namespace
}  // namespace keyturn
