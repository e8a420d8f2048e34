#include "gateway/config/config.h"

#include <doctest/doctest.h>

#include <string>

using namespace keyturn;

namespace {

const std::string smallest = R"(charter = "joint.charter"
data = "data"
journal_key = "journal.key"
passphrase_file = "/etc/keyturn/passphrase"
[callers]
listen = "127.0.0.1:8080"
[officials]
listen = "[::1]:9443"
)";

// The error's message, or nothing.
std::string error_of(const std::string& text) {
  const auto config = parse_config(text, "/etc/keyturn");
  if (config.ok()) return "";
  CHECK(config.error().message.find('\n') == std::string::npos);
  return config.error().message;
}

bool names(const std::string& message, std::string_view what) {
  return message.find(what) != std::string::npos;
}

std::string without(std::string_view line) {
  std::string text = smallest;
  const std::size_t at = text.find(line);
  REQUIRE(at != std::string::npos);
  return text.erase(at, text.find('\n', at) + 1 - at);
}

}  // namespace

TEST_CASE("the metrics have a listener of their own where the configuration says so") {
  CHECK_FALSE(parse_config(smallest, "/etc/keyturn")->metrics.has_value());
  const auto config = parse_config(smallest + "[metrics]\nlisten = \"127.0.0.1:9311\"\n", "/x");
  REQUIRE(config.ok());
  REQUIRE(config->metrics.has_value());
  CHECK(config->metrics->port == 9311);
  CHECK(names(error_of(smallest + "[metrics]\n"), "`metrics.listen` is missing"));
  CHECK(names(error_of(smallest + "[metrics]\nlisten = \"9311\"\n"), "must be address:port"));
  CHECK(names(error_of(smallest + "[metrics]\nlisten = \"[::1]:1\"\nopen = true\n"),
              "`metrics.open` is not a setting"));
}

