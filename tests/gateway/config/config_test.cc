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
  CHECK(config->step_ms == 50'000);
  CHECK(config->ladder_ms == 580'000);
  CHECK(config->answer_keep_ms == 120'000);
}

TEST_CASE("everything that may be set is taken as it stands") {
  const auto config = parse_config("high_water = \"/mnt/other/mark\"\n" + smallest +
                                       "origin = \"https://officials.example\"\n"
                                       "[holding]\nstep_ms = 50\nladder_ms = 400\n"
                                       "answer_keep_ms = 1000\n"
                                       "[endpoints.models]\ncredential_file = \"models.key\"\n"
                                       "header = \"x-api-key\"\nprefix = \"k \"\n",
                                   "/etc/keyturn");
  REQUIRE_MESSAGE(config.ok(), (config.ok() ? "" : config.error().message));
  CHECK(config->high_water == "/mnt/other/mark");
  CHECK(config->officials_origin == "https://officials.example");
  CHECK(config->step_ms == 50);
  CHECK(config->ladder_ms == 400);
  CHECK(config->answer_keep_ms == 1000);
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
