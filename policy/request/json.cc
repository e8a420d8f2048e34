#include "policy/request/json.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

constexpr std::int64_t integer_max = std::int64_t{1} << 53;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
// Comparing each pair is fastest up to about here.
constexpr std::size_t linear_names_max = 16;
// Steps of one search in the hash table before it is taken for an attack on the hash.
constexpr std::size_t probes_max = 64;

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

std::uint64_t hash(std::string_view name) {
  std::uint64_t state = name.size() * 0x9e3779b97f4a7c15;
  while (!name.empty()) {
    std::uint64_t word = 0;
    std::size_t taken = std::min(name.size(), sizeof word);
    std::memcpy(&word, name.data(), taken);
    state = (std::rotl(state, 29) ^ word) * 0xbf58476d1ce4e5b9;
    state ^= state >> 32;
    name.remove_prefix(taken);
  }
  return state;
}

// Finds a name that stands twice among the members of one object. Names come from the caller, who
// may choose a million that fall on one hash: past probes_max it sorts instead, so the worst case
// is n log n and the usual one linear.
class DuplicateFinder {
 public:
  bool has_duplicate(const JsonChildren& members) {
    names_.clear();
    for (JsonChild member : members) names_.push_back(member.name);
    if (names_.size() <= linear_names_max) return by_pairs();
    return by_table();
  }
  void release() {
    names_ = {};
    table_ = {};
  }

 private:
  bool by_pairs() const {
    for (std::size_t i = 1; i < names_.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (names_[i] == names_[j]) return true;
    return false;
  }

  bool by_table() {
    std::size_t mask = std::bit_ceil(names_.size() * 2) - 1;
    table_.assign(mask + 1, 0);
    for (std::uint32_t i = 0; i < names_.size(); ++i) {
      std::size_t slot = hash(names_[i]) & mask;
      for (std::size_t probes = 0; table_[slot] != 0; slot = (slot + 1) & mask) {
        if (names_[table_[slot] - 1] == names_[i]) return true;
        if (++probes == probes_max) return by_sorting();
      }
      table_[slot] = i + 1;
    }
    return false;
  }

  bool by_sorting() {
    std::sort(names_.begin(), names_.end());
    return std::adjacent_find(names_.begin(), names_.end()) != names_.end();
  }

  std::vector<std::string_view> names_;
  std::vector<std::uint32_t> table_;  // index into names_ plus one; 0: free
};

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
  DuplicateFinder duplicates;

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
    duplicates.release();
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
      if (type == '{' && parser_->duplicates.has_duplicate(at.children()))
        return refuse("an object names a member twice");
      ++at.index_;
    } else {
      if (type == '}' || type == ']') --depth;
      at.index_ = at.after();
    }
  }
  return JsonValue(tape, parser_->parser.doc.string_buf.get(), 1);
}

}  // namespace keyturn
