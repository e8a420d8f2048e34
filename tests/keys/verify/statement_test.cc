#include "keys/verify/statement.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "keyturn/limits.h"
#include "tests/keys/samples.h"

namespace keyturn {
namespace {

using tests::sample_command;
using tests::sample_login;
using tests::sample_word;

// DESIGN's example, with whole digests: the layout is a contract with everybody who signs.
constexpr std::string_view command_text =
    "keyturn/command/v1\n"
    "id 01JD8ZQ4X3\n"
    "class strike\n"
    "rule 2 of office:release-authority and 1 of institution:parliament|court across 3 "
    "institutions; veto 1 of office:judge-advocate\n"
    "effect Strike by uav-[003..004], uav-007 on \"grid 31U FQ 123\"\n"
    "systems uav-[003..004] uav-007 (weight 3)\n"
    "initiator alvarez (mod) through planner-7\n"
    "request POST fleet /api/v1/tasks 412 bytes "
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad nonce "
    "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\n"
    "share alvarez military 2 -> 4 of 8 (80)\n"
    "windows approve 30m delay 2m execute 10m lease 20m\n"
    "charter 1 sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
    "journal 1204 sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
    "expires 2026-11-21T23:40:00Z\n";

constexpr std::string_view veto_head =
    "keyturn/veto/v1\n"
    "deployment joint-autonomy\n"
    "approver haddad (parliament)\n"
    "signed-at 2026-11-21T22:58:04Z\n"
    "not-after 2026-11-21T23:40:00Z\n"
    "reason \"the \\\"grid\\\" is C:\\\\ a hospital\"\n"
    "--\n";

constexpr std::string_view login_text =
    "keyturn/login/v1\n"
    "deployment joint-autonomy\n"
    "origin http://127.0.0.1:9443\n"
    "person haddad\n"
    "signed-at 2026-11-21T22:58:04Z\n";

// `text` with the first `from` replaced; the test is wrong if it is not there.
std::string with(std::string_view text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string_view::npos);
  std::string out(text);
  return out.replace(at, from.size(), to);
}

TEST_CASE("the design's command text is read field by field and written back byte for byte [W2]") {
  const auto parsed = CommandText::parse(command_text);
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
  CHECK(parsed->to_text() == command_text);
  CommandText expected = sample_command();
  expected.request = sha256("abc");
  expected.charter = expected.journal_root = sha256("");
  CHECK(*parsed == expected);
  CHECK(expected.to_text() == command_text);
}

TEST_CASE("a command without systems, agent, shares or lease has a text of its own") {
  CommandText command = sample_command();
  command.systems.clear();
  command.weight = 0;
  command.agent.clear();
  command.shares.clear();
  command.windows.lease = {0};
  const std::string text = command.to_text();
  CHECK(text.find("\nsystems none\ninitiator alvarez (mod)\nrequest ") != std::string::npos);
  CHECK(text.find(" lease 0s\n") != std::string::npos);
  CHECK(CommandText::parse(text).value() == command);
}

TEST_CASE("a command of several classes names each with its rule and effect, by name [C4]") {
  CommandText command = sample_command();
  command.classes.push_back({"surge", "1 of office:fleet-commander", "More than 3 at once"});
  CHECK(CommandText::parse(command.to_text()).value() == command);
  std::swap(command.classes[0], command.classes[1]);
  CHECK(!CommandText::parse(command.to_text()).ok());
  command.classes[1] = command.classes[0];
  CHECK(!CommandText::parse(command.to_text()).ok());
  command.classes.clear();
  CHECK(!CommandText::parse(command.to_text()).ok());
}

TEST_CASE("a command text in any other than its one form is refused [W11]") {
  const std::pair<std::string_view, std::string_view> changes[] = {
      {"keyturn/command/v1", "keyturn/command/v2"},
      {"keyturn/command/v1", "keyturn/approval/v1"},
      {"id 01", "id  01"},
      {"id 01", "id -1"},
      {"id 01", "id 01 "},
      {"id 01JD8ZQ4X3\n", ""},
      {"id 01JD8ZQ4X3\n", "id\n"},
      {"id 01JD8ZQ4X3\n", "id \n"},
      {"id 01JD8ZQ4X3\n", "id 01JD8ZQ4X3\r\n"},
      {"id 01JD8ZQ4X3\n", "id 01JD8ZQ4X3\n\n"},
      {"class strike\n", "class Strike\n"},
      {"class strike\n", "class str_ike\n"},
      {"effect Strike", "effect  Strike"},
      {"effect Strike", "effect Str\tike"},
      {"effect Strike", "effect Str\xc3\xaeke"},
      {"effect Strike", "effect Str\x7fike"},
      {"FQ 123\"\n", "FQ 123\" \n"},
      {"systems uav-[003..004] uav-007 (weight 3)", "systems"},
      {"systems uav-[003..004] uav-007 (weight 3)", "systems (weight 3)"},
      {"systems uav-[003..004] uav-007 (weight 3)", "systems none (weight 3)"},
      {"systems uav-[003..004] uav-007 (weight 3)", "systems uav-007"},
      {"uav-[003..004] uav-007 (weight", "uav-[003..04] uav-007 (weight"},
      {"uav-[003..004] uav-007 (weight", "uav-[004..003] uav-007 (weight"},
      {"uav-[003..004] uav-007 (weight", "uav-[003..003] uav-007 (weight"},
      {"uav-[003..004] uav-007 (weight", "[003..004] uav-007 (weight"},
      {"uav-[003..004] uav-007 (weight", "uav-[003..004]  uav-007 (weight"},
      {"uav-[003..004] uav-007 (weight", "uav-[003..004], uav-007 (weight"},
      {"(weight 3)", "(weight 03)"},
      {"(weight 3)", "(weight 3) "},
      {"(weight 3)", "(weight -3)"},
      {"(weight 3)", "(weight 18446744073709551616)"},
      {"alvarez (mod)", "alvarez(mod)"},
      {"alvarez (mod)", "Alvarez (mod)"},
      {"alvarez (mod)", "alvarez (mod) (court)"},
      {"alvarez (mod)", "alvarez (mod) "},
      {"alvarez (mod)", "alvarez ()"},
      {"through planner-7", "through "},
      {"through planner-7", "through planner-7 through planner-8"},
      {"POST fleet", "post fleet"},
      {"POST fleet", "POST  fleet"},
      {"POST fleet", "POST Fleet"},
      {"/api/v1/tasks", "api/v1/tasks"},
      {"/api/v1/tasks", "/api/v1/tasks 413 bytes"},
      {"/api/v1/tasks", "http://fleet/api/v1/tasks"},
      {"412 bytes", "0412 bytes"},
      {"412 bytes", "+412 bytes"},
      {"412 bytes", "412 octets"},
      {"sha256:ba", "sha256:BA"},
      {"sha256:ba", "sha512:ba"},
      {"nonce a5", "nonce A5"},
      {"nonce a5", "nonce "},
      {"nonce a5", "nonce a5a5"},
      {"share alvarez", "share  alvarez"},
      {"share alvarez", "Share alvarez"},
      {"approve 30m", "approve 1800s"},
      {"approve 30m", "approve 030m"},
      {"approve 30m", "approve -30m"},
      {"approve 30m delay 2m", "delay 2m approve 30m"},
      {"lease 20m", "lease 20m "},
      {" lease 20m", ""},
      {"charter 1 ", "charter 01 "},
      {"charter 1 ", "charter  "},
      {"journal 1204 ", "journal 1204  "},
      {"2026-11-21T23:40:00Z", "2026-11-21T23:40:60Z"},
      {"2026-11-21T23:40:00Z", "2026-11-21 23:40:00Z"},
      {"00Z\n", "00Z"},
      {"00Z\n", "00Z\n\n"},
      {"00Z\n", "00Z\nexpires 2027-11-21T23:40:00Z\n"},
      {"00Z\n", "00Z\nshare alvarez military 0 -> 1 of 8 (80)\n"}};
  for (const auto& change : changes) {
    const std::string_view from = change.first;
    const std::string_view to = change.second;
    CAPTURE(from);
    CAPTURE(to);
    CHECK(!CommandText::parse(with(command_text, from, to)).ok());
  }
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n') + 1;
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& one : lines) out += one;
  return out;
}

