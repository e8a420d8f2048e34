// Bytes, and the three strict text forms that Keyturn uses for them.
//
// Promises: decoders accept exactly what the encoders write (canonical padding, lower-case hex, no
// white space), so that no value has two texts. Thread rule: plain values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "keyturn/result.h"

namespace keyturn {

using ByteView = std::span<const std::uint8_t>;
template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

inline ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Lower-case hexadecimal, RFC 4648 section 8 in lower case.
std::string hex_encode(ByteView bytes);
Result<std::string> hex_decode(std::string_view text);

// Base64 with padding, RFC 4648 section 4; unused bits must be zero.
std::string base64_encode(ByteView bytes);
Result<std::string> base64_decode(std::string_view text);

// Base64url without padding, RFC 4648 section 5: tokens and wait URLs.
std::string base64url_encode(ByteView bytes);
Result<std::string> base64url_decode(std::string_view text);

// Copies exactly N bytes; another length is Code::invalid.
template <std::size_t N>
Result<ByteArray<N>> to_array(std::string_view bytes) {
  if (bytes.size() != N)
    return Error{Code::invalid,
                 "expected " + std::to_string(N) + " bytes, got " + std::to_string(bytes.size())};
  ByteArray<N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = static_cast<std::uint8_t>(bytes[i]);
  return out;
}

// Whether two byte strings of equal length are equal, in time that depends only on the length.
bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace keyturn
