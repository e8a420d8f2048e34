// The tools over a charter: recorded requests, the judge, the rehearsal, cases, trials, JSON.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gateway/charter/cases.h"
#include "gateway/charter/charter_json.h"
#include "gateway/charter/explain_request.h"
#include "gateway/charter/rehearsal.h"
#include "gateway/charter/trial.h"
#include "policy/charter/format/format.h"
#include "policy/charter/load.h"
#include "tests/policy/decide/deployment.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::charter_text;
using testing::defence;

std::shared_ptr<const Charter> charter() { return testing::load(defence); }

std::shared_ptr<const Cast> cast() {
  auto out = cast_of(*charter());
  REQUIRE(out.ok());
  return std::make_shared<const Cast>(std::move(out).value());
}

constexpr std::string_view strike_line =
    R"({"method":"POST","target":"/api/v1/tasks","headers":{"content-type":"application/json"},)"
    R"("body":"{\"specification\":{\"@type\":\"Strike\",\"objective\":\"x\"},\"relations\":{\"assignee\":[{\"entityId\":\"uav-001\"}]}}"})";

RecordedRequest recorded(std::string_view json) {
  auto out = read_recorded(json);
  REQUIRE_MESSAGE(out.ok(), (out.ok() ? "" : out.error().message));
  return std::move(out).value();
}

TEST_CASE("a request is read alike from a line and from an entry of HAR") {
  const RecordedRequest line = recorded(strike_line);
  const RecordedRequest har = recorded(
      R"({"startedDateTime":"x","request":{"method":"POST","url":"http://fleet.example/api/v1/tasks",)"
      R"("headers":[{"name":":authority","value":"fleet.example"},{"name":"Content-Type","value":"application/json"},)"
      R"({"name":"Content-Length","value":"9"}],)"
      R"("postData":{"mimeType":"application/json","text":"{\"specification\":{\"@type\":\"Strike\",\"objective\":\"x\"},\"relations\":{\"assignee\":[{\"entityId\":\"uav-001\"}]}}"}}})");
  CHECK(har.method == line.method);
  CHECK(har.target == line.target);
  CHECK(har.body == line.body);
  CHECK(har.fields == line.fields);
  CHECK(har.host == "fleet.example");
  CHECK(recorded(R"({"method":"GET","url":"http://a:1?x=1#part"})").target == "/?x=1");
  CHECK(recorded(R"({"method":"GET","target":"/","body_base64":"aGk="})").body == "hi");
}

TEST_CASE("a record that is no request is refused with what is wrong") {
  for (const auto& [json, what] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"{", "not one JSON value"},
           {"[]", "not an object"},
           {R"({"target":"/"})", "no `method`"},
           {R"({"method":1,"target":"/"})", "`method` is not a string"},
           {R"({"method":"GET"})", "no `target`"},
           {R"({"method":"GET","url":"/x"})", "not absolute"},
           {R"({"method":"GET","target":"/","headers":[1]})", "a header is not an object"},
           {R"({"method":"GET","target":"/","headers":{"a":1}})", "`a` is not a string"},
           {R"({"method":"GET","target":"/","body":"","body_base64":""})", "both"},
           {R"({"method":"GET","target":"/","body_base64":"?"})", "not base64"},
           {R"({"request":{"method":"GET","url":"http://a/","postData":{"params":[]}}})", "params"},
       }) {
    const auto out = read_recorded(json);
    REQUIRE_FALSE(out.ok());
    CHECK_MESSAGE(out.error().message.find(what) != std::string::npos, out.error().message);
  }
}

TEST_CASE("the judge refuses what the gateway's own reader refuses, before any class is asked") {
  Judge judge(charter());
  RecordedRequest request = recorded(strike_line);
  CHECK(judge.judge(request).kind == Judgement::Kind::gated);
  CHECK(judge.judge(request).classes == std::vector<std::string>{"strike"});
  request.fields.emplace_back("x-bad", "a\r\nhost: b");
  CHECK(judge.judge(request).reasons.front().code == "head");
  request.fields.back() = {"x_bad", "a"};
  CHECK(judge.judge(request).kind == Judgement::Kind::refused);
  request.fields.pop_back();
  request.target = "/api/v1/../v1/tasks";
  CHECK(judge.judge(request).reasons.front().code == "target");
  request.target = "/api/v1/tasks";
  request.body.insert(1, "\"specification\":{},");
  CHECK(judge.judge(request).reasons.front().code == "invalid");  // a member twice [C3]
}