template <class Parse>
void check_line_order(std::string_view text, Parse parse) {
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CAPTURE(lines[i]);
    const bool is_share = lines[i].starts_with("share ");  // any number of them may stand there
    auto changed = lines;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(parse(joined(changed)).ok() == is_share);
    changed = lines;
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    CHECK(parse(joined(changed)).ok() == is_share);
    if (i + 1 == lines.size()) continue;
    changed = lines;
    std::swap(changed[i], changed[i + 1]);
    CHECK(!parse(joined(changed)).ok());
  }
}

TEST_CASE("a statement whose lines are missing, doubled or exchanged is refused") {
  check_line_order(command_text, [](const std::string& t) { return CommandText::parse(t); });
  check_line_order(login_text, [](const std::string& t) { return Login::parse(t); });
  check_line_order(std::string(veto_head) + std::string(command_text),
                   [](const std::string& t) { return Word::parse(t); });
}

TEST_CASE("a statement that is cut anywhere is refused") {
  const std::string word = std::string(veto_head) + std::string(command_text);
  REQUIRE(Word::parse(word).ok());
  REQUIRE(Login::parse(login_text).ok());
  for (std::size_t size = 0; size < word.size(); ++size)
    CHECK(!Word::parse(word.substr(0, size)).ok());
  for (std::size_t size = 0; size < command_text.size(); ++size)
    CHECK(!CommandText::parse(command_text.substr(0, size)).ok());
  for (std::size_t size = 0; size < login_text.size(); ++size)
    CHECK(!Login::parse(login_text.substr(0, size)).ok());
}

