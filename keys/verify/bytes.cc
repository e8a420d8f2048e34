#include "keyturn/bytes.h"

#include <sodium.h>

namespace keyturn {
namespace {

// libsodium's coders do not branch on what they code, so tokens and seeds may pass through them.
std::string encode(ByteView bytes, int variant) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), variant);
  out.pop_back();  // the terminating NUL
  return out;
}

Result<std::string> decode(std::string_view text, int variant, std::string_view what) {
  std::string out(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  // Without an end pointer the whole text must be consumed; unused bits and padding are checked.
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, variant) != 0)
    return Error{Code::invalid, "not canonical " + std::string(what)};
  out.resize(size);
  // INVARIANT: no value has two texts. libsodium 1.0.18 reads bytes above 0x7f as digits.
  if (encode(bytes_of(out), variant) != text)
    return Error{Code::invalid, "not canonical " + std::string(what)};
  return out;
}

}  // namespace

std::string hex_encode(ByteView bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
  out.pop_back();
  return out;
}

Result<std::string> hex_decode(std::string_view text) {
  // libsodium reads capitals too; a value with two texts would be two values to a digest.
  for (const char c : text)
    if (c >= 'A' && c <= 'F') return Error{Code::invalid, "hex digits must be lower-case"};
  std::string out(text.size() / 2, '\0');
  std::size_t size = 0;
  if (text.size() % 2 != 0 ||
      sodium_hex2bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                     text.size(), nullptr, &size, nullptr) != 0 ||
      size != out.size())
    return Error{Code::invalid, "not an even number of lower-case hex digits"};
  return out;
}

std::string base64_encode(ByteView bytes) { return encode(bytes, sodium_base64_VARIANT_ORIGINAL); }

Result<std::string> base64_decode(std::string_view text) {
  return decode(text, sodium_base64_VARIANT_ORIGINAL, "base64 with padding");
}

std::string base64url_encode(ByteView bytes) {
  return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

Result<std::string> base64url_decode(std::string_view text) {
  return decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, "base64url without padding");
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace keyturn