TEST_CASE("a cast has other keys, other tools have none of them, and it differs in nothing else") {
  const auto original = charter();
  const auto copy = cast();
  REQUIRE(copy->charter->text.size() == original->text.size());
  CHECK(copy->charter->digest != original->digest);
  for (std::size_t i = 0; i < original->persons.size(); ++i) {
    CHECK(copy->charter->persons[i].name == original->persons[i].name);
    REQUIRE(copy->charter->persons[i].keys.size() == original->persons[i].keys.size());
    CHECK(copy->charter->persons[i].keys != original->persons[i].keys);
    for (const PublicKey& key : copy->charter->persons[i].keys) CHECK(copy->keys.count(key) == 1);
  }
  CHECK(copy->charter->journal_key != original->journal_key);
}

std::string failure_of(std::string_view steps) {
  const auto cases = parse_cases("case one\n" + std::string(steps), "t");
  REQUIRE_MESSAGE(cases.ok(), (cases.ok() ? "" : cases.error().message));
  const auto ran = run_case(cases->front(), cast());
  REQUIRE(ran.ok());
  if (ran->failures.empty()) return "";
  const CaseFailure& failure = ran->failures.front();
  return std::to_string(failure.line) + " " + failure.expected + " | " + failure.got;
}

const std::string strike_step =
    "  POST /api/v1/tasks\n  as planner-7\n"
    "  body "
    "{\"specification\":{\"@type\":\"Strike\",\"objective\":\"x\"},\"relations\":{\"assignee\":[{"
    "\"entityId\":\"uav-001\"}]}}\n";

TEST_CASE("a case is decided by classify and decide, from the proposal to the claim [Q4 S2]") {
  CHECK(failure_of(strike_step +
                   "  held as strike\n  lacks quorum\n  approve brandt, farouk, duarte\n"
                   "  may not be claimed\n  claim: refused delay\n  wait 2m\n  may be claimed\n"
                   "  claim\n  directs alvarez military/air 1\n  claim: refused claimed\n") == "");
  CHECK(failure_of(strike_step + "  held as strike\n  approve castell, brandt: adds nothing\n") ==
        "6 adds nothing | castell: taken");
  CHECK(failure_of(strike_step + "  held as strike\n  veto gupta: stops\n") == "");
  CHECK(failure_of(strike_step +
                   "  held as strike\n  cancel\n  approve brandt: refused cancelled\n") == "");
}

TEST_CASE("a case that comes out otherwise says what was expected and what came") {
  CHECK(failure_of(strike_step + "  passes\n").substr(0, 25) == "5 passes | held as strike");
  CHECK(failure_of(strike_step + "  held as helpful-only\n") ==
        "5 held as helpful-only | held as strike");
  const std::string refused = failure_of(strike_step + "  held as strike\n  approve alvarez\n");
  CHECK_MESSAGE(refused.substr(0, 37) == "6 taken | alvarez: refused initiator ", refused);
  CHECK(failure_of(strike_step + "  held as strike\n  directs alvarez military 3\n") ==
        "6 alvarez directs weight 3 in military | alvarez directs weight 0 in military");
}

TEST_CASE("names that a charter does not have are answered with the nearest that it has") {
  CHECK(failure_of(strike_step + "  held as strike\n  approve farouq\n") ==
        "6 taken | the charter has no person `farouq`; did you mean `farouk`?");
  CHECK(failure_of(strike_step + "  held as strike\n  approve planner-7\n") ==
        "6 taken | `planner-7` is an agent; only persons approve");
  CHECK(failure_of(strike_step + "  held as strike\n  directs alvarez militray 0\n") ==
        "6 alvarez directs weight 0 in militray | the charter has no pool `militray`; did you mean "
        "`military`?");
}

