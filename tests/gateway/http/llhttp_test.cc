// The request cases of llhttp's own test suite: what it refuses in strict mode is refused here, and
// what both accept is read alike. Where only Keyturn refuses, that is its choice.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/gateway/http/read_all.h"
#include "tests/support/vectors.h"

using namespace keyturn;

namespace {

// The file holds bytes as Latin-1 text.
std::string bytes_of_latin1(const std::string& utf8) {
  std::string bytes;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x80) {
      bytes += utf8[i];
    } else {
      const auto next = static_cast<unsigned char>(utf8[++i]);
      bytes += static_cast<char>(((byte & 3) << 6) | (next & 0x3f));
    }
  }
  return bytes;
}

// Nearly all cases lack a Host, which is required here: give them one, so that what is tested is
// tested. `second` as well, where there are two requests.
std::string with_host(std::string raw) {
  std::string lower = raw;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  const std::size_t end = raw.find("\r\n");
  if (end != std::string::npos && end > 0 && lower.find("\nhost:") == std::string::npos)
    raw.insert(end + 2, "Host: x\r\n");
  return raw;
}

// What llhttp's log says that it read: `off=4 len=4 span[url]="/url"`.
std::vector<ReadMessage> read_log(const std::string& log) {
  std::vector<ReadMessage> messages;
  std::istringstream lines(log);
  std::string line;
  std::string field;
  ReadMessage message;
  while (std::getline(lines, line)) {
    const auto span = [&](const char* name) -> std::string {
      const std::string mark = std::string("span[") + name + "]=\"";
      const std::size_t at = line.find(mark);
      if (at == std::string::npos) return {};
      std::string text = line.substr(at + mark.size());
      text.pop_back();
      for (std::size_t i; (i = text.find("\\r")) != std::string::npos;) text.replace(i, 2, "\r");
      for (std::size_t i; (i = text.find("\\n")) != std::string::npos;) text.replace(i, 2, "\n");
      return text;
    };
    if (line.ends_with("message begin")) message = {};
    message.method += span("method");
    message.target += span("url");
    field += span("header_field");
    if (line.ends_with("header_field complete")) message.fields += field + ": ";
    message.fields += span("header_value");
    if (line.ends_with("header_value complete")) {
      // Its spans keep a tab at the end of a value: blanks there are no part of it (RFC 9112, 5).
      if (message.fields.ends_with("\\t")) message.fields.erase(message.fields.size() - 2);
      message.fields += "\n";
      field.clear();
    }
    message.body += span("body");
    if (line.ends_with("message complete")) messages.push_back(message);
  }
  return messages;
}

std::string without_host(std::string fields) {
  if (fields.starts_with("Host: x\n")) fields.erase(0, 8);
  return fields;
}

nlohmann::json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

}  // namespace

TEST_CASE("what llhttp refuses in strict mode is refused, and what both accept reads alike [T01]") {
  const auto folder = vectors("http/llhttp");
  if (!folder) return;
  const auto raws = read_json(*folder / "cases_raw.json");
  const auto logs = read_json(*folder / "cases.json");
  REQUIRE(raws.size() == logs.size());
  int refused = 0;
  int both_accept = 0;
  for (std::size_t i = 0; i < raws.size(); ++i) {
    if (raws[i]["type"] != "request") continue;
    const std::string verdict = raws[i]["err"];
    // That nothing is read after `Connection: close` is the server's to see to.
    if (verdict.starts_with("5:")) continue;
    for (const bool host : {false, true}) {
      std::string raw = bytes_of_latin1(raws[i]["raw"]);
      if (host) raw = with_host(raw);
      CAPTURE(raws[i]["name"].get<std::string>());
      CAPTURE(raw);
      const ReadAll all = read_all(raw);
      if (verdict != "ok") {
        ++refused;
        const bool sound = all.refused == 0 && !all.unfinished;
        CHECK_FALSE(sound);
      } else {
        const std::vector<ReadMessage> theirs = read_log(logs[i]["expect"]);
        REQUIRE(all.messages.size() <= theirs.size());
        for (std::size_t m = 0; m < all.messages.size(); ++m) {
          ++both_accept;
          CHECK(all.messages[m].method == theirs[m].method);
          CHECK(all.messages[m].target == theirs[m].target);
          CHECK(without_host(all.messages[m].fields) == without_host(theirs[m].fields));
          CHECK(all.messages[m].body == theirs[m].body);
        }
      }
      for (std::size_t at = 1; at < raw.size(); ++at) {
        const std::string_view view = raw;
        CHECK(read_pieces({view.substr(0, at), view.substr(at)}, How::gathered) == all);
      }
    }
  }
  CHECK(refused > 80);
  CHECK(both_accept > 20);
}

TEST_CASE("answers that llhttp refuses in strict mode are refused [T39]") {
  const auto path = vectors("http/llhttp/cases_raw.json");
  if (!path) return;
  int refused = 0;
  for (const auto& entry : read_json(*path)) {
    if (entry["type"] != "response" || entry["err"] == "ok") continue;
    const std::string verdict = entry["err"];
    const std::string raw = bytes_of_latin1(entry["raw"]);
    CAPTURE(entry["name"].get<std::string>());
    CAPTURE(raw);
    CAPTURE(verdict);
    AnswerReader reader;
    reader.start(false);
    reader.feed(raw);
    Read read = Read::need_more;
    do read = reader.next();
    while (read == Read::head || read == Read::piece);
    ++refused;
    // Refused at once, or never whole, or whole with bytes behind it that bar the connection's
    // reuse.
    const bool sound = read == Read::end && reader.reusable();
    CHECK_FALSE(sound);
  }
  CHECK(refused > 20);
}
