#include "gateway/http/tls.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "gateway/http/client.h"
#include "gateway/world/files.h"
#include "tests/gateway/http/served_tls.h"

using namespace keyturn;

namespace {

constexpr std::string_view get_root = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

bool asked_and_answered(TlsPeer& peer) {
  return peer.write(get_root) && contains(peer.read_message(), "GET /a");
}

}  // namespace

TEST_CASE("a listener with a certificate speaks TLS 1.3 and 1.2, one request after the other") {
  ServedTls served;
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    TlsPeer peer(served.connect(), {.version_max = version});
    REQUIRE_MESSAGE(peer.handshake(), peer.why());
    CHECK(peer.version() == (version == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2"));
    CHECK(asked_and_answered(peer));
    CHECK(asked_and_answered(peer));
  }
}

TEST_CASE("TLS 1.1 and earlier are refused, and so are ciphers without authenticated encryption") {
  ServedTls served;
  TlsPeer old(served.connect(), {.version_max = TLS1_1_VERSION});
  CHECK_FALSE(old.handshake());
  CHECK(contains(old.why(), "protocol version"));
  TlsPeer weak(served.connect(), {.version_max = TLS1_2_VERSION, .ciphers = "ECDHE+AES+SHA:RSA"});
  CHECK_FALSE(weak.handshake());
  CHECK(contains(weak.why(), "handshake failure"));
}

TEST_CASE("a handshake and a request that come byte by byte are understood [T29]") {
  ServedTls served;
  TlsPeer peer(served.connect(), {.piece_bytes = 1});
  REQUIRE_MESSAGE(peer.handshake(), peer.why());
  CHECK(asked_and_answered(peer));
  const std::string body(3000, 'b');
  REQUIRE(peer.write("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3000\r\n\r\n" + body));
  CHECK(contains(peer.read_message(), body));
}

TEST_CASE("bodies larger than any record and any buffer go through TLS whole, both ways") {
  ServedTls served;
  TlsPeer peer(served.connect(), {});
  REQUIRE(peer.handshake());
  const std::string body(3'000'000, 'x');
  REQUIRE(peer.write("POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + body));
  CHECK(body_of(peer.read_message()).size() == body.size() + std::string("POST /big ").size());
}

TEST_CASE("requests that are pipelined inside one record are all answered") {
  ServedTls served;
  TlsPeer peer(served.connect(), {});
  REQUIRE(peer.handshake());
  REQUIRE(peer.write(std::string(get_root) + std::string(get_root) + std::string(get_root)));
  for (int i = 0; i < 3; ++i) CHECK(contains(peer.read_message(), "GET /a"));
}

TEST_CASE("a handshake that is never finished ends at its deadline [T29]") {
  ServedTls served({.limits = {.handshake_ms = 100}});
  Wire silent = served.connect();
  CHECK(silent.read_to_end().empty());
  Wire begun = served.connect();
  begun.write("\x16\x03\x01");
  CHECK(begun.read_to_end().empty());
  Wire noise = served.connect();
  noise.write(std::string(400, '\xff'));
  noise.read_to_end();
  CHECK(served.handled() == 0);
}

TEST_CASE("who asks TLS for new keys and reads nothing is cut [T29]") {
  ServedTls served;
  TlsPeer peer(served.connect(4096), {});
  REQUIRE(peer.handshake());
  // Within a body: nobody waits there for what was said before to be read.
  REQUIRE(peer.write("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"));
  bool open = true;
  for (int i = 0; open && i < 2'000'000; ++i) open = peer.ask_for_new_keys();
  CHECK_FALSE(open);
  CHECK(served.handled() == 0);
}

TEST_CASE("plain HTTP to a port that speaks TLS is told so, and nothing of it is served") {
  ServedTls served;
  Wire plain = served.connect();
  plain.write(get_root);
  const std::string answer = plain.read_to_end();
  CHECK(status_line(answer) == "HTTP/1.1 400 Bad Request");
  CHECK(contains(answer, "use https://"));
  CHECK(served.handled() == 0);
}

TEST_CASE("ALPN: http/1.1 is chosen, and a client that speaks nothing else we know is refused") {
  ServedTls served;
  TlsPeer both(served.connect(), {.protocols = "\x02h2\x08http/1.1"});
  REQUIRE(both.handshake());
  CHECK(both.protocol() == "http/1.1");
  CHECK(asked_and_answered(both));
  TlsPeer other(served.connect(), {.protocols = "\x02h2"});
  CHECK_FALSE(other.handshake());
  CHECK(contains(other.why(), "no application protocol"));
}

TEST_CASE("a client cannot renegotiate") {
  ServedTls served;
  TlsPeer peer(served.connect(), {.version_max = TLS1_2_VERSION});
  REQUIRE(peer.handshake());
  CHECK_FALSE(peer.renegotiate());
}

TEST_CASE("the certificate is chosen by the name asked for, the first where none is known") {
  ServedTls served({.more_names = {"DNS:two.example,DNS:*.two.example", "DNS:three.example"}});
  const auto shown = [&](const std::string& name) {
    TlsPeer peer(served.connect(), {.server_name = name});
    CHECK(peer.handshake());
    CHECK(asked_and_answered(peer));
    return peer.their_name();
  };
  CHECK(shown("") == "first");
  CHECK(shown("two.example") == "more-0");
  CHECK(shown("a.two.example") == "more-0");
  CHECK(shown("three.example") == "more-1");
  CHECK(shown("unknown.example") == "first");
}

TEST_CASE("a session is continued with a ticket, in both versions, and its client stays known") {
  ServedTls served({.request_client_certificates = true});
  const TlsCertificateFiles card = served.authority().issue("card", {.self_signed = true});
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    TlsPeer first(served.connect(), {.shows = &card, .version_max = version});
    REQUIRE(first.handshake());
    CHECK(asked_and_answered(first));
    CHECK_FALSE(first.resumed());
    SSL_SESSION* session = first.session();
    TlsPeer second(served.connect(), {.version_max = version, .session = session});
    REQUIRE(second.handshake());
    CHECK(second.resumed());
    CHECK(asked_and_answered(second));
    CHECK(served.last_key() ==
          certificate_key_digest(read_file(card.chain, 1 << 16).value()).value());
    SSL_SESSION_free(session);
  }
}

TEST_CASE("a client's key is seen by the handler, whoever issued its certificate and when [T11]") {
  ServedTls served({.request_client_certificates = true});
  const TestAuthority elsewhere;
  for (const TestAuthority::Wanted& wanted :
       {TestAuthority::Wanted{.self_signed = true}, TestAuthority::Wanted{},
        TestAuthority::Wanted{.from_seconds = -7200, .to_seconds = -3600},
        TestAuthority::Wanted{.rsa_bits = 2048}}) {
    const TlsCertificateFiles card = elsewhere.issue("card", wanted);
    TlsPeer peer(served.connect(), {.shows = &card});
    REQUIRE_MESSAGE(peer.handshake(), peer.why());
    CHECK(asked_and_answered(peer));
    CHECK(served.last_key() ==
          certificate_key_digest(read_file(card.chain, 1 << 16).value()).value());
  }
  TlsPeer without(served.connect(), {});
  REQUIRE(without.handshake());
  CHECK(asked_and_answered(without));
  CHECK_FALSE(served.last_key());
}

TEST_CASE("a client's key that could be computed is refused in the handshake") {
  ServedTls served({.request_client_certificates = true});
  const TlsCertificateFiles card = served.authority().issue("card", {.rsa_bits = 1024});
  TlsPeer peer(served.connect(), {.shows = &card});
  if (peer.handshake()) peer.write(get_root);
  CHECK(peer.read_to_end().empty());
  CHECK(served.handled() == 0);
}

TEST_CASE("a listener that does not ask for certificates learns of none") {
  ServedTls served;
  const TlsCertificateFiles card = served.authority().issue("card", {.self_signed = true});
  TlsPeer peer(served.connect(), {.shows = &card});
  REQUIRE(peer.handshake());
  CHECK(asked_and_answered(peer));
  CHECK_FALSE(served.last_key());
}

TEST_CASE("what is closed on purpose ends with close_notify, what is cut does not [T39]") {
  ServedTls served({.limits = {.idle_ms = 100}});
  TlsPeer idle(served.connect(), {});
  REQUIRE(idle.handshake());
  CHECK(asked_and_answered(idle));
  idle.read_to_end();
  CHECK(idle.ended());

  TlsPeer last(served.connect(), {});
  REQUIRE(last.handshake());
  last.write("GET /a HTTP/1.0\r\nHost: x\r\n\r\n");
  CHECK(contains(last.read_to_end(), "GET /a"));
  CHECK(last.ended());

  TlsPeer cut(served.connect(), {});
  REQUIRE(cut.handshake());
  cut.write("GET /cut HTTP/1.0\r\nHost: x\r\n\r\n");
  CHECK(contains(cut.read_to_end(), "half"));
  CHECK_FALSE(cut.ended());
}

TEST_CASE("a reload changes the certificate for new connections, and keeps those that are there") {
  ServedTls served;
  TlsPeer before(served.connect(), {});
  REQUIRE(before.handshake());
  CHECK(before.their_name() == "first");
  served.authority().issue("first", {.name = "renewed"});
  REQUIRE(reload({served.tls()}, {}).ok());
  TlsPeer after(served.connect(), {});
  REQUIRE(after.handshake());
  CHECK(after.their_name() == "renewed");
  CHECK(asked_and_answered(after));
  CHECK(asked_and_answered(before));
}

TEST_CASE("a reload that fails anywhere changes nothing, and says which file") {
  ServedTls served;
  const auto client = TlsClient::open({.ca = served.authority().certificate(), .certificate = {}});
  REQUIRE(client.ok());
  served.authority().issue("first", {.name = "renewed"});
  std::ofstream(served.authority().certificate()) << "no certificate\n";
  const auto refused = reload({served.tls()}, {*client});
  REQUIRE_FALSE(refused.ok());
  CHECK(contains(refused.error().message, "ca.pem"));
  TlsPeer peer(served.connect(), {});
  REQUIRE(peer.handshake());
  CHECK(peer.their_name() == "first");
}

TEST_CASE("certificate files that cannot be used are refused with their names") {
  const TestAuthority authority;
  const TlsCertificateFiles good = authority.issue("good"), other = authority.issue("other");
  const auto why = [](const TlsServerFiles& files) {
    const auto opened = TlsServer::open(files);
    return opened.ok() ? std::string() : opened.error().message;
  };
  const auto with = [](const TlsCertificateFiles& files) {
    return TlsServerFiles{.certificates = {files}};
  };
  CHECK(why(with(good)).empty());
  CHECK(contains(why({}), "needs a certificate"));
  CHECK(contains(why(with({good.chain, other.key})), "is not the key"));
  CHECK(contains(why(with({good.key, good.key})), "holds no certificate"));
  CHECK(contains(why(with({good.chain, good.chain})), "`"));
  CHECK(contains(why(with({authority.folder() / "absent", good.key})), "absent"));
  std::filesystem::permissions(good.key, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  CHECK(contains(why(with(good)), "good.key"));
}
