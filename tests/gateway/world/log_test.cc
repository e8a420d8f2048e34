#include "gateway/world/log.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/gateway/journal/samples.h"

using namespace keyturn;
using journal_tests::TemporaryFolder;

namespace {

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void use(Log& log, const LogOptions& options) {
  auto prepared = log.prepare(options);
  REQUIRE(prepared.ok());
  (*prepared)();
}

// Line ends, terminal sequences, a right-to-left override, a byte that is no UTF-8.
const std::string naughty = "a\nb\r\x1b[31m\"=\\ \xe2\x80\xae\xff";

}  // namespace

TEST_CASE("no value forges a line, leaves its field or reaches a terminal, as text or JSON [T32]") {
  const std::string text = text_line("event", naughty, {{"value", naughty}, {"n", 7}});
  CHECK(text ==
        "event: a\\x0ab\\x0d\\x1b[31m\"=\\\\ \\xe2\\x80\\xae\\xff "
        "value=\"a\\x0ab\\x0d\\x1b[31m\\\"=\\\\ \\xe2\\x80\\xae\\xff\" n=7");

  const std::string json =
      "{" + json_members("event", naughty, {{"value", naughty}, {"n", 7}}) + "}";
  for (const char c : json) CHECK((c >= 0x20 && c < 0x7f));
  const auto parsed = nlohmann::json::parse(json);
  CHECK(parsed["event"] == "event");
  CHECK(parsed["n"] == 7);
  CHECK(parsed["value"] == "a\nb\r\x1b[31m\"=\\ \xe2\x80\xae\xef\xbf\xbd");
}

TEST_CASE("a value with a blank, a quote or an equals sign is quoted; an empty one is left out") {
  CHECK(text_line("e", "", {{"a", "plain-1"}, {"b", "two words"}, {"c", ""}, {"d", "x=y"}}) ==
        "e a=plain-1 b=\"two words\" d=\"x=y\"");
  CHECK(json_members("e", "", {{"a", ""}, {"b", "x"}}) == "\"event\":\"e\",\"b\":\"x\"");
}

TEST_CASE("the log goes to a file as JSON lines, from a level on, and others cannot read it") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "keyturn.log";
  Log log;
  use(log, {LogLevel::warn, true, file.string(), false});
  log.info("one", "below the level");
  log.warn("two", "a sentence", {{"command", "01J"}, {"status", 200}});
  log.alarm("three", "");
  const auto lines = lines_of(file);
  REQUIRE(lines.size() == 2);
  const auto first = nlohmann::json::parse(lines[0]);
  CHECK(first["level"] == "warning");
  CHECK(first["event"] == "two");
  CHECK(first["message"] == "a sentence");
  CHECK(first["command"] == "01J");
  CHECK(first["status"] == 200);
  CHECK(first["time"].get<std::string>().back() == 'Z');
  CHECK(nlohmann::json::parse(lines[1])["level"] == "critical");
  struct stat about {};
  REQUIRE(::stat(file.c_str(), &about) == 0);
  CHECK((about.st_mode & 0007) == 0);
}

TEST_CASE(
    "preparing opens a file anew after it was renamed, and one that cannot be opened changes "
    "nothing") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "keyturn.log";
  const LogOptions options{LogLevel::info, false, file.string(), false};
  Log log;
  use(log, options);
  log.info("before", "");
  std::filesystem::rename(file, folder.path() / "keyturn.log.1");
  CHECK_FALSE(
      log.prepare({LogLevel::info, false, (folder.path() / "no" / "log").string(), false}).ok());
  log.info("still", "");
  use(log, options);
  log.info("after", "");
  CHECK(lines_of(folder.path() / "keyturn.log.1").size() == 2);
  const auto lines = lines_of(file);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find(" info after") != std::string::npos);
}

TEST_CASE("threads that log while the log is replaced lose nothing and mix no lines") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "keyturn.log";
  const LogOptions options{LogLevel::info, false, file.string(), false};
  Log log;
  use(log, options);
  constexpr int each = 200;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&log] {
      for (int i = 0; i < each; ++i) log.info("turn", "a sentence of some words", {{"i", i}});
    });
  }
  for (int i = 0; i < 20; ++i) use(log, options);
  for (std::thread& thread : threads) thread.join();
  const auto lines = lines_of(file);
  CHECK(lines.size() == 3 * each);
  for (const auto& line : lines) {
    CHECK(line.find(" info turn: a sentence of some words i=") != std::string::npos);
  }
}
