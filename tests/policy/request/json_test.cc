#include "policy/request/json.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "keyturn/limits.h"
#include "policy/request/duplicate_names.h"
#include "tests/support/vectors.h"

namespace keyturn {
namespace {

using nlohmann::json;

// Writes out all that a JsonValue lets a caller see; numbers that are not integers read as
// `number`.
std::string seen(const JsonValue& value) {
  std::string out;
  switch (value.kind()) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return "boolean";
    case JsonKind::number:
      return "number";
    case JsonKind::integer:
      return std::to_string(value.integer());
    case JsonKind::string:
      return json(value.string()).dump();
    case JsonKind::array:
      for (JsonChild child : value.children()) out += "," + seen(child.value);
      return "[" + out + "]";
    case JsonKind::object:
      for (JsonChild child : value.children())
        out += "," + json(child.name).dump() + ":" + seen(child.value);
      return "{" + out + "}";
  }
  return out;
}

std::string seen(const nlohmann::ordered_json& value) {
  std::string out;
  constexpr std::int64_t limit = std::int64_t{1} << 53;
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "boolean";
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > limit) return "number";
  if (value.is_number_integer()) {
    auto integer = value.get<std::int64_t>();
    return integer < -limit || integer > limit ? "number" : std::to_string(integer);
  }
  if (value.is_number()) return "number";
  if (value.is_string()) return value.dump();
  for (const auto& [name, child] : value.items())
    out += "," + (value.is_object() ? json(name).dump() + ":" : "") + seen(child);
  return value.is_array() ? "[" + out + "]" : "{" + out + "}";
}

// What nlohmann makes of a text, with the readings that Keyturn never accepts set apart.
struct Peer {
  bool accepts = false;
  bool has_duplicate = false;
  std::string seen_text;

  explicit Peer(const std::string& text) {
    std::vector<std::set<std::string>> names;
    auto watch = [&](int, nlohmann::ordered_json::parse_event_t event,
                     nlohmann::ordered_json& parsed) {
      using Event = nlohmann::ordered_json::parse_event_t;
      if (event == Event::object_start) names.emplace_back();
      if (event == Event::object_end) names.pop_back();
      if (event == Event::key && !names.back().insert(parsed.get<std::string>()).second)
        has_duplicate = true;
      return true;
    };
    auto parsed = nlohmann::ordered_json::parse(text, watch, false);
    accepts = !parsed.is_discarded();
    if (accepts) seen_text = seen(parsed);
  }
};

bool accepts(std::string_view text) { return JsonReader().read(text).ok(); }

std::string refusal(std::string_view text) {
  auto result = JsonReader().read(text);
  if (result.ok()) return "(accepted)";
  CHECK(result.error().code == Code::invalid);
  return result.error().message;
}

// A JSON text whose every choice is a byte of the script, so that rapidcheck can shrink it.
class Writer {
 public:
  explicit Writer(const std::vector<std::uint8_t>& script) : script_(script) {}

  std::string value(int depth) {
    switch (next() % (depth == 0 ? 7 : 13)) {
      case 0:
        return "null";
      case 1:
        return next() % 2 == 0 ? "true" : "false";
      case 2:
        return std::to_string(static_cast<int>(next()) - 128);
      case 3:
        return pick({"0.5", "-0", "1e3", "9007199254740992", "9007199254740993",
                     "-9007199254740993", "18446744073709551615", "1E-400"});
      case 7:
      case 8:
      case 9:
        return list('[', ']', [&] { return value(depth - 1); });
      case 10:
      case 11:
      case 12:
        return list('{', '}', [&] { return string() + ":" + value(depth - 1); });
      default:
        return string();
    }
  }
  std::string text() {
    return list('[', ']', [&] { return value(5); });
  }

  std::uint8_t next() { return at_ < script_.size() ? script_[at_++] : 0; }

 private:
  std::string pick(std::vector<std::string> from) { return from[next() % from.size()]; }
  std::string string() {
    std::string out;
    for (int n = next() % 4; n > 0; --n)
      out += pick({"a", "b", "model", "\\u0061", "\\u006dodel", "\\u0000", "\\n", "\\\"", "\\/",
                   "\xc3\xa9", "\\u00e9", "\\ud834\\udd1e", "\xf0\x9d\x84\x9e", "~", "/"});
    return "\"" + out + "\"";
  }
  template <class Element>
  std::string list(char open, char close, Element element) {
    std::string out(1, open);
    for (int n = next() % 4; n > 0; --n) out += element() + (n > 1 ? ", " : "");
    return out + close;
  }

  const std::vector<std::uint8_t>& script_;
  std::size_t at_ = 0;
};

rc::Gen<std::vector<std::uint8_t>> any_script() {
  auto any_byte = rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint8_t>());
  return rc::gen::container<std::vector<std::uint8_t>>(300, any_byte);
}

}  // namespace