TEST_CASE("whatever a parser accepts of a mutated statement, it writes back byte for byte") {
  const std::string word = std::string(veto_head) + std::string(command_text);
  std::size_t accepted = 0;
  const auto check = [&](const std::string& text) {
    if (const auto parsed = Word::parse(text); parsed.ok()) {
      CHECK(parsed->to_text() == text);
      CHECK(CommandText::parse(parsed->command).value().to_text() == parsed->command);
      ++accepted;
    }
  };
  for (std::size_t at = 0; at < word.size(); ++at)
    for (const char c : std::string("\n\r\t\0 0aA\"\\()[]:-Z\x7f\xc3", 19)) {
      std::string text = word;
      text[at] = c;
      check(text);
      check(word.substr(0, at) + c + word.substr(at));
    }
  CHECK(accepted > 100);  // other ids, efforts at other effects: well-formed, and other texts
}

// --- values made at random ---------------------------------------------------------------------

rc::Gen<std::string> text_of_characters(const std::string& characters, int least, int most) {
  return rc::gen::mapcat(rc::gen::inRange(least, most + 1), [characters](int size) {
    return rc::gen::container<std::string>(static_cast<std::size_t>(size),
                                           rc::gen::elementOf(characters));
  });
}

std::string range_of_characters(char first, char last) {
  std::string out;
  for (int c = first; c <= last; ++c) out += static_cast<char>(c);
  return out;
}

rc::Gen<std::string> any_id() {
  return rc::gen::map(text_of_characters("abcxyz0189-", 0, 20),
                      [](std::string tail) { return "k" + std::move(tail); });
}
rc::Gen<std::string> any_prose() {
  return rc::gen::map(text_of_characters(range_of_characters(' ', '~'), 0, 60),
                      [](const std::string& middle) { return "(" + middle + "\""; });
}
// What an attacker who controls a value would put there.
rc::Gen<std::string> hostile() {
  return rc::gen::oneOf(
      any_id(), any_prose(), rc::gen::arbitrary<std::string>(),
      rc::gen::element<std::string>(
          "", " ", "x\n", "\n", "x\nshare alvarez military 0 -> 0 of 8 (80)", "a b", "mod) (court",
          "x\nclass y\nrule z\neffect e", "none", "none (weight 0)", "uav-[1..2]", "/ 1 bytes ",
          "x through y", "strike\nrule a", "\x7f", "x\r", "\" --", "--", "a\"b", "é"));
}

Duration any_duration() { return {*rc::gen::inRange<std::int64_t>(0, 10000000)}; }
Time any_time() { return {*rc::gen::inRange<std::int64_t>(0, 253402300800)}; }
std::uint64_t any_number() { return *rc::gen::arbitrary<std::uint64_t>(); }
Digest any_digest() { return sha256(*rc::gen::arbitrary<std::string>()); }

