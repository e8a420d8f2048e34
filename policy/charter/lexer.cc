#include "policy/charter/lexer.h"

#include "keyturn/limits.h"

namespace keyturn {
namespace {

constexpr std::string_view punctuation = "{}()[],";

bool is_punctuation(char c) { return punctuation.find(c) != std::string_view::npos; }
unsigned char byte_of(char c) { return static_cast<unsigned char>(c); }

// The length of the UTF-8 sequence at the front of `text` (RFC 3629 section 4), or 0: not one.
std::size_t utf8_sequence(std::string_view text) {
  const unsigned char lead = byte_of(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte_of(text[i]) & 0xC0) != 0x80) return 0;
  const unsigned char second = byte_of(text[1]);
  if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
  if (lead == 0xED && second > 0x9F) return 0;  // a surrogate
  if (lead == 0xF0 && second < 0x90) return 0;  // overlong
  if (lead == 0xF4 && second > 0x8F) return 0;  // above U+10FFFF
  // C1 controls are invisible in a text that people sign.
  if (lead == 0xC2 && second < 0xA0) return 0;
  // So are the marks that reorder or hide what is read: U+200B..200F, 202A..202E, 2060..206F, FEFF.
  if (lead == 0xE2 && second == 0x80) {
    const unsigned char third = byte_of(text[2]);
    if ((third >= 0x8B && third <= 0x8F) || (third >= 0xA8 && third <= 0xAE)) return 0;
  }
  if (lead == 0xE2 && second == 0x81 && byte_of(text[2]) >= 0xA0 && byte_of(text[2]) <= 0xAF)
    return 0;
  if (lead == 0xEF && second == 0xBB && byte_of(text[2]) == 0xBF) return 0;
  return length;
}

class Lexer {
 public:
  Lexer(std::string_view text, Diagnostics& diagnostics) : text_(text), diagnostics_(diagnostics) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) step();
    tokens_.push_back({Token::Kind::end, {}, here(1)});
    return std::move(tokens_);
  }

 private:
  Place here(std::size_t length) const {
    return {line_, static_cast<std::uint32_t>(at_ - line_start_ + 1),
            static_cast<std::uint32_t>(length)};
  }

  void step() {
    const char c = text_[at_];
    if (c == '\n') {
      ++at_;
      ++line_;
      line_start_ = at_;
    } else if (c == ' ') {
      ++at_;
    } else if (c == '#') {
      while (at_ < text_.size() && text_[at_] != '\n') skip_checked();
    } else if (c == '"') {
      lex_string();
    } else if (is_punctuation(c)) {
      take(Token::Kind::punctuation, 1);
    } else if (plain_length(at_) == 0) {
      skip_checked();
    } else {
      lex_atom();
    }
  }

  void take(Token::Kind kind, std::size_t length) {
    tokens_.push_back({kind, text_.substr(at_, length), here(length)});
    at_ += length;
  }

  // The length of the printable character at `at`, or 0.
  std::size_t plain_length(std::size_t at) const {
    if (byte_of(text_[at]) < 0x20 || text_[at] == 0x7F) return 0;
    return utf8_sequence(text_.substr(at));
  }

  // Over one character, which is reported if a charter cannot hold it: once a line is enough.
  void skip_checked() {
    const std::size_t length = plain_length(at_);
    if (length == 0 && reported_line_ != line_) {
      reported_line_ = line_;
      diagnostics_.error(here(1), complaint(text_[at_]));
    }
    at_ += length == 0 ? 1 : length;
  }

  static std::string complaint(char c) {
    if (c == '\t') return "a tab; a charter is indented with spaces";
    if (c == '\r') return "a carriage return; a charter's lines end in a line feed alone";
    if (byte_of(c) < 0x20 || c == 0x7F) return "a control character, which a charter cannot hold";
    return "neither ASCII nor a visible UTF-8 character: people sign what they can see";
  }

  void lex_atom() {
    const std::size_t start = at_;
    std::size_t end = at_;
    while (end < text_.size()) {
      const char c = text_[end];
      if (c == '[') {  // a range belongs to its name
        const std::size_t close = text_.find_first_not_of("0123456789.", end + 1);
        if (close == std::string_view::npos || text_[close] != ']') break;
        end = close + 1;
        continue;
      }
      if (c == ' ' || c == '\n' || c == '#' || c == '"' || is_punctuation(c)) break;
      const std::size_t length = plain_length(end);
      if (length == 0) break;
      end += length;
    }
    take(Token::Kind::atom, end - start);
  }

  void lex_string() {
    std::size_t end = at_ + 1;
    while (true) {
      if (end >= text_.size() || text_[end] == '\n') {
        diagnostics_.error(here(end - at_), "a string without its closing `\"` on the same line");
        return take(Token::Kind::string, end - at_);
      }
      if (text_[end] == '"') break;
      if (text_[end] == '\\') {
        const char escaped = end + 1 < text_.size() ? text_[end + 1] : '\n';
        if (escaped == '"' || escaped == '\\') {
          end += 2;
          continue;
        }
        Place place = here(2);
        place.column += static_cast<std::uint32_t>(end - at_);
        diagnostics_.error(place, "only `\\\"` and `\\\\` are escapes in a string");
        ++end;
        continue;
      }
      const std::size_t length = plain_length(end);
      if (length == 0) {
        Place place = here(1);
        place.column += static_cast<std::uint32_t>(end - at_);
        diagnostics_.error(place, complaint(text_[end]));
      }
      end += length == 0 ? 1 : length;
    }
    const std::size_t length = end + 1 - at_;
    if (length - 2 > string_bytes_max)
      diagnostics_.error(here(length), "a string of " + std::to_string(length - 2) +
                                           " bytes; at most " + std::to_string(string_bytes_max) +
                                           " (string_bytes_max)");
    take(Token::Kind::string, length);
  }

  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0, line_start_ = 0;
  std::uint32_t line_ = 1, reported_line_ = 0;
};

std::string_view inside(const Token& token) {
  std::string_view text = token.text.substr(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::vector<Token> lex_charter(std::string_view text, Diagnostics& diagnostics) {
  return Lexer(text, diagnostics).run();
}

std::string string_value(const Token& token) {
  std::string out;
  std::string_view text = inside(token);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

Place place_in_string(const Token& token, std::size_t offset, std::size_t length) {
  std::string_view text = inside(token);
  std::size_t raw = 0;
  for (std::size_t i = 0; i < offset && raw < text.size(); ++i) raw += text[raw] == '\\' ? 2 : 1;
  Place place = token.place;
  place.column += static_cast<std::uint32_t>(raw + 1);
  place.length = static_cast<std::uint32_t>(length);
  return place;
}

}  // namespace keyturn
