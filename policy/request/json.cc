#include "policy/request/json.h"

#include <simdjson.h>

#include <bit>
#include <string>
#include <vector>

#include "keyturn/limits.h"
#include "policy/request/duplicate_names.h"

namespace keyturn {
namespace {

constexpr std::int64_t integer_max = std::int64_t{1} << 53;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

Error refuse(std::string_view why) {
  return Error{Code::invalid, "the body is not JSON with one reading: " + std::string(why)};
}

std::string_view explain(simdjson::error_code error) {
  switch (error) {
    case simdjson::EMPTY:
      return "it is empty";
    case simdjson::DEPTH_ERROR:
      return "it is nested too deep";
    case simdjson::UTF8_ERROR:
      return "it is not UTF-8";
    case simdjson::STRING_ERROR:
      return "a string has an invalid escape or half of a surrogate pair";
    case simdjson::UNESCAPED_CHARS:
      return "a string holds a control character";
    case simdjson::UNCLOSED_STRING:
      return "a string does not end";
    case simdjson::NUMBER_ERROR:
      return "a number is malformed or out of range";
    default:
      return "it is not exactly one well-formed value";
  }
}

// Whether an object names a member twice, or more members than are looked at.
enum class Names { distinct, repeated, too_many };

Names look_at_names(const JsonChildren& members, DuplicateNames& names) {
  names.clear();
  for (JsonChild member : members) {
    if (names.size() == json_members_max) return Names::too_many;
    names.add(member.name);
  }
  return names.found() ? Names::repeated : Names::distinct;
}

}  // namespace

JsonKind JsonValue::kind() const {
  switch (type()) {
    case '{':
      return JsonKind::object;
    case '[':
      return JsonKind::array;
    case '"':
      return JsonKind::string;
    case 't':
    case 'f':
      return JsonKind::boolean;
    case 'n':
      return JsonKind::null;
    case 'l': {
      auto value = static_cast<std::int64_t>(tape_[index_ + 1]);
      return value >= -integer_max && value <= integer_max ? JsonKind::integer : JsonKind::number;
    }
    default:  // 'd', and 'u': above 2^63
      return JsonKind::number;
  }
}

std::int64_t JsonValue::integer() const {
  return kind() == JsonKind::integer ? static_cast<std::int64_t>(tape_[index_ + 1]) : 0;
}

struct JsonReader::Parser {
  simdjson::dom::parser parser;
  std::vector<char> padded;  // the text, with the padding that simdjson reads into
  DuplicateNames names;

  simdjson::error_code parse(std::string_view text) {
    std::size_t needed = text.size() + simdjson::SIMDJSON_PADDING;
    // simdjson grows to exactly what it is given; powers of two settle after a few requests.
    if (padded.size() < needed) padded.resize(std::bit_ceil(needed));
    if (parser.capacity() < text.size() || parser.max_depth() != json_depth_max + 1) {
      auto error = parser.allocate(padded.size(), json_depth_max + 1);
      if (error != simdjson::SUCCESS) return error;
    }
    std::memcpy(padded.data(), text.data(), text.size());
    return parser.parse(padded.data(), text.size(), false).error();
  }

  void release() {
    parser = simdjson::dom::parser();
    padded = {};
    names = {};
  }
};

JsonReader::JsonReader() : parser_(std::make_unique<Parser>()) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;

Result<JsonValue> JsonReader::read(std::string_view text) {
  if (parser_->padded.size() > json_kept_bytes_max && text.size() <= json_kept_bytes_max / 2)
    parser_->release();
  // Later versions of simdjson skip a byte order mark instead of refusing it.
  if (text.starts_with(byte_order_mark)) return refuse("it begins with a byte order mark");
  if (text.empty()) return refuse("it is empty");
  if (auto error = parser_->parse(text); error != simdjson::SUCCESS) return refuse(explain(error));

  // One pass over the tape from front to back: no recursion, whatever the nesting. simdjson bounds
  // the depth too, but counts an empty innermost container as none.
  const std::uint64_t* tape = parser_->parser.doc.tape.get();
  JsonValue at(tape, parser_->parser.doc.string_buf.get(), 1);
  const std::uint32_t end = at.after();
  std::uint64_t depth = 0;
  while (at.index_ < end) {
    char type = at.type();
    if (type == '{' || type == '[') {
      if (++depth > json_depth_max) return refuse(explain(simdjson::DEPTH_ERROR));
      Names names = type == '{' ? look_at_names(at.children(), parser_->names) : Names::distinct;
      if (names == Names::repeated) return refuse("an object names a member twice");
      if (names == Names::too_many) return refuse("an object has too many members");
      ++at.index_;
    } else {
      if (type == '}' || type == ']') --depth;
      at.index_ = at.after();
    }
  }
  return JsonValue(tape, parser_->parser.doc.string_buf.get(), 1);
}

}  // namespace keyturn
