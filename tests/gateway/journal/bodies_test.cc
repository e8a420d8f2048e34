#include "gateway/journal/bodies.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "keyturn/limits.h"
#include "tests/gateway/journal/samples.h"

using namespace keyturn;
using namespace keyturn::journal_tests;
namespace fs = std::filesystem;

namespace {

BodyRecord record(unsigned char tag, std::string body = "{\"a\": 1}") {
  BodyRecord out;
  out.nonce.fill(tag);
  out.method = "POST";
  out.endpoint = "fleet";
  out.target = "/api/v1/tasks?x=1";
  out.headers = {{"accept", "*/*"}, {"content-type", "application/json"}};
  out.body = std::move(body);
  out.principal = "planner-7";
  return out;
}

Digest digest(const BodyRecord& one) { return request_digest(one.parts()); }

struct Fixture {
  TemporaryFolder folder;
  SeededEntropy entropy{3};
  fs::path path = folder.path() / "data";

  Fixture() { REQUIRE(Bodies::create(path, entropy).ok()); }
  std::unique_ptr<Bodies> open() {
    return Bodies::open(path, Bodies::read_key(path).value(), entropy).value();
  }
  Result<void> put(Bodies& bodies, const BodyRecord& one) {
    const Bodies::Filed filed{digest(one), &one};
    return bodies.put({&filed, 1});
  }
};

bool anywhere_in(const fs::path& folder, std::string_view needle) {
  for (const auto& file : fs::directory_iterator(folder))
    if (read_file(file.path(), 1u << 26).value().find(needle) != std::string::npos) return true;
  return false;
}

std::string wrapped_key(const fs::path& database) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(database.c_str(), &handle) == SQLITE_OK);
  std::string out;
  const auto take = [](void* into, int, char** values, char**) {
    *static_cast<std::string*>(into) = values[0];
    return 0;
  };
  CHECK(sqlite3_exec(handle, "SELECT hex(wrapped) FROM filed", take, &out, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
  std::string lower;
  for (const char c : out) lower += static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
  return hex_decode(lower).value();
}

}  // namespace

TEST_CASE("a body's record has one text, and nothing else is read as one") {
  BodyRecord one = record(1, std::string("\0\n", 2));
  for (const auto& key : {std::optional<std::string>(), std::optional<std::string>(""),
                          std::optional<std::string>("again-1")}) {
    one.idempotency_key = key;
    const std::string text = one.serialise();
    CHECK(BodyRecord::parse(text).value() == one);
    for (std::size_t size = 0; size < text.size(); ++size)
      CHECK_FALSE(BodyRecord::parse(std::string_view(text).substr(0, size)).ok());
    CHECK_FALSE(BodyRecord::parse(text + "x").ok());
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ 0x80);
      const auto parsed = BodyRecord::parse(changed);
      if (parsed.ok()) {
        CHECK(parsed->serialise() == changed);
        CHECK_FALSE(*parsed == one);
      }
    }
  }
}

TEST_CASE("a body comes back as it was filed, also after a restart") {
  Fixture here;
  const BodyRecord small = record(1), large = record(2, std::string(request_body_bytes_max, 'x'));
  {
    const auto bodies = here.open();
    const Bodies::Filed both[] = {{digest(small), &small}, {digest(large), &large}};
    REQUIRE(bodies->put(both).ok());
    CHECK(bodies->get(digest(small)).value() == small);
  }
  const auto bodies = here.open();
  CHECK(bodies->get(digest(small)).value() == small);
  const BodyRecord back = bodies->get(digest(large)).value();
  CHECK(back == large);
  CHECK(digest(back) == digest(large));
  CHECK(bodies->get(digest(record(3))).error().code == Code::not_found);
  const auto reader =
      Bodies::open_read_only(here.path, Bodies::read_key(here.path).value()).value();
  CHECK(reader->get(digest(small)).value() == small);
  CHECK(here.put(*reader, small).error().code == Code::forbidden);
  CHECK(reader->erase(digest(small)).error().code == Code::forbidden);
}

TEST_CASE("a digest that is filed already stays as it is") {
  Fixture here;
  const auto bodies = here.open();
  BodyRecord one = record(1);
  REQUIRE(here.put(*bodies, one).ok());
  BodyRecord other = one;
  other.principal = "nowak";
  REQUIRE(here.put(*bodies, other).ok());
  CHECK(bodies->get(digest(one)).value().principal == "planner-7");
}

