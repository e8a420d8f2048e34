// SecretBytes: erased when it goes, never copied, never printed. The bytes are reached by expose()
// alone, so that a search for that word finds every place that sees a secret.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "keyturn/bytes.h"

namespace keyturn {

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(ByteView bytes);
  explicit SecretBytes(std::string_view bytes) : SecretBytes(bytes_of(bytes)) {}
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  std::size_t size() const { return bytes_.size(); }
  ByteView expose() const { return bytes_; }

 private:
  void erase() noexcept;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace keyturn
