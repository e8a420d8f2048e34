#include "gateway/authority/names.h"

#include <string_view>

#include "keyturn/bytes.h"

namespace keyturn {
namespace {

std::string crockford(const ByteArray<16>& bytes) {
  static constexpr char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string out;
  unsigned buffer = 0;
  int bits = 2;  // 130 bits hold 128: two leading zeros
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push_back(digits[(buffer >> bits) & 31]);
    }
  }
  return out;
}

}  // namespace

// INVARIANT: every field stands behind its length, so no two requests have one preimage.
Digest sameness_of(const BodyRecord& record) {
  Sha256 hash;
  const auto field = [&hash](std::string_view text) {
    hash.update(std::to_string(text.size())).update(":").update(text);
  };
  hash.update("keyturn/same-request/v1\n");
  field(record.principal);
  field(record.method);
  field(record.endpoint);
  field(record.target);
  for (const auto& [name, value] : record.headers) {
    field(name);
    field(value);
  }
  hash.update("\n");
  field(record.body);
  return hash.finish();
}

std::string new_command_id(Time now, Entropy& entropy) {
  ByteArray<16> bytes{};
  entropy.fill(bytes);
  const auto ms = static_cast<std::uint64_t>(now.seconds) * 1000;
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
  return crockford(bytes);
}

std::string wait_ticket(const SecretBytes& key, const std::string& id) {
  const Digest mac = Sha256().update("keyturn/wait/v1\n").update(key.expose()).update(id).finish();
  return id + "-" + hex_encode(ByteView(mac.bytes).first(16));
}

}  // namespace keyturn
