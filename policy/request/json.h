// The one JSON reader. Whatever Keyturn decides about a body, it decides on what this reader saw.
//
// Promises: a text is accepted only if it has one reading: RFC 8259, UTF-8, no BOM, no NUL, no lone
// surrogate, nothing after the value, at most json_depth_max deep, and no object that names a
// member twice, compared after unescaping. Anything else is refused, never repaired. Numbers are
// integers only where every reader agrees on them: written without fraction or exponent, and within
// ±2^53.
//
// A reader keeps its memory from one text to the next. One thread at a time; a JsonValue is a view
// that ends with the next read().
#pragma once

#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>

#include "keyturn/result.h"

namespace keyturn {

enum class JsonKind : unsigned char { null, boolean, integer, number, string, array, object };

class JsonChildren;

// A value inside the text last read. It walks simdjson's tape (doc/tape.md there): 64-bit words,
// the type's character in the top byte; containers carry the index behind their end, strings the
// offset of a length and the unescaped bytes, numbers a second word.
class JsonValue {
 public:
  JsonKind kind() const;
  std::string_view string() const;  // of a string; unescaped; else empty
  std::int64_t integer() const;     // of an integer; else 0
  bool is_true() const { return type() == 't'; }

  JsonChildren children() const;  // of an object or array, in the order of the text; else none
  // Of an object. Linear: there is at most one of each name.
  std::optional<JsonValue> member(std::string_view name) const;

 private:
  friend class JsonReader;
  friend class JsonChildren;
  JsonValue(const std::uint64_t* tape, const std::uint8_t* strings, std::uint32_t index)
      : tape_(tape), strings_(strings), index_(index) {}

  char type() const { return static_cast<char>(tape_[index_] >> 56); }
  std::uint64_t payload() const { return tape_[index_] & 0x00ff'ffff'ffff'ffff; }
  std::uint32_t after() const;  // index of what follows this value
  std::string_view text() const;

  const std::uint64_t* tape_;
  const std::uint8_t* strings_;
  std::uint32_t index_;
};

struct JsonChild {
  std::string_view name;  // of an object's member; empty for an array's element
  JsonValue value;
};

class JsonChildren {
 public:
  class Iterator {
   public:
    JsonChild operator*() const {
      if (!named_) return {{}, at_};
      return {at_.text(), JsonValue(at_.tape_, at_.strings_, at_.index_ + 1)};
    }
    Iterator& operator++() {
      if (named_) ++at_.index_;
      at_.index_ = at_.after();
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_.index_ == other.at_.index_; }

   private:
    friend class JsonChildren;
    Iterator(JsonValue at, bool named) : at_(at), named_(named) {}
    JsonValue at_;
    bool named_;
  };

  Iterator begin() const { return {first_, named_}; }
  Iterator end() const { return {last_, named_}; }

 private:
  friend class JsonValue;
  JsonChildren(JsonValue first, JsonValue last, bool named)
      : first_(first), last_(last), named_(named) {}
  JsonValue first_, last_;
  bool named_;
};

class JsonReader {
 public:
  JsonReader();
  ~JsonReader();
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;

  // Errors: invalid, with what makes the text unreadable; it never repeats the text.
  Result<JsonValue> read(std::string_view text);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// ---------------------------------------------------------------------------------------------------

inline std::string_view JsonValue::text() const {
  const std::uint8_t* start = strings_ + payload();
  std::uint32_t length = 0;
  std::memcpy(&length, start, sizeof length);
  return {reinterpret_cast<const char*>(start + sizeof length), length};
}

inline std::uint32_t JsonValue::after() const {
  switch (type()) {
    case '{':
    case '[':
      return static_cast<std::uint32_t>(payload());  // the low 32 bits; above is a count
    case 'l':
    case 'u':
    case 'd':
      return index_ + 2;
    default:
      return index_ + 1;
  }
}

inline std::string_view JsonValue::string() const {
  return type() == '"' ? text() : std::string_view();
}

inline JsonChildren JsonValue::children() const {
  bool named = type() == '{';
  JsonValue end(tape_, strings_, index_);
  if (named || type() == '[') end.index_ = after() - 1;
  JsonValue first(tape_, strings_, end.index_ == index_ ? index_ : index_ + 1);
  return {first, end, named};
}

inline std::optional<JsonValue> JsonValue::member(std::string_view name) const {
  if (type() != '{') return std::nullopt;
  for (JsonChild child : children())
    if (child.name == name) return child.value;
  return std::nullopt;
}

}  // namespace keyturn