TEST_CASE("no file of the folder shows a body") {
  Fixture here;
  const auto bodies = here.open();
  const std::string canary = "canary-of-the-bodies-test";
  REQUIRE(here.put(*bodies, record(1, canary)).ok());
  CHECK_FALSE(anywhere_in(here.path, canary));
  CHECK_FALSE(anywhere_in(here.path, "planner-7"));
}

TEST_CASE("an erased body is gone for good, and its key is in no file [P1]") {
  Fixture here;
  auto bodies = here.open();
  const BodyRecord one = record(1), other = record(2);
  REQUIRE(here.put(*bodies, one).ok());
  bodies.reset();
  const std::string wrapped = wrapped_key(here.path / "bodies.db");
  REQUIRE(wrapped.size() == 24 + 32 + 16);
  REQUIRE(anywhere_in(here.path, wrapped));
  bodies = here.open();
  REQUIRE(here.put(*bodies, other).ok());
  REQUIRE(bodies->erase(digest(one)).ok());
  CHECK_FALSE(anywhere_in(here.path, wrapped));
  const auto gone = bodies->get(digest(one));
  CHECK(gone.error().code == Code::not_found);
  CHECK(gone.error().message.find("erased") != std::string::npos);
  CHECK(bodies->get(digest(other)).value() == other);
  CHECK(bodies->erase(digest(one)).ok());
  CHECK(bodies->erase(digest(record(3))).error().code == Code::not_found);
  // What was erased does not come back by being filed again.
  REQUIRE(here.put(*bodies, one).ok());
  CHECK_FALSE(bodies->get(digest(one)).ok());
}

TEST_CASE(
    "[T24] a body moved under another digest, altered, or opened with another key is refused") {
  Fixture here;
  const BodyRecord one = record(1), other = record(2);
  {
    const auto bodies = here.open();
    REQUIRE(here.put(*bodies, one).ok());
    REQUIRE(here.put(*bodies, other).ok());
  }
  const auto with = [&](const std::string& sql) {
    const fs::path copy = here.folder.path() / "copy";
    fs::remove_all(copy);
    fs::copy(here.path, copy, fs::copy_options::recursive);
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open((copy / "bodies.db").c_str(), &handle) == SQLITE_OK);
    CHECK(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(handle);
    return Bodies::open_read_only(copy, Bodies::read_key(copy).value()).value();
  };
  CHECK(with("SELECT 1")->get(digest(one)).ok());
  for (const std::string sql : {
           "UPDATE filed SET idx = 3 - idx",
           "UPDATE filed SET wrapped = (SELECT wrapped FROM filed WHERE idx = 2)",
           "UPDATE body SET sealed = (SELECT sealed FROM body WHERE idx = 2)",
           "UPDATE body SET sealed = substr(sealed, 1, 60)",
           "UPDATE body SET sealed = x''",
           "UPDATE filed SET wrapped = x'00'",
           "DELETE FROM body",
       }) {
    CAPTURE(sql);
    CHECK(with(sql)->get(digest(one)).error().code == Code::corrupt);
  }
  const auto opened = Bodies::open_read_only(here.path, SecretBytes(std::string(32, 'k'))).value();
  CHECK(opened->get(digest(one)).error().code == Code::corrupt);
  CHECK(Bodies::open_read_only(here.path, SecretBytes(std::string(31, 'k'))).error().code ==
        Code::invalid);
}

TEST_CASE("the body key is its owner's alone, and create replaces neither it nor the bodies") {
  Fixture here;
  CHECK(Bodies::create(here.path, here.entropy).error().code == Code::conflict);
  const std::string key(text_of(Bodies::read_key(here.path).value().expose()));
  fs::remove(here.path / "bodies.db");
  REQUIRE(Bodies::create(here.path, here.entropy).ok());
  CHECK(text_of(Bodies::read_key(here.path).value().expose()) == key);
  REQUIRE(::chmod(Bodies::key_file(here.path).c_str(), 0640) == 0);
  CHECK(Bodies::read_key(here.path).error().code == Code::forbidden);
}
