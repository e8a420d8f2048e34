#include "policy/request/quote.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "keyturn/limits.h"
#include "tests/policy/request/desk.h"

namespace keyturn {
namespace {

Value string_value(std::string text) { return {Value::Kind::string, std::move(text), 0}; }

}  // namespace

TEST_CASE("[C8] a value is quoted as printable ASCII with lower-case escapes") {
  CHECK(quote_value(string_value("grid 31U FQ 123")).value() == "\"grid 31U FQ 123\"");
  CHECK(quote_value(string_value("a\"b\\c")).value() == R"("a\"b\\c")");
  CHECK(quote_value(string_value("a\n\t\x1b[2J\x7f/")).value() ==
        R"("a\u000a\u0009\u001b[2J\u007f/")");
  CHECK(quote_value(string_value("\xc3\xa9\xe2\x80\xae\xef\xbb\xbf")).value() ==
        R"("\u00e9\u202e\ufeff")");
  CHECK(quote_value(string_value("\xf0\x9d\x84\x9e\xf4\x8f\xbf\xbf")).value() ==
        R"("\ud834\udd1e\udbff\udfff")");
  CHECK(quote_value(string_value(std::string("a\0b", 3))).value() == R"("a\u0000b")");
  CHECK(quote_value(string_value("")).value() == "\"\"");
  CHECK(quote_value({Value::Kind::integer, "", -9007199254740992}).value() == "-9007199254740992");
}

TEST_CASE("[C8] a quoted value is at most 200 bytes, escapes and quotes included") {
  CHECK(quote_value(string_value(std::string(198, 'x'))).value().size() == effect_value_bytes_max);
  CHECK(quote_value(string_value(std::string(199, 'x'))).error().code == Code::too_large);
  CHECK(quote_value(string_value(std::string(33, '\n'))).value().size() == effect_value_bytes_max);
  CHECK(quote_value(string_value(std::string(34, '\n'))).error().code == Code::too_large);
  CHECK(quote_value({Value::Kind::too_long, "", 0}).error().code == Code::too_large);
}

TEST_CASE("[C8] what facts do not keep, and what is not UTF-8, is not shown") {
  for (auto kind : {Value::Kind::boolean, Value::Kind::null, Value::Kind::number,
                    Value::Kind::array, Value::Kind::object})
    CHECK(quote_value({kind, "", 0}).error().code == Code::invalid);
  for (std::string text : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80",
                           "\xe2\x82", "\xf8\x88\x80\x80\x80"}) {
    CAPTURE(text);
    CHECK(quote_text(text).error().code == Code::invalid);
    CHECK(printable(text).find("\\ufffd") != std::string::npos);
  }
}

TEST_CASE("[C8] quoting is one line of printable ASCII, and another reader reads the value back") {
  rc::check([](const std::string& bytes) {
    // Any bytes, taken as Latin-1 and so as characters of one or two bytes.
    std::string text;
    for (char c : bytes) {
      auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x80) text += static_cast<char>(0xc0 | byte >> 6);
      text += byte >= 0x80 ? static_cast<char>(0x80 | (byte & 0x3f)) : c;
    }
    auto quoted = quote_text(text);
    if (!quoted.ok()) {
      RC_ASSERT(quoted.error().code == Code::too_large);
      return;
    }
    RC_ASSERT(
        std::all_of(quoted->begin(), quoted->end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
    RC_ASSERT(nlohmann::json::parse(*quoted).get<std::string>() == text);
  });
}

TEST_CASE("[C8] an effect quotes what the request says, and shows systems as they are given") {
  auto desk = testing::Desk(R"(class launch at fleet {
  match POST /launch/:site query mode in ["hot", "cold"]
  directs body /ids/*
  shape /ids/*, /note, /level
  effect "Launch {systems} from {path site}, {query mode}, {body /note} at {body /level} {{as {header content-type}}}"
}
)");
  auto render = [&](std::string_view target, std::string_view body) {
    Facts facts = desk.facts("fleet", "POST", target, body).value();
    return render_effect(*desk.charter, desk.klass("launch"), facts, "uav-[001..002]");
  };
  const std::string_view body =
      R"({"ids":["uav-001","uav-002"],"note":"\u202egnp\", uav-009 \"","level":7})";
  CHECK(render("/launch/base-1?mode=h%6ft", body).value() ==
        "Launch uav-[001..002] from \"base-1\", \"hot\", \"\\u202egnp\\\", uav-009 \\\"\" at 7 "
        "{as \"application/json\"}");
  for (std::string_view other :
       {R"({"ids":["uav-001"],"level":7})", R"({"ids":["uav-001"],"note":"","level":1.5})",
        R"({"ids":["uav-001"],"note":null,"level":7})"}) {
    CAPTURE(other);
    CHECK(render("/launch/base-1?mode=hot", other).error().code == Code::invalid);
  }
  std::string note(199, 'x');
  CHECK(
      render("/launch/base-1?mode=hot", R"({"ids":["uav-001"],"note":")" + note + R"(","level":7})")
          .error()
          .code == Code::too_large);
}

}  // namespace keyturn
