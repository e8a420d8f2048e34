#include "policy/ledger/entry_reader.h"

#include <algorithm>
#include <charconv>

namespace keyturn {
namespace {

constexpr std::size_t excerpt_bytes = 40;  // of what an error shows

// The length of the well-formed UTF-8 sequence at the start of `text`; 0: none (RFC 3629 section
// 4).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  if (lead == 0xe0 && byte(1) < 0xa0) return 0;  // overlong
  if (lead == 0xed && byte(1) > 0x9f) return 0;  // surrogates
  if (lead == 0xf0 && byte(1) < 0x90) return 0;  // overlong
  if (lead == 0xf4 && byte(1) > 0x8f) return 0;  // above U+10FFFF
  return length;
}

void write_hex(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\x");
  out.push_back(digits[byte >> 4]);
  out.push_back(digits[byte & 15]);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

template <class Number>
bool parse_decimal(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string quote_bytes(std::string_view bytes) {
  std::string out = "\"";
  while (!bytes.empty()) {
    const char c = bytes.front();
    const std::size_t length = sequence_length(bytes);
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (length == 0 || control)
      write_hex(out, c);
    else if (c == '"' || c == '\\')
      out.append("\\").push_back(c);
    else
      out.append(bytes.substr(0, length));
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out.append("\"");
}

void EntryReader::advance(std::size_t bytes) {
  const std::string_view taken = rest_.substr(0, bytes);
  line_ += static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), '\n'));
  rest_.remove_prefix(bytes);
}

Error EntryReader::error(std::string_view expected) const {
  const std::string_view there = rest_.substr(0, std::min(rest_.find('\n'), excerpt_bytes));
  return Error{Code::corrupt, "entry " + std::to_string(index_) + ", line " +
                                  std::to_string(line_) + ": expected " + quote_bytes(expected) +
                                  ", found " + quote_bytes(there)};
}

Result<void> EntryReader::expect(std::string_view text) {
  if (!rest_.starts_with(text)) return error(text);
  advance(text.size());
  return {};
}

Result<std::string_view> EntryReader::word(std::string_view expected) {
  const std::size_t end = rest_.find_first_of(" \n");
  if (end == 0 || end == std::string_view::npos) return error(expected);
  const std::string_view out = rest_.substr(0, end);
  advance(end);
  return out;
}

Result<std::uint64_t> EntryReader::number() {
  std::uint64_t out = 0;
  const Error otherwise = error("a number");
  TRY(const std::string_view text, word("a number"));
  if (!parse_decimal(text, out)) return otherwise;
  return out;
}

Result<std::int64_t> EntryReader::integer() {
  std::int64_t out = 0;
  const Error otherwise = error("an integer");
  TRY(const std::string_view text, word("an integer"));
  if (!parse_decimal(text, out)) return otherwise;
  return out;
}

Result<std::string> EntryReader::quoted() {
  const Error otherwise = error("a quoted string");
  std::string out;
  if (!rest_.starts_with('"')) return otherwise;
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    const char c = rest_[i];
    if (c == '"') {
      advance(i + 1);
      return out;
    }
    if (c == '\n') return otherwise;
    if (c != '\\') {
      out.push_back(c);
      continue;
    }
    const std::string_view escape = rest_.substr(i + 1, 3);
    if (escape.starts_with('"') || escape.starts_with('\\')) {
      out.push_back(escape.front());
      i += 1;
      continue;
    }
    const int high = escape.size() == 3 ? hex_value(escape[1]) : -1;
    const int low = escape.size() == 3 ? hex_value(escape[2]) : -1;
    if (!escape.starts_with('x') || high < 0 || low < 0) return otherwise;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 3;
  }
  return otherwise;
}

Result<std::string_view> EntryReader::block() {
  TRY(const std::uint64_t size, number());
  CHECK_OK(expect("\n"));
  if (size > rest_.size()) return error("a block of " + std::to_string(size) + " bytes");
  const std::string_view out = rest_.substr(0, static_cast<std::size_t>(size));
  advance(out.size());
  CHECK_OK(expect("\n"));
  return out;
}

}  // namespace keyturn
