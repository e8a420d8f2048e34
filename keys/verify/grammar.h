// The lexical rules that every line-oriented text of keys/ shares (docs/formats.md, "Common
// rules"): what a field may hold, how lines are read, how fields are written. Internal to keys/.
//
// INVARIANT: no field's set of values contains a line feed or the byte that ends the field, so no
// value can pass for two fields, or for a line of its own. Pure; plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "keyturn/result.h"

namespace keyturn::grammar {

bool is_id(std::string_view text);          // [a-z0-9][a-z0-9-]*, at most name_bytes_max
bool is_command_id(std::string_view text);  // [0-9A-Za-z][0-9A-Za-z-]*, at most name_bytes_max
bool is_method(std::string_view text);      // [A-Z][A-Z-]*, at most name_bytes_max
bool is_target(std::string_view text);      // "/" and visible ASCII
bool is_visible(std::string_view text);     // 0x21..0x7e, at least one
bool is_printable(std::string_view text);   // 0x20..0x7e, perhaps none
bool is_prose(std::string_view text);       // printable, at least one, no space at either end
bool is_systems(std::string_view text);     // ids and ranges `uav-[003..004]`, one space between
bool is_key_name(std::string_view text);    // visible ASCII without "+": a name on a signed note

// Decimal, no leading zeros, no sign, within 64 bits.
Result<std::uint64_t> parse_number(std::string_view text);

// `"…"` around printable ASCII in which " and \ are escaped by \, as JSON has it.
std::string quote_json(std::string_view printable);
Result<std::string> unquote_json(std::string_view text);

// What an error message may repeat of hostile input: in backticks, printable, shortened.
std::string in_backticks(std::string_view input);

// `value`, if `admitted`; else the one byte that no grammar admits (DEL). A writer has no error
// channel, so a text made of a value that cannot be written is a text that cannot be read.
std::string_view field(bool admitted, std::string_view value);

// Reads a text line by line; every line ends in one line feed.
class LineReader {
 public:
  // `what` names the text in errors: "command text".
  LineReader(std::string_view what, std::string_view text) : what_(what), rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  // Whether the next line is `key`, a space, and something.
  bool next_is(std::string_view key) const;
  // Takes the next line, which must be exactly `line`.
  Result<void> expect(std::string_view line);
  // Takes the next line, which must be `key`, a space and a value; returns the value.
  Result<std::string_view> take(std::string_view key);
  Result<void> expect_end() const;

  // An error about the line taken last.
  Error error(std::string_view expected) const;

 private:
  std::string_view peek() const;  // without its line feed
  Result<std::string_view> take_line(std::string_view expected);

  std::string_view what_;
  std::string_view rest_;
  std::string_view line_;
  std::size_t number_ = 0;
};

// Takes a line apart from the left.
class FieldReader {
 public:
  explicit FieldReader(std::string_view line) : rest_(line) {}

  // Takes up to the first occurrence of `end`, and `end` itself; nothing is taken if it is absent.
  bool until(std::string_view end, std::string_view& field);
  bool literal(std::string_view text);
  std::string_view rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// `haddad (parliament)`
std::string write_person(std::string_view person, std::string_view institution);
bool read_person(FieldReader& fields, std::string& person, std::string& institution);

}  // namespace keyturn::grammar