CommandText any_command(const rc::Gen<std::string>& id, const rc::Gen<std::string>& prose) {
  CommandText out;
  out.id = *id;
  const int classes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < classes; ++i)
    out.classes.push_back({"c" + std::to_string(i) + *id, *prose, *prose});
  out.systems = *rc::gen::arbitrary<bool>() ? "" : *id + " " + *id + "[07..11]";
  out.weight = out.systems.empty() ? 0 : any_number();
  out.initiator = *id;
  out.institution = *id;
  out.agent = *rc::gen::arbitrary<bool>() ? "" : *id;
  out.method = *rc::gen::element<std::string>("GET", "POST", "M-SEARCH");
  out.endpoint = *id;
  out.target = "/" + *text_of_characters(range_of_characters('!', '~'), 0, 40);
  out.body_bytes = any_number();
  out.request = any_digest();
  out.nonce = any_digest().bytes;
  out.shares = *rc::gen::container<std::vector<std::string>>(
      static_cast<std::size_t>(*rc::gen::inRange(0, 4)), prose);
  out.windows = {any_duration(), any_duration(), any_duration(), any_duration()};
  out.charter_version = any_number();
  out.charter = any_digest();
  out.journal_size = any_number();
  out.journal_root = any_digest();
  out.expires = any_time();
  return out;
}

TEST_CASE("every command survives its text [W2]") {
  CHECK(rc::check("parse(to_text(x)) == x", [] {
    const CommandText command = any_command(any_id(), any_prose());
    const std::string text = command.to_text();
    const auto parsed = CommandText::parse(text);
    RC_ASSERT(parsed.ok());
    RC_ASSERT(*parsed == command);
    RC_ASSERT(parsed->to_text() == text);
  }));
}

TEST_CASE(
    "no value can pass for another field, line or command: it reads back as itself or not [W2]") {
  CHECK(rc::check("parse(to_text(x)) == x, or an error", [] {
    CommandText command = any_command(any_id(), any_prose());
    std::string* fields[] = {&command.id,
                             &command.systems,
                             &command.initiator,
                             &command.institution,
                             &command.agent,
                             &command.method,
                             &command.endpoint,
                             &command.target,
                             &command.classes[0].name,
                             &command.classes[0].rule,
                             &command.classes[0].effect};
    *fields[*rc::gen::inRange<std::size_t>(0, std::size(fields))] = *hostile();
    if (*rc::gen::arbitrary<bool>()) command.shares.push_back(*hostile());
    if (*rc::gen::inRange(0, 8) == 0) command.weight = any_number();
    const auto parsed = CommandText::parse(command.to_text());
    if (parsed.ok()) RC_ASSERT(*parsed == command);
  }));
  for (const std::int64_t seconds : {std::int64_t{-1}, INT64_MIN}) {
    CommandText command = sample_command();
    command.windows.delay = {seconds};
    CHECK(!CommandText::parse(command.to_text()).ok());
    command = sample_command();
    command.expires = {seconds};
    CHECK(!CommandText::parse(command.to_text()).ok());
  }
}

bool same(const Word& a, const Word& b) {
  return a.kind == b.kind && a.deployment == b.deployment && a.person == b.person &&
         a.institution == b.institution && a.signed_at == b.signed_at &&
         a.not_after == b.not_after && a.reason == b.reason && a.command == b.command;
}

TEST_CASE("every word survives its text, and no value of it passes for another") {
  CHECK(rc::check("parse(to_text(word)) == word, or an error", [] {
    Word word = sample_word(*rc::gen::elementOf(word_kinds));
    if (word.kind != WordKind::approval)
      word.reason = *text_of_characters(range_of_characters(' ', '~'), 0, 256);
    const auto plain = Word::parse(word.to_text());
    RC_ASSERT(plain.ok());
    RC_ASSERT(same(*plain, word));

    std::string* fields[] = {&word.deployment, &word.person, &word.institution, &word.reason,
                             &word.command};
    *fields[*rc::gen::inRange<std::size_t>(0, std::size(fields))] = *hostile();
    const auto parsed = Word::parse(word.to_text());
    if (parsed.ok()) RC_ASSERT(same(*parsed, word));
  }));
}

