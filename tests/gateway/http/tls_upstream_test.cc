// TLS to endpoints, and the command line's client: what is verified, and that nothing is sent where
// it does not hold.
#include <doctest/doctest.h>

#include "gateway/http/client.h"
#include "gateway/http/upstream.h"
#include "gateway/world/files.h"
#include "tests/gateway/http/fetcher.h"
#include "tests/gateway/http/served_tls.h"

using namespace keyturn;

namespace {

// A Fetcher of https endpoints on ports of 127.0.0.1.
class SecureFetcher {
 public:
  explicit SecureFetcher(TlsClientFiles files, UpstreamLimits limits = {})
      : tls_(TlsClient::open(std::move(files)).value()), fetcher_(Origin(), limits) {}

  UpstreamRequest request(std::uint16_t port) const {
    UpstreamRequest request = fetcher_.request();
    request.origin = {.host = "127.0.0.1", .port = port, .secure = true, .tls = tls_};
    request.fields.pop_back();  // a Server refuses the warrant, as from a caller
    return request;
  }
  Fetched fetch(UpstreamRequest request) { return fetcher_.fetch(std::move(request)); }
  std::shared_ptr<const TlsClient> tls() const { return tls_; }

 private:
  std::shared_ptr<const TlsClient> tls_;
  Fetcher fetcher_;
};

TlsClientFiles trusting(const TestAuthority& authority) {
  return {.ca = authority.certificate(), .certificate = {}};
}

}  // namespace

TEST_CASE("a request goes to an https endpoint, again over the same connection, or a fresh one") {
  ServedTls served;
  SecureFetcher fetcher(trusting(served.authority()));
  for (const bool fresh : {false, false, true}) {
    UpstreamRequest request = fetcher.request(served.port());
    request.fresh_connection = fresh;
    const Fetched fetched = fetcher.fetch(std::move(request));
    CHECK_MESSAGE(fetched.outcome.sent == Sent::complete, fetched.outcome.message);
    CHECK(fetched.status == 200);
    CHECK(fetched.body == "POST /api/v1/tasks {}");
  }
}

TEST_CASE("large bodies go whole to an https endpoint and back") {
  ServedTls served;
  SecureFetcher fetcher(trusting(served.authority()));
  UpstreamRequest request = fetcher.request(served.port());
  request.body = std::string(5'000'000, 'x');
  const Fetched fetched = fetcher.fetch(request);
  CHECK(fetched.outcome.sent == Sent::complete);
  CHECK(fetched.body.size() == request.body.size() + std::string("POST /api/v1/tasks ").size());
}

TEST_CASE(
    "[T05] an endpoint whose certificate does not hold is sent nothing, and never is unknown") {
  struct Case {
    const char* what;
    TestAuthority::Wanted certificate;
    const char* why;
  };
  const Case cases[] = {
      {"another name", {.names = "DNS:other.example"}, "mismatch"},
      {"another address", {.names = "IP:127.0.0.2"}, "mismatch"},
      {"a name in the subject alone", {.name = "127.0.0.1", .names = ""}, "mismatch"},
      {"expired", {.from_seconds = -7200, .to_seconds = -3600}, "expired"},
      {"not valid yet", {.from_seconds = 3600}, "not yet valid"},
      {"signed by itself", {.self_signed = true}, "self-signed"},
  };
  for (const Case& one : cases) {
    INFO(one.what);
    ServedTls served({.first = one.certificate});
    SecureFetcher fetcher(trusting(served.authority()));
    const Fetched fetched = fetcher.fetch(fetcher.request(served.port()));
    CHECK(fetched.outcome.sent == Sent::not_sent);
    CHECK_MESSAGE(contains(fetched.outcome.message, one.why), fetched.outcome.message);
    CHECK(served.handled() == 0);
  }
}

TEST_CASE("an endpoint of an authority that is not trusted is sent nothing") {
  ServedTls served;
  const TestAuthority other;
  for (const TlsClientFiles& files : {trusting(other), TlsClientFiles()}) {
    SecureFetcher fetcher(files);
    const Fetched fetched = fetcher.fetch(fetcher.request(served.port()));
    CHECK(fetched.outcome.sent == Sent::not_sent);
    CHECK_MESSAGE(contains(fetched.outcome.message, "certificate"), fetched.outcome.message);
  }
  CHECK(served.handled() == 0);
}

TEST_CASE("a secure origin without TLS settings is sent nothing, least of all in the clear") {
  ScriptedOrigin origin([](Wire& wire) { CHECK(wire.read_to_end().empty()); });
  const TestAuthority authority;
  SecureFetcher fetcher(trusting(authority));
  UpstreamRequest request = fetcher.request(origin.port());
  request.origin.tls = nullptr;
  const Fetched fetched = fetcher.fetch(request);
  CHECK(fetched.outcome.sent == Sent::not_sent);
  CHECK(contains(fetched.outcome.message, "no TLS settings"));
}