TEST_CASE("a value is read with its type, unescaped, in the order of the text") {
  JsonReader reader;
  auto value = reader.read(
      R"( {"b":[1,-2,{}, [] ],"\u0061":"x\u00e9\ud834\udd1e","c":[true,null,1.0,1e2], "":0} )");
  REQUIRE(value.ok());
  CHECK(seen(*value) ==
        "{,\"b\":[,1,-2,{},[]],\"a\":\"x\xc3\xa9\xf0\x9d\x84\x9e\",\"c\":[,boolean,"
        "null,number,number],\"\":0}");
  CHECK(value->member("a")->string() == "x\xc3\xa9\xf0\x9d\x84\x9e");
  CHECK(value->member("")->integer() == 0);
  CHECK_FALSE(value->member("A").has_value());
  CHECK_FALSE(value->member("b")->member("0").has_value());
  CHECK(value->member("b")->string().empty());
}

TEST_CASE("integers end where doubles stop telling them apart") {
  JsonReader reader;
  auto kind = [&](std::string_view text) { return reader.read(text).value().kind(); };
  CHECK(kind("9007199254740992") == JsonKind::integer);
  CHECK(kind("-9007199254740992") == JsonKind::integer);
  CHECK(kind("9007199254740993") == JsonKind::number);
  CHECK(kind("-9007199254740993") == JsonKind::number);
  CHECK(kind("18446744073709551615") == JsonKind::number);
  CHECK(kind("1.0") == JsonKind::number);
  CHECK(kind("1e2") == JsonKind::number);
  CHECK(kind("-0") == JsonKind::integer);
  CHECK_FALSE(accepts("18446744073709551616"));
  CHECK_FALSE(accepts("1e400"));
}

TEST_CASE("T07: an object that names a member twice is refused, however it is spelt") {
  CHECK(refusal(R"({"model":"a","model":"a"})").find("twice") != std::string::npos);
  CHECK_FALSE(accepts(R"({"model":"a","\u006dodel":"b"})"));
  CHECK_FALSE(accepts(R"({"m\/":1,"m/":2})"));
  CHECK_FALSE(accepts("{\"\xc3\xa9\":1,\"\\u00e9\":2}"));
  CHECK_FALSE(accepts(R"({"":1,"":2})"));
  CHECK_FALSE(accepts(R"([1,{"a":{"b":[{"c":1,"d":{},"c":2}]}}])"));
  CHECK_FALSE(accepts(R"({"a":{"a":1},"b":[{"a":2}],"a":3})"));
  CHECK(accepts(R"({"a":{"a":[{"a":1},{"a":2}]},"A":1,"a ":2})"));
  CHECK(accepts(R"({"a\u0000b":1,"a":2,"a\u0000":3})"));
}

TEST_CASE("T07: a repeated member is found in large objects, wherever it stands") {
  for (std::size_t count : {15, 16, 17, 1000, 65535}) {
    std::string members;
    for (std::size_t i = 0; i < count; ++i) members += "\"name " + std::to_string(i) + "\":{},";
    CHECK(accepts("{" + members + "\"last\":1}"));
    CHECK_FALSE(accepts("{" + members + "\"name 0\":1}"));
    CHECK_FALSE(accepts("{" + members + "\"\\u006eame " + std::to_string(count - 1) + "\":1}"));
  }
}

TEST_CASE("T07: a repeated member is found among names chosen to fall on one hash") {
  // 100 names for one slot of the table of 256 that they need: past its bound on searching.
  std::string members;
  std::string last;
  for (int i = 0, found = 0; found < 100; ++i) {
    std::string name = "n" + std::to_string(i);
    if ((DuplicateNames::hash(name) & 255) != 7) continue;
    ++found;
    members += "\"" + name + "\":1,";
    last = name;
  }
  CHECK(accepts("{" + members + "\"x\":1}"));
  CHECK_FALSE(accepts("{" + members + "\"" + last + "\":1}"));
}

TEST_CASE("T09: members of one object are bounded") {
  std::string members;
  for (std::size_t i = 0; i < json_members_max; ++i) members += "\"" + std::to_string(i) + "\":1,";
  CHECK(accepts("{" + members.substr(0, members.size() - 1) + "}"));
  CHECK(refusal("{" + members + "\"x\":1}").find("too many") != std::string::npos);
}