TEST_CASE("a file of cases that cannot be read says in which line") {
  for (const auto& [text, what] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"", "t:0: no `case NAME`"},
           {"csae x\n",
            "t:1: expected `case NAME` or `body NAME` in column 1, found `csae`; did you "
            "mean `case`?"},
           {"  wait 2m\n", "t:1: an indented line belongs to a case"},
           {"case x\n  aprove brandt\n", "did you mean `approve`?"},
           {"case x\n  GET /a\n", "says not what becomes of it"},
           {"case x\n  GET /a\n  wait 2m\n", "t:3: the request before"},
           {"case x\n  passes\n", "t:2: this says what becomes of a request"},
           {"case x\n  wait 120s\n", "t:2: expected a time"},
           {"case x\n  GET /a\n  body two\n", "no body `two` stands above"},
           {"case x\ncase y\n  wait 2m\n", "t:2: the case before this asks nothing"},
           {"body a\n", "expected `body NAME` and the body's text"},
       }) {
    const auto out = parse_cases(text, "t");
    REQUIRE_FALSE(out.ok());
    CHECK_MESSAGE(out.error().message.find(what) != std::string::npos, out.error().message);
  }
}

class TrafficFile {
 public:
  explicit TrafficFile(std::string_view text)
      : path_(std::filesystem::temp_directory_path() /
              ("keyturn-traffic-" + std::to_string(::getpid()))) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TrafficFile() { std::filesystem::remove(path_); }
  std::string name() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string tally(const Trial& trial) {
  std::string out;
  for (const char* outcome : {"pass", "gated", "refused", "unmatched", "unreadable"})
    out += std::to_string(trial.count(outcome)) + " ";
  return out;
}

TEST_CASE("a trial counts what would pass, be gated, refused, unmatched, and what cannot be read") {
  auto trial = Trial::open(charter(), "");
  REQUIRE(trial.ok());
  const TrafficFile file(std::string(strike_line) + "\n" +
                         "{\"method\":\"GET\",\"target\":\"/api/v1/entities/uav-001\"}\n" + "\n" +
                         "{not json\n" + "{\"method\":\"GET\",\"target\":\"/nowhere\"}\n" +
                         "{\"method\":\"BREW\",\"target\":\"/api/v1/tasks\"}\n");
  std::vector<std::uint64_t> numbers;
  REQUIRE(read_traffic(file.name(), [&](std::uint64_t number, const auto& request) {
            numbers.push_back(number);
            trial->add(number, request);
          }).ok());
  CHECK(numbers == std::vector<std::uint64_t>{1, 2, 4, 5, 6});
  CHECK(tally(*trial) == "1 1 1 1 1 ");
  CHECK(trial->unsent() == 1);
}

TEST_CASE("a trial asks who may begin and what limits allow, where somebody sent it [S1 C4]") {
  auto trial = Trial::open(charter(), "nowak");
  REQUIRE(trial.ok());
  trial->add(1, recorded(strike_line));
  CHECK(tally(*trial) == "0 0 1 0 0 ");
  CHECK(trial->groups().begin()->first.name == "by");
  RecordedRequest own = recorded(strike_line);
  own.principal = "planner-7";
  trial->add(2, own);
  CHECK(trial->count("gated") == 1);
  own.principal = "planner-8";
  trial->add(3, own);
  CHECK(trial->count("refused") == 2);
  RecordedRequest by_token = recorded(strike_line);
  by_token.fields.emplace_back("authorization", "Bearer " + testing::test_token("planner-7"));
  auto nobody = Trial::open(charter(), "");
  nobody->add(4, by_token);
  CHECK(nobody->unsent() == 0);
  CHECK(tally(*nobody) == "0 1 0 0 0 ");
  CHECK_FALSE(Trial::open(charter(), "alvares").ok());
}

TEST_CASE("a HAR file is read entry by entry, and one that is cut short says where it ended") {
  const std::string entry =
      R"({"request":{"method":"GET","url":"http://h/api/v1/entities/a","headers":[]},"response":{"request":{}}})";
  const auto read = [](std::string_view text, std::vector<std::uint64_t>& numbers) {
    const TrafficFile file(text);
    return read_traffic(file.name(), [&](std::uint64_t number, const auto& request) {
      CHECK(request.ok());
      numbers.push_back(number);
    });
  };
  std::vector<std::uint64_t> numbers;
  CHECK(read(" {\n \"log\": {\"version\":\"1.2\",\"pages\":[{\"id\":\"a\"}],\"entries\":[" + entry +
                 "," + entry + "]}}",
             numbers)
            .ok());
  CHECK(numbers == std::vector<std::uint64_t>{1, 2});
  numbers.clear();
  const auto cut = read("{\"log\":{\"entries\":[" + entry + ",{\"requ", numbers);
  REQUIRE_FALSE(cut.ok());
  CHECK(cut.error().message.find("behind entry 1") != std::string::npos);
  CHECK(numbers == std::vector<std::uint64_t>{1});
}

TEST_CASE(
    "one request explained: whose approval counts, who could still supply what, whose share") {
  const auto law = charter();
  auto standing = standing_of_nothing(law);
  REQUIRE(standing.ok());
  const auto out = explain_request(*standing, law, recorded(strike_line), "planner-7",
                                   {"brandt", "castell", "alvarez"});
  REQUIRE(out.ok());
  CHECK(out->passes_or_may_be_approved);
  for (const std::string_view part :
       {"of class strike at fleet", "alvarez is responsible for it",
        "brandt's approval counts for strike", "castell's approval adds nothing for strike",
        "alvarez's approval can never count for strike", "Class strike has no quorum yet",
        "farouk (parliament)", "alvarez military 0 -> 1 of 8 (80)", "gupta (court)"})
    CHECK_MESSAGE(out->text.find(part) != std::string::npos, part, "\n", out->text);
  // Whoever cannot help is not among those who could.
  const std::string who = out->text.substr(out->text.find("Who could bring it nearer"));
  CHECK(who.substr(0, who.find('.')).find("castell") == std::string::npos);
}

TEST_CASE("an explanation names a refusal's reasons, and a pass by its name") {
  const auto law = charter();
  auto standing = standing_of_nothing(law);
  const auto refused = explain_request(*standing, law, recorded(strike_line), "nowak", {});
  REQUIRE(refused.ok());
  CHECK_FALSE(refused->passes_or_may_be_approved);
  CHECK(refused->text.find("not this initiator's to begin") != std::string::npos);
  const auto pass = explain_request(
      *standing, law, recorded(R"({"method":"GET","target":"/api/v1/entities/a"})"), "", {});
  REQUIRE(pass.ok());
  CHECK(pass->text.find("passes at once, as telemetry") != std::string::npos);
  CHECK_FALSE(explain_request(*standing, law, recorded(strike_line), "planner-7", {"brand"}).ok());
}

TEST_CASE("a charter's JSON says what the charter says, formatted or not") {
  const auto law = charter();
  auto json = nlohmann::json::parse(charter_json(*law));
  CHECK(json["format"] == "keyturn-charter/1");
  CHECK(json["digest"] == law->digest.to_string());
  CHECK(json["persons"].size() == law->persons.size());
  CHECK(json["classes"][1]["name"] == "strike");
  CHECK(json["classes"][1]["rule"]["windows"]["lease_seconds"] == 1200);
  CHECK(json["classes"][1]["effect"] == "Strike by {systems} on {body /specification/objective}");
  CHECK(json["limits"][0]["allowed"] == 8);
  CHECK(json["supply"].size() == 1);
  CHECK(json["amend"].is_null());
  const CharterFormat formatted = format_charter(law->text);
  REQUIRE(formatted.errors.empty());
  const CharterLoad again = load_charter(formatted.text);
  REQUIRE(again.charter != nullptr);
  auto other = nlohmann::json::parse(charter_json(*again.charter));
  json.erase("digest");
  other.erase("digest");
  CHECK(other == json);
}

}  // namespace
}  // namespace keyturn
