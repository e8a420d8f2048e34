#include "policy/request/pointer.h"

#include <doctest/doctest.h>

namespace keyturn {
namespace {

TEST_CASE("a pointer is read as RFC 6901 writes it, and written back the same") {
  for (const std::string_view text :
       {"/a", "/a/b", "/", "/a//b", "/specification/@type", "/~0~1/m~0n",
        "/relations/assignee/*/entityId", "/a/**", "/**", "/a*/**b"}) {
    const Result<Pointer> pointer = Pointer::parse(text);
    REQUIRE(pointer.ok());
    CHECK(pointer->to_string() == text);
  }
  const Result<Pointer> escaped = Pointer::parse("/a~1b/c~0d");
  REQUIRE(escaped.ok());
  CHECK(escaped->steps[0].name == "a/b");
  CHECK(escaped->steps[1].name == "c~d");
  CHECK_FALSE(escaped->has_wildcard());
  CHECK(Pointer::parse("/a/*/b")->has_wildcard());
}

TEST_CASE("a pointer of another form is refused") {
  for (const std::string_view text :
       {"", "a", "a/b", "/a~", "/a~2", "/**/a", "/a/**/b", "/\xc3\xa9", "/a\n"})
    CHECK_FALSE(Pointer::parse(text).ok());
}

}  // namespace
}  // namespace keyturn
