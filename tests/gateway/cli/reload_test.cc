#include "gateway/cli/reload.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "gateway/cli/confinement.h"
#include "gateway/cli/pulse.h"
#include "gateway/world/harden.h"
#include "policy/charter/load.h"
#include "tests/gateway/journal/samples.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::cli;
using journal_tests::TemporaryFolder;

namespace {

const std::string base = R"(charter = "charter"
data = "data"
journal_key = "key"
passphrase_file = "passphrase"
[callers]
listen = "127.0.0.1:8080"
[officials]
listen = "127.0.0.1:8081"
)";

struct Reloading {
  Reloading() {
    write(base);
    reload = std::make_unique<Reload>(file(), read_config(file()).value());
  }
  std::filesystem::path file() const { return folder.path() / "keyturn.toml"; }
  void write(const std::string& text) { std::ofstream(file()) << text; }

  TemporaryFolder folder;
  std::unique_ptr<Reload> reload;
};

bool names(const Result<void>& result, std::string_view what) {
  return !result.ok() && result.error().message.find(what) != std::string::npos &&
         result.error().message.find('\n') == std::string::npos;
}

}  // namespace

TEST_CASE("a reload puts every part of a good file in force, and what it says is the next start") {
  Reloading it;
  std::vector<std::int64_t> in_force;
  for (int part = 0; part < 2; ++part) {
    it.reload->add([&in_force](const Config& next) -> Result<Reload::Commit> {
      return Reload::Commit(
          [&in_force, step = next.hold_times.step_ms] { in_force.push_back(step); });
    });
  }
  it.write(base + "[holding]\nstep_ms = 700\n");
  CHECK(it.reload->run().ok());
  CHECK(in_force == std::vector<std::int64_t>{700, 700});
  CHECK(it.reload->run().ok());
  CHECK(in_force.size() == 4);
}

TEST_CASE("a part that cannot be prepared leaves all parts as they were: none is half applied") {
  Reloading it;
  int commits = 0;
  bool broken = true;
  it.reload->add(
      [&](const Config&) -> Result<Reload::Commit> { return Reload::Commit([&] { ++commits; }); });
  it.reload->add([&](const Config&) -> Result<Reload::Commit> {
    if (broken) return Error{Code::invalid, "a certificate without its key"};
    return Reload::Commit([&] { ++commits; });
  });
  CHECK(names(it.reload->run(), "a certificate without its key"));
  CHECK(commits == 0);
  broken = false;
  CHECK(it.reload->run().ok());
  CHECK(commits == 2);
}

TEST_CASE("a file that is bad, or gone, or changes what cannot change is refused by name") {
  Reloading it;
  bool asked = false;
  it.reload->add([&](const Config&) -> Result<Reload::Commit> {
    asked = true;
    return Reload::Commit([] {});
  });
  it.write(base + "[holding]\nstep_ms = \"long\"\n");
  CHECK(names(it.reload->run(), "`holding.step_ms`"));
  it.write("not toml at all");
  CHECK(names(it.reload->run(), "keyturn.toml:1:"));
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = base;
    text.replace(text.find(from), from.size(), to);
    it.write(text);
    return it.reload->run();
  };
  CHECK(names(changed("\"data\"", "\"elsewhere\""), "`data`"));
  CHECK(names(changed("\"charter\"", "\"other\""), "`charter`"));
  CHECK(names(changed("\"key\"", "\"other\""), "`journal_key`"));
  CHECK(names(changed("8080", "8090"), "`callers.listen`"));
  CHECK(names(changed("127.0.0.1:8081", "127.0.0.2:8081"), "`officials.listen`"));
  CHECK(names(changed("8080\"", "8080\"\nthreads = 3"), "`callers.threads`"));
  CHECK(names(changed("8081\"", "8081\"\norigin = \"https://x\""), "`officials.origin`"));
  std::filesystem::remove(it.file());
  CHECK_FALSE(it.reload->run().ok());
  CHECK_FALSE(asked);
  it.write(base);
  CHECK(it.reload->run().ok());
  CHECK(asked);
}

TEST_CASE("who does not answer a beat is named until he does, and the others are asked on") {
  Pulse pulse;
  std::vector<std::function<void()>> kept;
  int quick = 0;
  pulse.add("quick", [&](const std::function<void()>& beat) {
    ++quick;
    beat();
  });
  pulse.add("slow", [&](std::function<void()> beat) { kept.push_back(std::move(beat)); });
  CHECK(pulse.look().empty());  // the first beats go out
  CHECK(pulse.look() == "slow");
  CHECK(pulse.look() == "slow");
  CHECK(quick == 3);
  REQUIRE(kept.size() == 1);
  kept[0]();
  CHECK(pulse.look().empty());
  CHECK(kept.size() == 2);
}

TEST_CASE("a gateway may touch its data, what a reload reads, and its endpoints' ports; no more") {
  Config config = parse_config(base, "/etc/keyturn").value();
  config.credentials["models"] = {"authorization", "", "/run/credentials/models"};
  config.log.file = "/var/log/keyturn/log";
  config.high_water = "/mnt/mark/high-water";
  const auto charter = load_charter(testing::charter_text(testing::defence)).charter;
  const auto made = confinement_of(config, "/etc/keyturn/keyturn.toml", *charter);
  REQUIRE(made.ok());
  using Paths = std::vector<std::filesystem::path>;
  CHECK(made->read_write == Paths{"/etc/keyturn/data", "/mnt/mark", "/var/log/keyturn"});
  Paths read = system_files();
  read.insert(read.end(), {"/etc/keyturn", "/run/credentials"});
  CHECK(made->read == read);
  CHECK(made->limit_bind);
  CHECK(made->bind == std::vector<std::uint16_t>{8080, 8081});
  CHECK(made->limit_connect);
  CHECK(made->connect == std::vector<std::uint16_t>{9301, 9302});
  // The root folder would be everything; the file itself is named then.
  const auto at_root = confinement_of(config, "/keyturn.toml", *charter);
  REQUIRE(at_root.ok());
  CHECK(std::find(at_root->read.begin(), at_root->read.end(), "/") == at_root->read.end());
}
