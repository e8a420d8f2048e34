#include "gateway/proxy/prefer.h"

#include <doctest/doctest.h>

using namespace keyturn;

namespace {

Preferences of(std::vector<Field> fields) {
  Request request;
  request.fields = std::move(fields);
  return preferences_of(request);
}

}  // namespace

TEST_CASE("preferences are read from all fields, the first of each, and the unknown passed over") {
  CHECK_FALSE(of({}).respond_async);
  CHECK_FALSE(of({}).wait_seconds);
  CHECK(of({{"Prefer", "respond-async"}}).respond_async);
  CHECK(of({{"prefer", "Respond-Async"}}).respond_async);
  CHECK(
      of({{"Prefer", "return=minimal; foo=\"a, b\" , respond-async;x=1, wait = 7"}}).wait_seconds ==
      7);
  CHECK(of({{"Prefer", "return=minimal; foo=\"a, b\" , respond-async;x=1"}}).respond_async);
  CHECK_FALSE(of({{"Prefer", "x=\"respond-async, wait=1\""}}).respond_async);
  CHECK_FALSE(of({{"Prefer", "x=\"\\\", wait=1"}}).wait_seconds);
  CHECK(of({{"Prefer", "wait=5"}, {"Prefer", "respond-async, wait=6"}}).wait_seconds == 5);
  CHECK(of({{"Prefer", "wait=5"}, {"Prefer", "respond-async"}}).respond_async);
  CHECK(of({{"Prefer", "wait=\"8\""}}).wait_seconds == 8);
  for (const char* value : {"wait", "wait=", "wait=-1", "wait=1s", "wait=99999999999", "wait=\"",
                            "wait=1=2", "waits=1", ",;=", "wait=x, wait=3"}) {
    CHECK_MESSAGE(!of({{"Prefer", value}}).wait_seconds, value);
  }
}

TEST_CASE("a preferred wait is kept to only if it is no longer than a step") {
  CHECK(of({{"Prefer", "wait=50"}}).wait_ms(50'000) == 50'000);
  CHECK_FALSE(of({{"Prefer", "wait=51"}}).wait_ms(50'000));
  CHECK(of({{"Prefer", "wait=0"}}).wait_ms(50'000) == 0);
  CHECK_FALSE(of({}).wait_ms(50'000));
}
