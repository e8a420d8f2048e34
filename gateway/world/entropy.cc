#include "gateway/world/entropy.h"

#include <sodium.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace keyturn {

SecretBytes Entropy::secret_key() {
  ByteArray<32> raw;
  fill(raw);
  SecretBytes key{ByteView(raw)};
  sodium_memzero(raw.data(), raw.size());
  return key;
}

SystemEntropy::SystemEntropy() {
  if (sodium_init() < 0) {
    std::fputs("keyturn: libsodium does not start; nothing can be done safely without it\n",
               stderr);
    std::abort();
  }
}

void SystemEntropy::fill(std::span<std::uint8_t> out) { randombytes_buf(out.data(), out.size()); }

void SeededEntropy::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const std::uint64_t block = blocks_++;
    const Digest digest =
        sha256("keyturn/seeded-entropy " + std::to_string(seed_) + " " + std::to_string(block));
    const std::size_t n = std::min(out.size(), digest.bytes.size());
    std::copy_n(digest.bytes.begin(), n, out.begin());
    out = out.subspan(n);
  }
}

}  // namespace keyturn
