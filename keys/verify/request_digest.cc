// The request digest: docs/formats.md, "Request digest".
#include <algorithm>
#include <vector>

#include "keys/verify/statement.h"

namespace keyturn {
namespace {

std::string big_endian(std::uint64_t value) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xff);
  return out;
}

void add(Sha256& hash, std::string_view field) {
  hash.update(big_endian(field.size())).update(field);
}

std::string lower_case(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

Digest request_digest(const RequestParts& parts) {
  std::vector<std::pair<std::string, std::string_view>> headers;
  headers.reserve(parts.headers.size());
  for (const auto& header : parts.headers)
    headers.emplace_back(lower_case(header.first), header.second);
  // Stable: where a field is repeated, the order of its values is part of what is asked.
  std::stable_sort(headers.begin(), headers.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });

  Sha256 hash;
  hash.update("keyturn/request/v1\n");
  add(hash, text_of(parts.nonce));
  add(hash, parts.method);
  add(hash, parts.endpoint);
  add(hash, parts.target);
  hash.update(big_endian(headers.size()));
  for (const auto& header : headers) {
    add(hash, header.first);
    add(hash, header.second);
  }
  add(hash, parts.body);
  return hash.finish();
}

}  // namespace keyturn
