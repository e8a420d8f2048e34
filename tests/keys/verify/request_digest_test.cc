#include <doctest/doctest.h>

#include <set>
#include <vector>

#include "keys/verify/statement.h"
#include "tests/keys/json.h"

namespace keyturn {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Nonce nonce{};
  std::string method = "POST", endpoint = "fleet", target = "/api/v1/tasks";
  Headers headers = {{"content-type", "application/json"}, {"x-a", "1"}};
  std::string body = "{\"x\":1}";

  Digest digest() const {
    RequestParts parts;
    parts.nonce = nonce;
    parts.method = method;
    parts.endpoint = endpoint;
    parts.target = target;
    parts.headers = headers;
    parts.body = body;
    return request_digest(parts);
  }
};

std::string length(std::size_t value) {
  std::string out(8, '\0');
  out[6] = static_cast<char>(value >> 8);
  out[7] = static_cast<char>(value & 0xff);
  return out;
}
std::string field(const std::string& value) { return length(value.size()) + value; }

TEST_CASE(
    "the request digest covers each field behind its length, as docs/formats.md has it [W3]") {
  const Request request;
  const std::string preimage = "keyturn/request/v1\n" + field(std::string(32, '\0')) +
                               field("POST") + field("fleet") + field("/api/v1/tasks") + length(2) +
                               field("content-type") + field("application/json") + field("x-a") +
                               field("1") + field("{\"x\":1}");
  CHECK(request.digest() == sha256(preimage));
}

TEST_CASE("the request digest changes with every byte of the body and of every other field [T10]") {
  const Request request;
  std::set<Digest> seen{request.digest()};
  const auto all_flips = [&](auto member) {
    Request altered = request;
    auto& value = member(altered);
    for (auto& byte : value) {
      byte = static_cast<std::decay_t<decltype(byte)>>(byte ^ 1);
      CHECK(seen.insert(altered.digest()).second);
      byte = static_cast<std::decay_t<decltype(byte)>>(byte ^ 1);
    }
  };
  all_flips([](Request & r) -> auto& { return r.nonce; });
  all_flips([](Request & r) -> auto& { return r.method; });
  all_flips([](Request & r) -> auto& { return r.endpoint; });
  all_flips([](Request & r) -> auto& { return r.target; });
  all_flips([](Request & r) -> auto& { return r.headers[0].second; });
  all_flips([](Request & r) -> auto& { return r.headers[1].first; });
  all_flips([](Request & r) -> auto& { return r.body; });
}

TEST_CASE("no two requests share a preimage by moving bytes between neighbouring fields [W3]") {
  std::set<Digest> seen;
  Request request;
  CHECK(seen.insert(request.digest()).second);
  request.method = "POSTf";
  request.endpoint = "leet";
  CHECK(seen.insert(request.digest()).second);
  request = Request();
  request.target = "/api/v1/task";
  request.headers.insert(request.headers.begin(), {"s", ""});
  CHECK(seen.insert(request.digest()).second);
  request = Request();
  request.headers = {{"content-type", "application/json"}};
  CHECK(seen.insert(request.digest()).second);
  request.body = "x-a1" + request.body;
  CHECK(seen.insert(request.digest()).second);
  request.headers.clear();
  CHECK(seen.insert(request.digest()).second);
  request.body.clear();
  CHECK(seen.insert(request.digest()).second);
}

TEST_CASE("headers are the same request in any order and case of names, not of values") {
  const Request request;
  Request other;
  other.headers = {{"X-A", "1"}, {"Content-Type", "application/json"}};
  CHECK(other.digest() == request.digest());
  other.headers[1].second = "Application/json";
  CHECK(other.digest() != request.digest());
  // A repeated field keeps the order of its values.
  Request first, second;
  first.headers = {{"x-a", "1"}, {"x-a", "2"}};
  second.headers = {{"x-a", "2"}, {"x-a", "1"}};
  CHECK(first.digest() != second.digest());
}

}  // namespace
}  // namespace keyturn
