#include <doctest/doctest.h>

#include <string>

#include "keyturn/limits.h"
#include "tests/gateway/http/read_all.h"

using namespace keyturn;

namespace {

struct Case {
  const char* what;
  std::string bytes;
  unsigned status;  // 0: accepted
};

const std::string post = "POST /a HTTP/1.1\r\nHost: x\r\n";
std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}
std::string with(const std::string& line) {
  return "GET /a HTTP/1.1\r\nHost: x\r\n" + line + "\r\n\r\n";
}

void check(const std::vector<Case>& cases) {
  for (const Case& entry : cases) {
    CAPTURE(entry.what);
    const ReadAll all = read_all(entry.bytes);
    CHECK(all.refused == entry.status);
    CHECK(all.messages.size() == (entry.status == 0 ? 1u : 0u));
    CHECK_FALSE(all.unfinished);
  }
}

}  // namespace

TEST_CASE("a request whose length has two readings is refused [T01]") {
  check({
      {"gzip, then a length", post + "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
       400},
      {"a length, then gzip", post + "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\nhello",
       400},
      {"chunked and a length",
       post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
      {"a length and chunked",
       post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"length 0 and chunked",
       post + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"xchunked", post + "Transfer-Encoding: xchunked\r\n\r\nhello", 400},
      {"chunked, identity", post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400},
      {"identity", post + "Transfer-Encoding: identity\r\n\r\n", 400},
      {"gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
      {"Chunked", post + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked twice",
       post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked and identity",
       post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400},
      {"chunked and a tab", post + "Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n", 400},
      {"chunked and a blank", post + "Transfer-Encoding: chunked \r\n\r\n0\r\n\r\n", 400},
      {"a tab and chunked", post + "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", 400},
      {"a vertical tab", post + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400},
      {"an empty coding", post + "Transfer-Encoding:\r\n\r\n", 400},
      {"a high blank",
       post + "Transfer-Encoding: \xa0"
              "chunked\r\n\r\n0\r\n\r\n",
       400},
      {"chunked in 1.0",
       "POST /a HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"equal lengths", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
      {"a list of lengths", post + "Content-Length: 5, 5\r\n\r\nhello", 400},
      {"+5", post + "Content-Length: +5\r\n\r\nhello", 400},
      {"-5", post + "Content-Length: -5\r\n\r\nhello", 400},
      {"0x5", post + "Content-Length: 0x5\r\n\r\nhello", 400},
      {"010", post + "Content-Length: 010\r\n\r\n0123456789", 400},
      {"00", post + "Content-Length: 00\r\n\r\n", 400},
      {"overflow", post + "Content-Length: 18446744073709551617\r\n\r\nh", 400},
      {"an empty length", post + "Content-Length:\r\n\r\n", 400},
      {"a blank behind the length", post + "Content-Length: 5 \r\n\r\nhello", 400},
      {"GET with a body", "GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"HEAD, chunked",
       "HEAD /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"a sound length", post + "Content-Length: 5\r\n\r\nhello", 0},
      {"no blank before it", post + "Content-Length:5\r\n\r\nhello", 0},
      {"length 0", post + "Content-Length: 0\r\n\r\n", 0},
      {"sound chunks", post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 0},
      {"no body", post + "\r\n", 0},
  });
}

TEST_CASE("lines that one parser folds or ends where another does not are refused [T01]") {
  check({
      {"a folded field", post + "X-A: a\r\n b\r\n\r\n", 400},
      {"a folded coding", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400},
      {"a folded first field", "GET /a HTTP/1.1\r\n Host: x\r\n\r\n", 400},
      {"a tab fold", post + "Content-Length:\r\n\t5\r\n\r\nhello", 400},
      {"a blank before the colon", post + "Content-Length : 5\r\n\r\nhello", 400},
      {"LF alone", "POST /a HTTP/1.1\nHost: x\n\n", 400},
      {"LF in a field", post + "X-A: a\nContent-Length: 5\r\n\r\nhello", 400},
      {"LF for the blank line", post + "\n", 400},
      {"CR in a value", post + "X-A: a\rb\r\n\r\n", 400},
      {"CR CR LF", post + "X-A: a\r\r\n\r\n", 400},
      {"NUL in a value", post + std::string("X-A: a\0b\r\n\r\n", 12), 400},
      {"a leading empty line", "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"no colon", post + "X-A\r\n\r\n", 400},
      {"no name", post + ": a\r\n\r\n", 400},
      {"a high byte in a value", with("X-A: \xc3\xa9"), 400},
      {"ESC in a value", with("X-A: \x1b[2J"), 400},
      {"DEL in a value", with("X-A: \x7f"), 400},
      {"a tab in a value", with("X-A: a\tb"), 0},
      {"two blanks in the request line", "GET  /a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a tab in the request line", "GET\t/a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a blank at its end", "GET /a HTTP/1.1 \r\nHost: x\r\n\r\n", 400},
      {"HTTP/1.2", "GET /a HTTP/1.2\r\nHost: x\r\n\r\n", 400},
      {"HTTP/2.0", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n", 400},
      {"HTTP/0.9", "GET /a\r\n\r\n", 400},
      {"the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
  });
}

TEST_CASE("chunks with two readings, and trailers, are refused [T01] [T02]") {
  const std::string head = post + "Transfer-Encoding: chunked\r\n\r\n";
  check({
      {"size 0x5", head + "0x5\r\nhello\r\n0\r\n\r\n", 400},
      {"LF in an extension", head + "5;a\nb\r\nhello\r\n0\r\n\r\n", 400},
      {"an overflowing size", head + "fffffffffffffffff\r\nx", 400},
      {"data ended by LF", head + "5\r\nhello\n0\r\n\r\n", 400},
      {"more data than said", head + "4\r\nhello\r\n0\r\n\r\n", 400},
      {"a sign", head + "+5\r\nhello\r\n0\r\n\r\n", 400},
      {"a blank behind the size", head + "5 \r\nhello\r\n0\r\n\r\n", 400},
      {"a blank before the extension", head + "5 ;a=b\r\nhello\r\n0\r\n\r\n", 400},
      {"a blank in the extension", head + "5;a=\"b c\"\r\nhello\r\n0\r\n\r\n", 400},
      {"no size", head + "\r\nhello\r\n0\r\n\r\n", 400},
      {"many zeros", head + std::string(40, '0') + "5\r\nhello\r\n0\r\n\r\n", 400},
      {"a trailer", head + "0\r\nX-A: b\r\n\r\n", 400},
      {"a Host in the trailer", head + "0\r\nHost: evil\r\n\r\n", 400},
      {"a length in the trailer", head + "0\r\nContent-Length: 9\r\n\r\n", 400},
      {"a warrant in the trailer", head + "0\r\nKeyturn-Warrant: forged\r\n\r\n", 400},
      {"a trailer announced", post + "Trailer: X-A\r\n\r\n", 400},
      {"an extension", head + "5;a=b\r\nhello\r\n0\r\n\r\n", 0},
      {"capital digits", head + "A\r\n0123456789\r\n0\r\n\r\n", 0},
  });
  const ReadAll all = read_all(head + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
  REQUIRE(all.messages.size() == 1);
  CHECK(all.messages[0].body == "hello world");
  CHECK(all.messages[0].fields == "Host: x\nTransfer-Encoding: chunked\n");
}

TEST_CASE("a target that could be read as another path is refused, and a plain one kept [T04]") {
  check({
      {"an escape", get("/%61"), 400},
      {"an escaped dot", get("/a/%2e%2e/b"), 400},
      {"an escaped slash", get("/a%2fb"), 400},
      {"dot dot", get("/a/../b"), 400},
      {"dot dot at the end", get("/a/.."), 400},
      {"dot", get("/./a"), 400},
      {"two slashes", get("//a"), 400},
      {"two slashes within", get("/a//b"), 400},
      {"a slash at the end", get("/a/"), 400},
      {"a parameter", get("/a;b=c"), 400},
      {"a backslash", get("/a\\b"), 400},
      {"a fragment", get("/a#b"), 400},
      {"a fragment in the query", get("/a?b#c"), 400},
      {"a high byte", get("/\xff"), 400},
      {"a plus", get("/a+b"), 400},
      {"a question mark in the query", get("/a?b?c"), 400},
      {"a broken escape in the query", get("/a?b=%4"), 400},
      {"an escape of no digits in the query", get("/a?b=%zz"), 400},
      {"brackets in the query", get("/a?b[]=c"), 400},
      {"a star", get("*"), 400},
      {"a star of OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 0},
      {"a star and a query", "OPTIONS *?a=b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a star in lower case", "options * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"no slash", get("a"), 400},
      {"the root", get("/"), 0},
      {"segments", get("/v1/models/m-1.2:free@x~_"), 0},
      {"three dots", get("/.../a"), 0},
      {"a query", get("/a?b=c&d=%20e"), 0},
      {"an empty query", get("/a?"), 0},
  });
  RequestReader reader;
  reader.feed(get("/v1/a?b=c"));
  REQUIRE(reader.next() == Read::head);
  CHECK(reader.head().target() == "/v1/a?b=c");
  CHECK(reader.head().path() == "/v1/a");
  CHECK(reader.head().query() == "b=c");
}

TEST_CASE("a request names one host, and never an origin of its own [T05]") {
  check({
      {"no Host", "GET /a HTTP/1.1\r\n\r\n", 400},
      {"no Host in 1.0", "GET /a HTTP/1.0\r\n\r\n", 400},
      {"two Hosts", "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"equal Hosts", "GET /a HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400},
      {"an empty Host", "GET /a HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"user information", "GET /a HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
      {"a path", "GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"a list", "GET /a HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      {"a port of letters", "GET /a HTTP/1.1\r\nHost: a:b\r\n\r\n", 400},
      {"no port", "GET /a HTTP/1.1\r\nHost: a:\r\n\r\n", 400},
      {"absolute form", "GET http://evil/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"authority form", "CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n", 400},
      {"CONNECT to a path", "CONNECT /a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a port", "GET /a HTTP/1.1\r\nHost: a.example:8080\r\n\r\n", 0},
      {"an IPv6 address", "GET /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0},
      {"1.0 with a Host", "GET /a HTTP/1.0\r\nHost: a\r\n\r\n", 0},
  });
}

TEST_CASE("Connection names no field, and what only the gateway says is refused [T03]") {
  check({
      {"a warrant to strip", with("Connection: Keyturn-Warrant"), 400},
      {"any field to strip", with("Connection: close, X-A"), 400},
      {"Connection twice", with("Connection: close\r\nConnection: close"), 400},
      {"an empty member", with("Connection: close,"), 400},
      {"upgrade", with("Connection: upgrade\r\nUpgrade: websocket"), 400},
      {"Upgrade alone", with("Upgrade: h2c"), 400},
      {"h2c", with("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA"),
       400},
      {"a warrant", with("Keyturn-Warrant: x"), 400},
      {"a grant in small letters", with("keyturn-grant: x"), 400},
      {"a proposal", with("Keyturn-Proposal: x"), 400},
      {"an underscore", with("Keyturn_Warrant: x"), 400},
      {"any underscore", with("X_A: x"), 400},
      {"a dot", with("X.A: x"), 400},
      {"keep-alive", with("Connection: keep-alive"), 0},
      {"Close", with("Connection: Close"), 0},
      {"a name that only begins alike", with("Keyturner: x"), 0},
  });
}

TEST_CASE("methods, codings and expectations that are not known are refused") {
  check({
      {"post", "post /a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"TRACE", "TRACE /a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"an invented one", "GETX /a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"Content-Encoding", post + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", 400},
      {"another expectation", with("Expect: 200-ok"), 417},
      {"two expectations", with("Expect: 100-continue\r\nExpect: 100-continue"), 417},
      {"100-continue", with("Expect: 100-continue"), 0},
      {"two content types", with("Content-Type: a/b\r\ncontent-type: c/d"), 400},
      {"two credentials", with("Authorization: Bearer a\r\nAuthorization: Bearer b"), 400},
      {"one of each", with("Authorization: Bearer a\r\nX-Api-Key: b\r\nContent-Type: a/b"), 0},
      {"two of any other", with("Accept: a\r\nAccept: b"), 0},
  });
}

TEST_CASE("heads, targets, fields and extensions beyond their limits are refused [T30]") {
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  std::string fields;
  for (int i = 0; i < 99; ++i) fields += "X-" + std::to_string(i) + ": a\r\n";
  const std::string before = "GET /a HTTP/1.1\r\nHost: x\r\nX-A: ";
  const std::string line(request_head_bytes_max - before.size() - 4, 'a');
  check({
      {"100 fields", "GET /a HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n", 0},
      {"101 fields", "GET /a HTTP/1.1\r\nHost: x\r\n" + fields + "X: a\r\n\r\n", 431},
      {"16 KiB of head", before + line + "\r\n\r\n", 0},
      {"a byte more", before + line + "a\r\n\r\n", 431},
      {"an endless head", before + line + line, 431},
      {"the longest target", get("/" + std::string(request_target_bytes_max - 1, 'a')), 0},
      {"a longer target", get("/" + std::string(request_target_bytes_max, 'a')), 414},
      {"an endless target", "GET /" + std::string(9000, 'a'), 414},
      {"256 bytes of extension", chunked + "1;" + std::string(255, 'a') + "\r\nx\r\n0\r\n\r\n", 0},
      {"257 bytes", chunked + "1;" + std::string(256, 'a') + "\r\nx\r\n0\r\n\r\n", 400},
      {"an endless extension", chunked + "1;" + std::string(4000, 'a'), 400},
  });
}
