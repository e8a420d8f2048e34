#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <boost/beast/http.hpp>

#include "tests/gateway/http/read_all.h"

using namespace keyturn;

namespace {

const std::string one =
    "POST /v1/chat/completions?stream=true HTTP/1.1\r\nHost: models.internal:8443\r\n"
    "Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"model\":\"m\"}";
const std::string chunked =
    "PUT /tasks/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;a=b\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n";
const std::string bare = "GET / HTTP/1.1\r\nHost: x\r\nAccept:\r\n\r\n";

}  // namespace

TEST_CASE("requests read alike wherever their bytes are split [T01]") {
  const std::string streams[] = {
      one + chunked + bare + one,
      chunked + "GET /../a HTTP/1.1\r\nHost: x\r\n\r\n",
      bare + "GET /a HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n",
      one +
          "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: "
          "b\r\n\r\n",
      one + "POST /a HTTP/1.1\nHost: x\n\n",
      // Beast 1.81 aborts on this end, byte by byte, unless it is kept from seeing it.
      bare + "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + bare,
      one + bare + bare + " " + std::string(5000, 'a') + "\r\n",
      one + bare + bare + "GET /" + std::string(5000, 'a') + "\r\n b\n",
      chunked + bare + "GET /b HTTP/1.1\r\nHost: x\r\nX: " + std::string(9000, 'y') + "\r\n\r\n",
  };
  for (const std::string& stream : streams) {
    for (const How how : {How::gathered, How::streamed}) {
      const ReadAll whole = read_all(stream, how);
      CHECK((whole.messages.size() >= 1 && (whole.refused != 0 || whole.messages.size() >= 3)));
      const std::string_view view = stream;
      for (std::size_t at = 0; at <= view.size(); at += at < 700 ? 1 : 97) {
        CAPTURE(at);
        REQUIRE(read_pieces({view.substr(0, at), view.substr(at)}, how) == whole);
      }
      std::vector<std::string_view> bytes;
      for (std::size_t i = 0; i < view.size(); ++i) bytes.push_back(view.substr(i, 1));
      CHECK(read_pieces(bytes, how) == whole);
    }
  }
}

TEST_CASE("a gathered body is refused above its limit, by its stated length or as it comes") {
  CHECK(read_pieces({one}, How::gathered, 13).refused == 0);
  CHECK(read_pieces({one}, How::gathered, 12).refused == 413);
  CHECK(read_pieces({chunked}, How::gathered, 21).refused == 0);
  CHECK(read_pieces({chunked}, How::gathered, 20).refused == 413);
  const std::string large = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n";
  CHECK(read_pieces({large}, How::gathered, 1000).refused == 413);
}

TEST_CASE("views of a head stay true while a large body makes the buffer grow") {
  std::string body(300'000, 'b');
  for (const bool in_chunks : {false, true}) {
    std::string request =
        "POST /a/b?c=d HTTP/1.1\r\nHost: h.example\r\nX-Long: " + std::string(500, 'v');
    request += in_chunks
                   ? "\r\nTransfer-Encoding: chunked\r\n\r\n493e0\r\n" + body + "\r\n0\r\n\r\n"
                   : "\r\nContent-Length: 300000\r\n\r\n" + body;
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < request.size(); at += 1000)
      pieces.push_back(std::string_view(request).substr(at, 1000));
    const ReadAll all = read_pieces(pieces, How::gathered);
    REQUIRE(all.messages.size() == 1);
    CHECK(all.messages[0].target == "/a/b?c=d");
    CHECK(all.messages[0].fields.starts_with("Host: h.example\nX-Long: vvv"));
    CHECK(all.messages[0].body == body);
    CHECK(read_pieces(pieces, How::streamed) == all);
  }
}

TEST_CASE("what is admitted reads the same in Beast, an independent reader [T01]") {
  // Near-requests: sound parts put together at random, with a few that are not.
  const auto line = rc::gen::element<std::string>(
      "GET /a HTTP/1.1", "POST /a/b HTTP/1.1", "POST /a?b=c HTTP/1.0", "PUT //a HTTP/1.1",
      "DELETE /a HTTP/1.1", "get /a HTTP/1.1", "POST /a HTTP/1.1 ");
  const auto field = rc::gen::element<std::string>(
      "Host: x", "Host: y", "Host : x", "Content-Length: 5", "Content-Length: 05",
      "Content-Length: 3", "Transfer-Encoding: chunked", "Transfer-Encoding: \tchunked",
      "Transfer-Encoding: identity", "Connection: close", "Connection: X-A", "X-A: b",
      "X-A:", "X_A: b", " folded", "Expect: 100-continue", "Content-Type: a/b", "Trailer: A");
  const auto body =
      rc::gen::element<std::string>("", "hello", "5\r\nhello\r\n0\r\n\r\n", "0\r\n\r\n",
                                    "0\r\nHost: z\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n");
  const auto ending = rc::gen::weightedElement<std::string>({{30, "\r\n"}, {1, "\n"}, {1, "\r"}});
  int admitted = 0;
  const bool held = rc::check("readings agree", [&] {
    std::string text = *line + *ending;
    // Mostly with a Host, or nearly nothing would be admitted.
    if (*rc::gen::inRange(0, 8) != 0) text += "Host: x\r\n";
    const int count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i) text += *field + *ending;
    text += *ending + *body;
    const ReadAll all = read_all(text);
    if (all.messages.empty()) return;
    ++admitted;
    namespace http = boost::beast::http;
    http::request_parser<http::string_body> parser;
    parser.eager(true);
    boost::system::error_code error;
    std::size_t taken = parser.put(boost::asio::buffer(text), error);
    while (!error && !parser.is_done() && taken < text.size()) {
      const std::size_t some = parser.put(boost::asio::buffer(text) + taken, error);
      if (some == 0) break;
      taken += some;
    }
    RC_ASSERT(!error);
    RC_ASSERT(parser.is_done());
    RC_ASSERT(std::string(parser.get().method_string()) == all.messages[0].method);
    RC_ASSERT(std::string(parser.get().target()) == all.messages[0].target);
    RC_ASSERT(parser.get().body() == all.messages[0].body);
    std::string fields;
    for (const auto& entry : parser.get())
      fields += std::string(entry.name_string()) + ": " + std::string(entry.value()) + "\n";
    RC_ASSERT(fields.size() == all.messages[0].fields.size());
    // What is left over is the next request to both.
    const bool left = taken < text.size();
    RC_ASSERT(left == (all.messages.size() > 1 || all.refused != 0 || all.unfinished));
  });
  CHECK(held);
  CHECK(admitted > 5);
}
