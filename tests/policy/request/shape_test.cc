#include "policy/request/shape.h"

#include <doctest/doctest.h>

#include <string>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

// Empty: the shape holds; else the first member it does not list.
std::string unlisted(std::vector<std::string_view> patterns, std::string_view body) {
  std::vector<Pointer> shape;
  for (std::string_view pattern : patterns) shape.push_back(Pointer::parse(pattern).value());
  JsonReader reader;
  ShapeCheck check;
  if (check.holds(shape, reader.read(body).value())) {
    CHECK(check.first_unlisted().empty());
    return "(holds)";
  }
  return check.first_unlisted();
}

}  // namespace

TEST_CASE("[C6] a shape lists every member that a body may have") {
  CHECK(unlisted({"/a", "/b/c"}, R"({"a":1,"b":{"c":"x"}})") == "(holds)");
  CHECK(unlisted({"/a", "/b/c"}, "{}") == "(holds)");
  CHECK(unlisted({"/a", "/b/c"}, R"({"a":1,"z":2})") == "/z");
  CHECK(unlisted({"/a", "/b/c"}, R"({"b":{"c":1,"d":2}})") == "/b/d");
  CHECK(unlisted({"/a", "/b/c"}, R"({"A":1})") == "/A");
  CHECK(unlisted({}, R"({"a":1})") == "/a");
  CHECK(unlisted({}, "{}") == "(holds)");
}

TEST_CASE("[C6] `**` covers all below and not the member itself") {
  CHECK(unlisted({"/a/**"}, R"({"a":{"b":[{"c":1}],"d":null}})") == "(holds)");
  CHECK(unlisted({"/a/**"}, R"({"a":[1,[2]]})") == "(holds)");
  CHECK(unlisted({"/a/**"}, R"({"a":1})") == "/a");
  CHECK(unlisted({"/a/**"}, R"({"a":{"b":1},"ab":1})") == "/ab");
}

TEST_CASE("[C6] `*` covers elements of arrays, and names cover members of objects") {
  CHECK(unlisted({"/a/*/b"}, R"({"a":[{"b":1},{},{"b":2}]})") == "(holds)");
  CHECK(unlisted({"/a/*/b"}, R"({"a":[{"b":1},{"c":2}]})") == "/a/1/c");
  CHECK(unlisted({"/a/*/b"}, R"({"a":{"x":{"b":1}}})") == "/a/x");
  CHECK(unlisted({"/a/0"}, R"({"a":[1]})") == "/a/0");
  CHECK(unlisted({"/a/0"}, R"({"a":{"0":1}})") == "(holds)");
  CHECK(unlisted({"/a/*"}, R"({"a":["x"]})") == "(holds)");
  CHECK(unlisted({"/a/*"}, R"({"a":{"*":1}})") == "/a/*");
}

TEST_CASE("[C6] a container stands only where a pattern ends or leads on, however deep and empty") {
  CHECK(unlisted({"/a"}, R"({"a":{"b":1}})") == "/a/b");
  CHECK(unlisted({"/a"}, R"({"a":{"b":{}}})") == "/a/b");
  CHECK(unlisted({"/a"}, R"({"a":[0]})") == "/a/0");
  CHECK(unlisted({"/a"}, R"({"a":[]})") == "(holds)");
  CHECK(unlisted({"/a"}, R"({"b":{}})") == "/b");
  CHECK(unlisted({"/a"}, R"({"b":[]})") == "/b");
  CHECK(unlisted({"/a/b/c/d"}, R"({"a":{"b":{"c":{"d":1,"e":[{"f":1}]}}}})") == "/a/b/c/e");
  CHECK(unlisted({"/a/b"}, R"({"a":1})") == "/a");
  CHECK(unlisted({"/a", "/a/b"}, R"({"a":{"b":1}})") == "(holds)");
  CHECK(unlisted({"/a", "/a/b"}, R"({"a":1})") == "(holds)");
  CHECK(unlisted({"/a/b/*/x", "/a/*/c"}, R"({"a":{"b":[{"x":1}]}})") == "(holds)");
}

TEST_CASE(
    "[C6] a body that is no container is not listed, and a pattern leaves no trace in the next") {
  for (std::string_view body : {"1", "\"a\"", "null", "true"})
    CHECK(unlisted({"/a"}, body).empty());
  CHECK(unlisted({"/a"}, "[1]") == "/0");
  CHECK(unlisted({"/a/b", "/c/d"}, R"({"a":{"b":1},"c":{"b":1}})") == "/c/b");
}

TEST_CASE(
    "[C6] the first unlisted member is written as a pointer, and long names by their container") {
  CHECK(unlisted({"/a/b"}, R"({"a":{"x/y~z":1}})") == "/a/x~1y~0z");
  std::string name(fact_value_bytes_max, 'n');
  CHECK(unlisted({"/a/b"}, "{\"a\":{\"" + name + "\":1}}") == "/a");
  CHECK(unlisted({"/a/b"}, "{\"" + name + "\":1}").empty());
}

}  // namespace keyturn
