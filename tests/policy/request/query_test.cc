#include "policy/request/query.h"

#include <doctest/doctest.h>

#include <string>

namespace keyturn {

TEST_CASE("[C3] a query is read by name, decoded") {
  auto parameters = parse_query("/x?mode=hot%20cold&%6c=&a.b_c~d-e=%C3%a9");
  REQUIRE(parameters.ok());
  REQUIRE(parameters->size() == 3);
  CHECK(parameters->at(0).name == "mode");
  CHECK(parameters->at(0).value == "hot cold");
  CHECK(parameters->at(1).name == "l");
  CHECK(parameters->at(1).value.empty());
  CHECK(parameters->at(2).value == "\xc3\xa9");
  CHECK(parse_query("/x").value().empty());
  CHECK(query_value("/x?mode=a&page=2", "page").value() == "2");
  CHECK_FALSE(query_value("/x?mode=a&page=2", "Page").value().has_value());
  CHECK_FALSE(query_value("/x", "page").value().has_value());
}

TEST_CASE("[C3] a query with two readings is refused") {
  for (std::string target :
       {"/x?",           "/x?a",     "/x?=",       "/x?=a",      "/x?a=1&",     "/x?&a=1",
        "/x?a=1&&b=2",   "/x?a=1=2", "/x?a=1;b=2", "/x?a+b=1",   "/x?a=1+2",    "/x?a=%",
        "/x?a=%4",       "/x?a=%g1", "/x?a=%1g",   "/x?a=1#b",   "/x?a=1?",     "/x?a=b/c",
        "/x?a=\xc3\xa9", "/x?a[]=1", "/x?a=1 2",   "/x?a=1&a=2", "/x?a=1&%61=1"}) {
    CAPTURE(target);
    CHECK_FALSE(parse_query(target).ok());
    CHECK_FALSE(query_value(target, "a").ok());
  }
}

}  // namespace keyturn