TEST_CASE("a veto says why, an approval does not, and both carry the command verbatim") {
  const Word veto = Word::parse(std::string(veto_head) + std::string(command_text)).value();
  CHECK(veto.kind == WordKind::veto);
  CHECK(veto.reason == "the \"grid\" is C:\\ a hospital");
  CHECK(veto.command == command_text);
  Word word = sample_word(WordKind::approval);
  CHECK(word.to_text().find("reason") == std::string::npos);
  CHECK(
      word.to_text().starts_with("keyturn/approval/v1\ndeployment joint-autonomy\n"
                                 "approver haddad (parliament)\nsigned-at "));
  word.reason = "because";
  CHECK(!Word::parse(word.to_text()).ok());
  word = sample_word(WordKind::veto);
  word.reason.clear();
  CHECK(Word::parse(word.to_text()).value().reason.empty());
}

TEST_CASE("a word in any other than its one form is refused [W11]") {
  const std::string word = std::string(veto_head) + std::string(command_text);
  const std::pair<std::string_view, std::string_view> changes[] = {
      {"keyturn/veto/v1", "keyturn/approval/v1"},  // then the reason has no place
      {"keyturn/veto/v1", "keyturn/consent/v1"},
      {"keyturn/veto/v1", "keyturn/cancellation/v1"},  // whose signer is the initiator
      {"deployment joint-autonomy", "deployment Joint"},
      {"approver haddad (parliament)", "approver haddad"},
      {"approver haddad (parliament)", "approver haddad (parliament) "},
      {"approver haddad (parliament)", "approver haddad (parliament) through bot"},
      {"not-after 2026-11-21T23:40:00Z", "not-after 2026-11-21T22:58:03Z"},  // before signed-at
      {"reason \"the", "reason the"},
      {"reason \"the", "reason \"the\" \""},
      {"reason \"the", "reason \"\\the"},
      {"reason \"the", "reason \"\\u0074he"},
      {"hospital\"", "hospital\\\""},
      {"hospital\"", "hospital\" "},
      {"--\n", "---\n"},
      {"--\n", "--\n--\n"},
      {"--\n", ""},
      {"keyturn/command/v1", "keyturn/command/v2"}};
  for (const auto& change : changes) {
    const std::string_view from = change.first;
    const std::string_view to = change.second;
    CAPTURE(from);
    CAPTURE(to);
    CHECK(!Word::parse(with(word, from, to)).ok());
  }
}

TEST_CASE(
    "a command text has at most statement_bytes_max bytes, and every such one can be voted on "
    "[C8]") {
  CommandText command = sample_command();
  const std::size_t room = statement_bytes_max - command.to_text().size();
  command.classes[0].effect += std::string(room, 'x');
  CHECK(command.to_text().size() == statement_bytes_max);
  CHECK(CommandText::parse(command.to_text()).ok());
  // The longest word there can be on the longest command.
  Word word = sample_word(WordKind::veto);
  word.deployment = word.person = word.institution = std::string(name_bytes_max, 'a');
  word.reason = std::string(reason_bytes_max, '"');
  word.command = command.to_text();
  CHECK(Word::parse(word.to_text()).ok());
  word.reason += '"';
  CHECK(!Word::parse(word.to_text()).ok());
  word.reason.clear();
  word.person += 'a';
  CHECK(!Word::parse(word.to_text()).ok());

  command.classes[0].effect += 'x';
  CHECK(CommandText::parse(command.to_text()).error().code == Code::too_large);
}

TEST_CASE("a login is read field by field, and in no other form [W10]") {
  const Login login = Login::parse(login_text).value();
  CHECK(login.deployment == "joint-autonomy");
  CHECK(login.origin == "http://127.0.0.1:9443");
  CHECK(login.person == "haddad");
  CHECK(login.signed_at == tests::time_of("2026-11-21T22:58:04Z"));
  CHECK(sample_login().to_text() == login_text);
  for (const std::string_view origin :
       {"", "127.0.0.1", "http://", "ftp://x", "http://a b", "http://a\nperson x", "HTTP://x"}) {
    CAPTURE(origin);
    Login other = sample_login();
    other.origin = origin;
    CHECK(!Login::parse(other.to_text()).ok());
  }
  Login other = sample_login();
  other.origin += std::string(login_origin_bytes_max, 'x');
  CHECK(!Login::parse(other.to_text()).ok());
}

}  // namespace
}  // namespace keyturn
