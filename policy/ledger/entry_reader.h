// Reads an entry's bytes from left to right, and the quoted strings that entries use
// (docs/formats.md, "Journal entries"). Internal to policy/ledger; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "keyturn/result.h"

namespace keyturn {

// `"…"`: `\"` and `\\`, `\xhh` for control characters and for bytes that are no UTF-8 (RFC 3629);
// everything else stands for itself. Any bytes have such a string, and exactly one.
std::string quote_bytes(std::string_view bytes);

class EntryReader {
 public:
  EntryReader(std::string_view bytes, std::uint64_t index) : rest_(bytes), index_(index) {}

  bool at_end() const { return rest_.empty(); }
  bool next_is(std::string_view text) const { return rest_.starts_with(text); }
  // Takes exactly `text`.
  Result<void> expect(std::string_view text);
  // Takes what comes before the next space or line feed; at least one byte.
  Result<std::string_view> word(std::string_view expected);
  Result<std::uint64_t> number();  // decimal, within 64 bits
  Result<std::int64_t> integer();  // the same with a sign
  Result<std::string> quoted();
  // `<n> LF <n bytes> LF`: anything verbatim, behind its length.
  Result<std::string_view> block();
  // Entry, line, what was expected, what is there. Code::corrupt.
  Error error(std::string_view expected) const;

 private:
  void advance(std::size_t bytes);
  std::string_view rest_;
  std::uint64_t index_;
  std::uint64_t line_ = 1;
};

}  // namespace keyturn
