#include "policy/request/path.h"

#include <doctest/doctest.h>

#include <string>

namespace keyturn {
namespace {

using Kind = Segment::Kind;

const std::vector<Segment> models = {{Kind::literal, "v1"}, {Kind::rest, ""}};
const std::vector<Segment> entity = {
    {Kind::literal, "api"}, {Kind::any, ""}, {Kind::named, "id"}, {Kind::literal, "state"}};

}  // namespace

TEST_CASE("[C9] `**` stands for one or more segments") {
  CHECK(path_matches(models, "/v1/chat"));
  CHECK(path_matches(models, "/v1/chat/completions"));
  for (std::string_view path : {"/v1", "/v1/", "/v1//chat", "/v1/chat/", "/V1/chat", "/v1x/chat",
                                "v1/chat", "", "/", "/x/v1/chat"}) {
    CAPTURE(path);
    CHECK_FALSE(path_matches(models, path));
  }
}

TEST_CASE("[C9] `*` and `:name` stand for exactly one segment that is not empty") {
  CHECK(path_matches(entity, "/api/v1/uav-001/state"));
  CHECK(segment_named(entity, "/api/v1/uav-001/state", "id") == "uav-001");
  for (std::string_view path :
       {"/api/v1/uav-001", "/api/v1/uav-001/state/", "/api/v1//state", "/api//uav-001/state",
        "/api/v1/uav-001/x/state", "/api/v1/uav-001/State", "/api/v1/uav-001/state/now"}) {
    CAPTURE(path);
    CHECK_FALSE(path_matches(entity, path));
    CHECK_FALSE(segment_named(entity, path, "id").has_value());
  }
  CHECK_FALSE(segment_named(entity, "/api/v1/uav-001/state", "v1").has_value());
}

TEST_CASE("T04: a path is plain only if every server reads it alike") {
  for (std::string_view path : {"/v1", "/v1/chat/completions", "/a/uav-001", "/~x/a_b/c.d/e@f:g",
                                "/.../x", "/v1/models/org:model@3"}) {
    CAPTURE(path);
    CHECK(path_is_plain(path));
  }
  for (std::string_view path :
       {"",          "/",       "v1",         "/v1/",    "//v1",         "/v1//x",
        "/v1/../x",  "/v1/./x", "/v1/..",     "/.",      "/v1/%2e%2e/x", "/v1/chat%2fx",
        "/v1;x=1/y", "/v1\\x",  "/v1/x#y",    "/v1/a b", "/v1/a+b",      "/v1/\xc3\xa9",
        "/v1/a\tb",  "*",       "http://x/v1"}) {
    CAPTURE(path);
    CHECK_FALSE(path_is_plain(path));
  }
  CHECK_FALSE(path_is_plain(std::string_view("/v1\0/x", 6)));
}

}  // namespace keyturn
