// The charters that people copy from: those in config/ and in the reference.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/policy/charter/checking.h"

namespace keyturn::testing {
namespace {

std::string read(const std::filesystem::path& path) {
  std::stringstream out;
  out << std::ifstream(path).rdbuf();
  REQUIRE_MESSAGE(!out.str().empty(), "cannot read " << path.string());
  return out.str();
}

TEST_CASE("the charters in config/ load without an error or a notice, under their own test keys") {
  const std::filesystem::path root(KEYTURN_SOURCE_ROOT);
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator(root / "config" / "charters")) {
    if (file.path().extension() != ".charter") continue;  // its cases lie beside it
    const std::string text = read(file.path());
    const CharterLoad load = load_charter(text);
    ++count;
    REQUIRE_MESSAGE(load.charter != nullptr, rendered(load, text));
    CHECK_MESSAGE(load.notices.empty(), rendered(load, text));
    CHECK(load.charter->journal_key == test_key("journal").public_key());
    for (const Person& person : load.charter->persons)
      if (!person.keys.empty()) CHECK(person.keys[0] == test_key(person.name).public_key());
  }
  CHECK(count >= 1);
}

TEST_CASE("the defence fleet has five institutions and a limit of every subject") {
  const std::filesystem::path root(KEYTURN_SOURCE_ROOT);
  const CharterLoad load =
      load_charter(read(root / "config" / "charters" / "defence-fleet.charter"));
  REQUIRE(load.charter);
  CHECK(load.charter->institutions.size() == 5);
  CHECK(load.charter->branches.size() == 4);
  for (const auto subject :
       {Limit::Subject::person, Limit::Subject::span, Limit::Subject::institution,
        Limit::Subject::agents, Limit::Subject::cosigned}) {
    bool has = false;
    for (const Limit& limit : load.charter->limits) has = has || limit.subject == subject;
    CHECK(has);
  }
}

TEST_CASE("the whole charter of the language's reference loads") {
  const std::string page =
      read(std::filesystem::path(KEYTURN_SOURCE_ROOT) / "docs" / "charter-language.md");
  const std::size_t heading = page.find("## A charter in full");
  REQUIRE(heading != std::string::npos);
  const std::size_t start = page.find("```\n", heading) + 4;
  check_accepted(page.substr(start, page.find("```", start) - start));
}

}  // namespace
}  // namespace keyturn::testing