TEST_CASE("an endpoint that speaks no TLS, or never finishes its handshake, is sent nothing") {
  const TestAuthority authority;
  SecureFetcher fetcher(trusting(authority), {.handshake_ms = 100});
  ScriptedOrigin plain([](Wire& wire) {
    wire.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    wire.read_to_end();
  });
  CHECK(fetcher.fetch(fetcher.request(plain.port())).outcome.sent == Sent::not_sent);
  ScriptedOrigin silent([](Wire& wire) { wire.read_to_end(); });
  const Fetched fetched = fetcher.fetch(fetcher.request(silent.port()));
  CHECK(fetched.outcome.sent == Sent::not_sent);
  CHECK(contains(fetched.outcome.message, "in time"));
}

TEST_CASE("an answer that ends with its connection is whole only after a close_notify [T39]") {
  const TestAuthority authority;
  const TlsCertificateFiles files = authority.issue("origin");
  for (const bool honest : {true, false}) {
    INFO(honest);
    ScriptedOrigin origin([&](Wire& wire) {
      TlsPeer peer(wire, files);
      peer.read_until("{}");
      peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf");
      if (honest) peer.write_end();
      wire.half_close();
      wire.read_to_end();
    });
    SecureFetcher fetcher(trusting(authority));
    const Fetched fetched = fetcher.fetch(fetcher.request(origin.port()));
    CHECK(fetched.status == 200);
    CHECK(fetched.body == "half");
    CHECK(fetched.outcome.sent == (honest ? Sent::complete : Sent::unknown));
    HttpCall call;
    call.method = Method::post;
    call.url = "https://127.0.0.1:" + std::to_string(origin.port());
    call.body = "{}";
    call.tls = fetcher.tls();
    const auto called = http_request(call);
    CHECK(called.ok() == honest);
    if (!called.ok()) CHECK(called.error().code == Code::unknown);
  }
}

TEST_CASE("a second connection to an endpoint continues the first one's session") {
  const TestAuthority authority;
  const TlsCertificateFiles files = authority.issue("origin");
  // One context for all connections: tickets of one are known to the next.
  const std::shared_ptr<SSL_CTX> context = TlsPeer::server_context(files);
  std::mutex mutex;
  std::vector<bool> resumed;
  ScriptedOrigin origin([&](Wire& wire) {
    TlsPeer peer(wire, context.get());
    {
      const std::lock_guard lock(mutex);
      resumed.push_back(peer.resumed());
    }
    peer.read_until("{}");
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    wire.read_to_end();
  });
  SecureFetcher fetcher(trusting(authority));
  for (int i = 0; i < 3; ++i) {
    UpstreamRequest request = fetcher.request(origin.port());
    request.fresh_connection = true;
    CHECK(fetcher.fetch(std::move(request)).outcome.sent == Sent::complete);
    // What was verified before a reload is verified again after it.
    if (i == 1) REQUIRE(reload({}, {fetcher.tls()}).ok());
  }
  const std::lock_guard lock(mutex);
  CHECK(resumed == std::vector<bool>{false, true, false});
}

TEST_CASE("an endpoint sees the client certificate that is configured for it") {
  ServedTls served({.request_client_certificates = true});
  const TlsCertificateFiles card = served.authority().issue("card");
  SecureFetcher fetcher({.ca = served.authority().certificate(), .certificate = card});
  CHECK(fetcher.fetch(fetcher.request(served.port())).outcome.sent == Sent::complete);
  CHECK(served.last_key() ==
        certificate_key_digest(read_file(card.chain, 1 << 16).value()).value());
}

TEST_CASE("the command line's client verifies, sends nothing where it fails, and reads TLS whole") {
  ServedTls served;
  const auto tls = TlsClient::open(trusting(served.authority())).value();
  HttpCall call;
  call.method = Method::post;
  call.url = served.url("/x?y=z");
  call.body = std::string(2'000'000, 'b');
  call.tls = tls;
  const auto answer = http_request(call);
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  CHECK(answer->status == 200);
  CHECK(answer->body.size() == call.body.size() + std::string("POST /x?y=z ").size());

  call.tls = nullptr;  // the system's authorities
  const auto refused = http_request(call);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::unavailable);
  CHECK_MESSAGE(contains(refused.error().message, "certificate"), refused.error().message);

  call.url = "http" + served.url("/x").substr(5);
  const auto plain = http_request(call);
  if (plain.ok()) CHECK(plain->status == 400);
  CHECK(served.handled() == 1);
}

TEST_CASE("an origin's text says its scheme, its host and its port") {
  const auto origin = Origin::parse("https://models.internal:8443");
  REQUIRE(origin.ok());
  CHECK(origin->secure);
  CHECK(origin->authority() == "models.internal:8443");
  CHECK(Origin::parse("https://a")->port == 443);
  CHECK(Origin::parse("https://a:443")->authority() == "a");
  CHECK(Origin::parse("https://a:80")->authority() == "a:80");
  CHECK(Origin::parse("http://a:443")->authority() == "a:443");
  CHECK_FALSE(Origin::parse("http://a:443").value() == Origin::parse("https://a:443").value());
}