TEST_CASE("the smallest configuration says where things lie, from its own folder") {
  const auto config = parse_config(smallest, "/etc/keyturn");
  REQUIRE_MESSAGE(config.ok(), (config.ok() ? "" : config.error().message));
  CHECK(config->charter == "/etc/keyturn/joint.charter");
  CHECK(config->data == "/etc/keyturn/data");
  CHECK(config->passphrase_file == "/etc/keyturn/passphrase");
  CHECK(config->high_water.empty());
  CHECK(config->journal_place().high_water_file() == "/etc/keyturn/data/high-water");
  CHECK(config->callers.address == "127.0.0.1");
  CHECK(config->callers.port == 8080);
  CHECK(config->caller_threads == 1);
  CHECK(config->officials.address == "::1");
  CHECK(config->officials.port == 9443);
  CHECK(config->officials_origin == "http://[::1]:9443");
  CHECK(config->hold_times.step_ms == 50'000);
  CHECK(config->hold_times.ladder_ms == 580'000);
  CHECK(config->response_keep_ms == 120'000);
}

TEST_CASE("everything that may be set is taken as it stands") {
  const auto config = parse_config("high_water = \"/mnt/other/mark\"\n" + smallest +
                                       "origin = \"https://officials.example\"\n"
                                       "[holding]\nstep_ms = 50\nladder_ms = 400\n"
                                       "response_keep_ms = 1000\n"
                                       "[endpoints.models]\ncredential_file = \"models.key\"\n"
                                       "header = \"x-api-key\"\nprefix = \"k \"\n",
                                   "/etc/keyturn");
  REQUIRE_MESSAGE(config.ok(), (config.ok() ? "" : config.error().message));
  CHECK(config->high_water == "/mnt/other/mark");
  CHECK(config->officials_origin == "https://officials.example");
  CHECK(config->hold_times.step_ms == 50);
  CHECK(config->hold_times.ladder_ms == 400);
  CHECK(config->response_keep_ms == 1000);
  const UpstreamCredential& credential = config->credentials.at("models");
  CHECK(credential.file == "/etc/keyturn/models.key");
  CHECK(credential.header == "x-api-key");
  CHECK(credential.prefix == "k ");
}

TEST_CASE("a missing setting is named") {
  for (const char* key : {"charter", "data", "journal_key", "passphrase_file"}) {
    CHECK(names(error_of(without(key)), "`" + std::string(key) + "`"));
  }
  CHECK(names(error_of(without("listen = \"127")), "`callers.listen`"));
  CHECK(names(error_of(without("listen = \"[")), "`officials.listen`"));
  CHECK(names(error_of(""), "`charter`"));
}

TEST_CASE("what is no setting is refused, with its place: a misspelt one is not ignored [T11]") {
  CHECK(names(error_of("datta = \"x\"\n" + smallest), "keyturn.toml:1:"));
  CHECK(names(error_of(smallest + "thread = 2\n"), "`officials.thread`"));
  CHECK(names(error_of(smallest + "[holding]\nstep = 5\n"), "`holding.step`"));
  CHECK(names(error_of(smallest + "[quorum]\nneed = 1\n"), "`quorum`"));
  CHECK(names(error_of(smallest + "[endpoints.models]\ncredential_file = \"a\"\nkey = 1\n"),
              "`endpoints.models.key`"));
}

TEST_CASE("a value of another kind or beyond its bounds is refused") {
  CHECK(names(error_of(smallest + "[holding]\nstep_ms = \"50\"\n"), "`holding.step_ms`"));
  CHECK(names(error_of(smallest + "[holding]\nstep_ms = 49\n"), "from 50 to 55000"));
  CHECK(names(error_of(smallest + "[holding]\nstep_ms = 55001\n"), "`holding.step_ms`"));
  CHECK(names(error_of(smallest + "[holding]\nstep_ms = 50.5\n"), "`holding.step_ms`"));
  CHECK(names(error_of(smallest + "holding = 1\n"), "`officials.holding`"));
  CHECK(names(error_of("holding = 1\n" + smallest), "must be a table"));
  CHECK(names(error_of("high_water = 1\n" + smallest), "must be a string"));
  CHECK(names(error_of(smallest + "[endpoints]\nmodels = \"x\"\n"), "`endpoints.models`"));
  CHECK(names(error_of("charter = [\n"), "keyturn.toml:"));
}

TEST_CASE("an endpoint's connections are limited, and it is probed, as its table says") {
  const auto config = parse_config(smallest +
                                       "[endpoints.models]\nconnections_max = 4\npending_max = 2\n"
                                       "pending_ms = 200\nconnect_ms = 300\nfirst_byte_ms = 400\n"
                                       "stall_ms = 500\nhealth = \"HEAD /v1/health-z\"\n"
                                       "health_interval_ms = 600\n[endpoints.fleet]\n",
                                   "/etc/keyturn");
  REQUIRE_MESSAGE(config.ok(), (config.ok() ? "" : config.error().message));
  CHECK(config->credentials.empty());
  const UpstreamConfig& models = config->upstreams.at("models");
  CHECK(models.limits.connections_max == 4);
  CHECK(models.limits.pending_max == 2);
  CHECK(models.limits.pending_ms == 200);
  CHECK(models.limits.connect_ms == 300);
  CHECK(models.limits.first_byte_ms == 400);
  CHECK(models.limits.stall_ms == 500);
  REQUIRE(models.probe);
  CHECK(*models.probe == UpstreamConfig::Probe{Method::head, "/v1/health-z", 600});
  CHECK(config->upstreams.at("fleet").limits == UpstreamLimits{});
  CHECK_FALSE(config->upstreams.at("fleet").probe);
}

TEST_CASE("a probe is GET or HEAD of one plain path, and no setting goes beyond its limit") {
  const auto endpoint = [](const std::string& line) {
    return error_of(smallest + "[endpoints.models]\n" + line + "\n");
  };
  for (const char* wrong : {"POST /a", "GET", "GET a", "/a", "GET /a?b", "GET /a b", "GET  /a",
                            "get /a", "GET /a%20", "GET http://elsewhere/"}) {
    CAPTURE(wrong);
    CHECK(names(endpoint("health = \"" + std::string(wrong) + "\""), "`endpoints.models.health`"));
  }
  CHECK(names(endpoint("connections_max = 0"), "`endpoints.models.connections_max`"));
  CHECK(names(endpoint("connections_max = 1025"), "from 1 to 1024"));
  CHECK(names(endpoint("connect_ms = 5001"), "from 100 to 5000"));
  CHECK(names(endpoint("header = \"x-api-key\""), "`endpoints.models.credential_file`"));
}

TEST_CASE("the log has a level, a form, a file and an access log") {
  const auto config = parse_config(
      smallest + "[log]\nlevel = \"warn\"\nformat = \"json\"\nfile = \"log/k\"\naccess = true\n",
      "/etc/keyturn");
  REQUIRE(config.ok());
  CHECK(config->log == LogOptions{LogLevel::warn, true, "/etc/keyturn/log/k", true});
  CHECK(parse_config(smallest, "/etc/keyturn")->log == LogOptions{});
  CHECK(names(error_of(smallest + "[log]\nlevel = \"loud\"\n"), "got `loud`"));
  CHECK(names(error_of(smallest + "[log]\nformat = \"xml\"\n"), "`log.format`"));
  CHECK(names(error_of(smallest + "[log]\naccess = 1\n"), "`log.access`"));
}

TEST_CASE("an address to listen on is a number, a colon and a port") {
  CHECK(parse_listen("0.0.0.0:0", "x")->port == 0);
  CHECK(parse_listen("[2001:db8::1]:443", "x")->address == "2001:db8::1");
  for (const char* wrong : {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                            "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80 "}) {
    const auto listen = parse_listen(wrong, "callers.listen");
    REQUIRE_FALSE(listen.ok());
    CHECK(names(listen.error().message, "callers.listen"));
  }
}

TEST_CASE("TLS of the listeners: certificates in their order, and whether clients are asked") {
  const auto config = parse_config(smallest +
                                       "[[officials.tls.certificates]]\nchain = \"o.pem\"\n"
                                       "key = \"/keys/o.key\"\n"
                                       "[callers.tls]\nclient_certificates = \"request\"\n"
                                       "[[callers.tls.certificates]]\nchain = \"a.pem\"\n"
                                       "key = \"a.key\"\n[[callers.tls.certificates]]\n"
                                       "chain = \"b.pem\"\nkey = \"b.key\"\n",
                                   "/etc/keyturn");
  REQUIRE_MESSAGE(config.ok(), (config.ok() ? "" : config.error().message));
  REQUIRE(config->callers_tls);
  CHECK(config->callers_tls->request_client_certificates);
  REQUIRE(config->callers_tls->certificates.size() == 2);
  CHECK(config->callers_tls->certificates[1].chain == "/etc/keyturn/b.pem");
  REQUIRE(config->officials_tls);
  CHECK_FALSE(config->officials_tls->request_client_certificates);
  CHECK(config->officials_tls->certificates[0].key == "/keys/o.key");
  CHECK(config->officials_origin == "https://[::1]:9443");
  CHECK_FALSE(parse_config(smallest, "/etc/keyturn")->callers_tls);
}

TEST_CASE("TLS to endpoints: whom to trust and what to show; that it verifies is no setting") {
  const auto config =
      parse_config(smallest +
                       "[endpoints.models.tls]\nca = \"ca.pem\"\n[endpoints.fleet]\n"
                       "credential_file = \"c\"\n[endpoints.fleet.tls]\nchain = \"c.pem\"\n"
                       "key = \"c.key\"\n",
                   "/etc/keyturn");
  REQUIRE_MESSAGE(config.ok(), (config.ok() ? "" : config.error().message));
  CHECK(config->endpoint_tls.at("models").ca == "/etc/keyturn/ca.pem");
  CHECK_FALSE(config->endpoint_tls.at("models").certificate);
  CHECK(config->credentials.count("models") == 0);
  CHECK(config->endpoint_tls.at("fleet").ca.empty());
  CHECK(config->endpoint_tls.at("fleet").certificate->key == "/etc/keyturn/c.key");
  for (const char* line : {"verify = false", "insecure = true", "verify_hostname = false"})
    CHECK(names(error_of(smallest + "[endpoints.models.tls]\n" + line + "\n"), "is not a setting"));
}

TEST_CASE("TLS that is only half said is refused") {
  const std::string tls = "[callers.tls]\n";
  CHECK(names(error_of(smallest + tls), "`[[callers.tls.certificates]]`"));
  CHECK(names(error_of(smallest + tls + "certificates = \"a.pem\"\n"), "certificates"));
  CHECK(names(error_of(smallest + tls + "certificates = []\n"), "certificates"));
  const std::string one = "[[callers.tls.certificates]]\nchain = \"a\"\n";
  CHECK(names(error_of(smallest + one), "`callers.tls.certificates.key`"));
  CHECK(names(error_of(smallest + one + "key = \"k\"\nca = \"c\"\n"), "is not a setting"));
  CHECK(names(
      error_of(smallest + tls + "client_certificates = \"require\"\n" + one + "key = \"k\"\n"),
      "`request` or `ignore`"));
  // Officials are known by what they sign.
  CHECK(names(error_of(smallest + "[officials.tls]\nclient_certificates = \"request\"\n"
                                  "[[officials.tls.certificates]]\nchain = \"a\"\nkey = \"k\"\n"),
              "`officials.tls.client_certificates` is not a setting"));
  CHECK(names(error_of(smallest + "[endpoints.models.tls]\nchain = \"c.pem\"\n"),
              "`endpoints.models.tls.key`"));
  CHECK(names(error_of(smallest + "[endpoints.models]\nheader = \"x\"\n[endpoints.models.tls]\n"),
              "credential_file"));
}
