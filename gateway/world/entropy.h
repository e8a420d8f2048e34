// Entropy: the only source of randomness. Injected, so that a test or a simulation can be run
// again.
//
// Promises: fill() never fails and never returns less; a system without randomness ends the
// process. Thread rule: both implementations may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "keys/secret.h"
#include "keyturn/bytes.h"
#include "keyturn/digest.h"

namespace keyturn {

class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  template <std::size_t N>
  ByteArray<N> array() {
    ByteArray<N> out;
    fill(out);
    return out;
  }
  // 32 bytes that leave no copy behind: a seed or a key.
  SecretBytes secret_key();
};

// The kernel's, through libsodium's randombytes_buf.
class SystemEntropy final : public Entropy {
 public:
  SystemEntropy();
  void fill(std::span<std::uint8_t> out) override;
};

// SHA-256 in counter mode over a seed: for tests and simulations only. Nothing it yields is secret.
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : seed_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  const std::uint64_t seed_;
  std::atomic<std::uint64_t> blocks_{0};
};

}  // namespace keyturn