TEST_CASE(
    "T08: what readers disagree on is refused: BOM, NUL, broken UTF-8, lone surrogates, tails") {
  for (std::string text : {
           "",
           " \n",
           "\xef\xbb\xbf{}",
           "{}x",
           "{}{}",
           "{} ]",
           "1 2",
           "[1,]",
           "{\"a\":1,}",
           "'a'",
           "{a:1}",
           "01",
           "+1",
           ".5",
           "1.",
           "0x1",
           "NaN",
           "Infinity",
           "[1]//",
           "/**/1",
           "\f1",
           "\xc2\xa0{}",
           "nul",
           "TRUE",
           "\"\t\"",
           "\"\\x41\"",
           "\"\\u00g0\"",
           "\"",
           "\"\\\"",
           "\"\\ud800\"",
           "\"\\udc00\"",
           "\"\\udc00\\ud800\"",
           "\"\\ud800\\ud800\"",
           "\"\\ud800\\u0041\"",
           "\"\\ud800x\"",
           "{\"\\udc00\":1}",
           "\"\xed\xa0\x80\"",
           "\"\xff\"",
           "\"\xc0\x80\"",
           "\"\xf4\x90\x80\x80\"",
           "\"\xe2\x82\"",
       }) {
    CAPTURE(text);
    CHECK_FALSE(accepts(text));
  }
  for (std::string text : {std::string("{}\0", 3), std::string("{}\0 ", 4), std::string("\0{}", 3),
                           std::string("\"a\0b\"", 5), std::string("{\"a\":1}\0garbage", 15)})
    CHECK_FALSE(accepts(text));
  CHECK(accepts("\"\\u0000\""));
  CHECK(accepts("\"\xf4\x8f\xbf\xbf\""));
}

TEST_CASE("T09: nesting is bounded, and a body of brackets is refused in little memory") {
  auto nested = [](std::size_t depth, std::string open, std::string middle, std::string close) {
    std::string out;
    for (std::size_t i = 0; i < depth; ++i) out += open;
    out += middle;
    for (std::size_t i = 0; i < depth; ++i) out += close;
    return out;
  };
  for (std::string middle : {"", "1", "{\"b\":2}"}) {
    std::size_t below = middle.size() > 1 ? 1 : 0;
    CHECK(accepts(nested(json_depth_max - below, "[", middle, "]")));
    CHECK_FALSE(accepts(nested(json_depth_max + 1 - below, "[", middle, "]")));
  }
  CHECK(accepts(nested(json_depth_max, "{\"a\":", "1", "}")));
  CHECK_FALSE(accepts(nested(json_depth_max + 1, "{\"a\":", "1", "}")));
  CHECK_FALSE(accepts(std::string(1'000'000, '[')));
  CHECK(refusal(nested(1'000'000, "[", "", "]")).find("deep") != std::string::npos);
  CHECK_FALSE(accepts(nested(1'000'000, "{\"a\":", "1", "}")));
}

TEST_CASE("a reader reads each text by itself, after large ones and refused ones too") {
  JsonReader reader;
  std::string large = "[\"" + std::string(3 * json_kept_bytes_max, 'x') + "\"]";
  CHECK(reader.read(large).value().kind() == JsonKind::array);
  CHECK(seen(reader.read("{\"a\":1}").value()) == "{,\"a\":1}");
  CHECK_FALSE(reader.read("{\"a\":1,\"a\":1}").ok());
  CHECK_FALSE(reader.read("[[").ok());
  CHECK(seen(reader.read("[1]").value()) == "[,1]");
  std::string tail = "{\"a\":1}garbage";
  CHECK(seen(reader.read(std::string_view(tail).substr(0, 7)).value()) == "{,\"a\":1}");
}

TEST_CASE("T08: JSONTestSuite: y_ accepted, n_ refused, i_ never with two readings") {
  auto folder = vectors("jsontestsuite");
  if (!folder) return;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder / "test_parsing")) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    std::string name = entry.path().filename();
    CAPTURE(name);
    ++files;
    // Valid by RFC 8259, and the reason why two readers of one body see two things.
    if (name.starts_with("y_object_duplicated_key")) {
      CHECK_FALSE(accepts(text));
    } else if (name.starts_with("y_")) {
      CHECK(accepts(text));
    } else if (name.starts_with("n_")) {
      CHECK_FALSE(accepts(text));
    } else if (JsonReader reader; auto value = reader.read(text)) {
      Peer peer(text);
      CHECK(peer.accepts);
      CHECK(seen(*value) == peer.seen_text);
    }
  }
  CHECK(files > 300);
}

TEST_CASE(
    "T08: what is accepted reads as another reader reads it, and nothing else valid is refused") {
  JsonReader reader;
  rc::check([&] {
    const auto script = *any_script();
    std::string text = Writer(script).text();
    Peer peer(text);
    auto value = reader.read(text);
    RC_TAG(peer.has_duplicate ? "duplicate" : "plain");
    RC_ASSERT(peer.accepts);
    RC_ASSERT(value.ok() == !peer.has_duplicate);
    if (value.ok()) RC_ASSERT(seen(*value) == peer.seen_text);
  });
}

TEST_CASE("T08: a text with one byte changed is refused, or read as another reader reads it") {
  JsonReader reader;
  rc::check([&](std::uint16_t where, char what) {
    const auto script = *any_script();
    std::string text = Writer(script).text();
    text[where % text.size()] = what;
    Peer peer(text);
    auto value = reader.read(text);
    if (value.ok()) {
      RC_ASSERT(peer.accepts);
      RC_ASSERT_FALSE(peer.has_duplicate);
      RC_ASSERT(seen(*value) == peer.seen_text);
    }
  });
}

}  // namespace keyturn
