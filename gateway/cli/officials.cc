// pending, show, shares, approve, veto: an official's side of the officials' API. What is signed is
// recomputed here, on the official's own computer, from the body and his own charter [W2].
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/http/client.h"
#include "gateway/officials/recompute.h"
#include "gateway/world/clock.h"
#include "gateway/world/log.h"

namespace keyturn::cli {
namespace {

using Json = nlohmann::ordered_json;

// As the gateway sent it: for checks and comparisons.
std::string raw_text_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// For a terminal: a gateway that lies must not be able to repaint what the official reads [T32].
std::string text_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end()) return {};
  return escaped(found->is_string() ? found->get<std::string>()
                                    : found->dump(-1, ' ', true, Json::error_handler_t::replace));
}

// One official at one gateway.
class Session {
 public:
  static Result<Session> open(const Official& options) {
    TRY(auto charter, load_charter_file(options.charter));
    TRY(OpenedKey opened, open_key(options.key, options.passphrase_file));
    const auto person = charter->find_person(opened.name);
    if (!person) {
      return Error{Code::not_found, "the charter has no person `" + opened.name + "`, whose key `" +
                                        options.key + "` is"};
    }
    TRY(auto tls, tls_client(options.ca));
    std::string url = options.url;
    while (!url.empty() && url.back() == '/') url.pop_back();
    return Session(std::move(url), std::move(tls), std::move(charter), std::move(opened), *person);
  }

  Result<Json> get(const std::string& path) const {
    HttpCall call = call_of(path);
    Login login{charter_->name, url_, key_.name, SystemClock().now()};
    call.fields.push_back(
        {"Authorization",
         "Keyturn-Login " + base64_encode(bytes_of(key_.key.sign_login(login, Domain::live)))});
    return json_of(call);
  }

  Result<std::string> checkpoint() const {
    const HttpCall call = call_of("/v1/checkpoint");
    TRY(const HttpResponse answer, http_request(call));
    if (answer.status != 200) return Error{Code::unavailable, "the gateway gives no checkpoint"};
    return answer.body;
  }

  Result<Json> speak(const Word& word, const std::string& id) const {
    HttpCall call = call_of("/v1/commands/" + id + "/words");
    call.method = Method::post;
    call.fields.push_back({"Content-Type", "text/plain; charset=utf-8"});
    call.body = key_.key.sign_word(word, Domain::live);
    return json_of(call);
  }

  Word word(WordKind kind, const CommandText& command, const std::string& text) const {
    const Person& person = charter_->person(person_);
    Word out;
    out.kind = kind;
    out.deployment = charter_->name;
    out.person = person.name;
    out.institution = charter_->institution(person.institution).name;
    out.signed_at = SystemClock().now();
    out.not_after = std::max(command.expires, out.signed_at);
    out.command = text;
    return out;
  }

  std::shared_ptr<const Charter> charter() const { return charter_; }

 private:
  Session(std::string url, std::shared_ptr<const TlsClient> tls,
          std::shared_ptr<const Charter> charter, OpenedKey key, PersonId person)
      : url_(std::move(url)),
        tls_(std::move(tls)),
        charter_(std::move(charter)),
        key_(std::move(key)),
        person_(person) {}

  HttpCall call_of(const std::string& path) const {
    HttpCall call;
    call.url = url_ + path;
    call.tls = tls_;
    return call;
  }

  static Result<Json> json_of(const HttpCall& call) {
    TRY(const HttpResponse answer, http_request(call));
    Json json = Json::parse(answer.body, nullptr, false);
    if (answer.status >= 300) {
      std::string message = "the gateway answered " + std::to_string(answer.status);
      if (json.is_object() && json.value("detail", Json()).is_string()) {
        message += ": " + escaped(json["detail"].get<std::string>());
      }
      if (json.is_object() && json.contains("reasons") && json["reasons"].is_array()) {
        for (std::size_t i = 1; i < json["reasons"].size(); ++i) {
          message += "; " + text_at(json["reasons"][i], "text");
        }
      }
      return Error{Code::forbidden, message};
    }
    if (!json.is_object()) return Error{Code::invalid, "the gateway's answer is no JSON object"};
    return json;
  }

  std::string url_;
  std::shared_ptr<const TlsClient> tls_;
  std::shared_ptr<const Charter> charter_;
  OpenedKey key_;
  PersonId person_;
};

Result<BodyRecord> record_of(const Json& json) {
  try {
    BodyRecord record;
    TRY(const std::string nonce, hex_decode(json.at("nonce").get<std::string>()));
    TRY(record.nonce, to_array<32>(nonce));
    record.method = json.at("method").get<std::string>();
    record.endpoint = json.at("endpoint").get<std::string>();
    record.target = json.at("target").get<std::string>();
    for (const Json& header : json.at("headers")) {
      record.headers.emplace_back(header.at(0).get<std::string>(), header.at(1).get<std::string>());
    }
    record.principal = json.at("principal").get<std::string>();
    TRY(record.body, base64_decode(json.at("body").get<std::string>()));
    return record;
  } catch (const Json::exception&) {
    return Error{Code::invalid, "the gateway's answer is not a filed request"};
  }
}

void print_text(std::FILE* out, std::string_view text, std::string_view indent) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    std::fprintf(out, "%.*s%s\n", static_cast<int>(indent.size()), indent.data(),
                 escaped(line).c_str());
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

void print_words(const Json& json, const char* name) {
  if (!json.contains(name) || json[name].empty()) return;
  std::printf("%s:\n", name);
  for (const Json& word : json[name]) {
    std::printf("  %s (%s) at %s\n", text_at(word, "person").c_str(),
                text_at(word, "institution").c_str(), text_at(word, "at").c_str());
  }
}

void print_reasons(const Json& json, const char* name, const char* title) {
  if (!json.contains(name) || json[name].empty()) return;
  std::printf("%s:\n", title);
  for (const Json& reason : json[name]) std::printf("  %s\n", text_at(reason, "text").c_str());
}

void print_shares_now(std::FILE* out, const Json& json) {
  if (!json.contains("shares_now") || json["shares_now"].empty()) return;
  std::fprintf(out, "shares now:\n");
  for (const Json& share : json["shares_now"])
    std::fprintf(out, "  %s\n", text_at(share, "text").c_str());
}

void print_command(const Json& json) {
  std::printf("%s  %s  %s%s%s  %s\n", text_at(json, "id").c_str(), text_at(json, "state").c_str(),
              text_at(json, "initiator").c_str(), json.contains("agent") ? " through " : "",
              text_at(json, "agent").c_str(), text_at(json, "systems").c_str());
  print_words(json, "approvals");
  print_words(json, "vetoes");
  print_reasons(json, "outstanding", "still wanted");
  if (json.contains("status")) std::printf("answered: %s\n", text_at(json, "status").c_str());
}

template <class Print>
int read(const OfficialRead& options, const std::string& path, Print print) {
  const auto session = Session::open(options.official);
  if (!session.ok()) return fail(session.error());
  const auto json = session->get(path);
  if (!json.ok()) {
    fail(json.error());
    return 1;
  }
  if (options.official.json) {
    std::printf("%s\n", json->dump(2, ' ', true, Json::error_handler_t::replace).c_str());
  } else {
    print(*json);
  }
  return 0;
}

struct Checked {
  Json command;
  std::string text;
  CommandText parsed;
  std::string warning;  // why it could not be recomputed
};

Result<CommandText> check(const Session& session, const std::string& id, const std::string& text) {
  TRY(const Json body, session.get("/v1/commands/" + id + "/body"));
  TRY(const BodyRecord record, record_of(body));
  TRY(const CommandText command, recompute(session.charter(), text, record, SystemClock().now()));
  TRY(const std::string checkpoint, session.checkpoint());
  CHECK_OK(check_position(*session.charter(), command, checkpoint));
  return command;
}

// Fetches command and body, and recomputes the one from the other and our own charter. Without
// that, an approval is not signed; a veto is, since it can only stop what is held under this text.
Result<Checked> fetch_and_check(const Session& session, const std::string& id, WordKind kind) {
  Checked out;
  TRY(out.command, session.get("/v1/commands/" + id));
  out.text = raw_text_at(out.command, "text");
  auto checked = check(session, id, out.text);
  if (!checked.ok()) {
    if (kind == WordKind::approval) return std::move(checked).error();
    out.warning = checked.error().message;
    checked = CommandText::parse(out.text);
  }
  TRY(out.parsed, std::move(checked));
  if (out.parsed.id != id) {
    return Error{Code::forbidden, "the gateway shows another command than `" + id + "`"};
  }
  return out;
}

int say(const OfficialWord& options, WordKind kind) {
  const auto session = Session::open(options.official);
  if (!session.ok()) return fail(session.error());
  const auto checked = fetch_and_check(*session, options.id, kind);
  if (!checked.ok()) {
    fail(checked.error());
    return 1;
  }
  Word word = session->word(kind, checked->parsed, checked->text);
  word.reason = options.reason;
  // Where the answer is JSON, people still see what they sign, beside it; and it stands last, right
  // above the question.
  std::FILE* screen = options.official.json ? stderr : stdout;
  print_shares_now(screen, checked->command);
  std::fprintf(screen, "You sign this %s, every byte of it:\n",
               std::string(word_kind_name(kind)).c_str());
  print_text(screen, word.to_text(), "  ");
  std::fprintf(screen, "%s\n",
               checked->warning.empty() ? "It is what the request and your charter say."
                                        : ("WARNING: " + escaped(checked->warning)).c_str());
  std::fflush(screen);
  if (!options.yes && !asked_and_agreed("Sign?")) {
    return fail("nothing was signed (say `yes`, or give --yes where there is no terminal)");
  }
  const auto answer = session->speak(word, options.id);
  if (!answer.ok()) {
    fail(answer.error());
    return 1;
  }
  if (options.official.json) {
    std::printf("%s\n", answer->dump(2, ' ', true, Json::error_handler_t::replace).c_str());
    return 0;
  }
  const bool recorded = answer->value("recorded", false);
  std::printf("%s %s for %s\n",
              recorded ? "recorded:" : "recorded before:", text_at(*answer, "word").c_str(),
              options.id.c_str());
  print_reasons(*answer, "notes", "it adds nothing now");
  if (answer->value("stopped", false)) std::printf("the command is stopped\n");
  return 0;
}

}  // namespace

int pending(const OfficialRead& options) {
  return read(options, "/v1/commands", [](const Json& json) {
    if (json["commands"].empty()) std::printf("nothing is held that you may read\n");
    for (const Json& command : json["commands"]) print_command(command);
  });
}

int show(const OfficialRead& options) {
  return read(options, "/v1/commands/" + options.id, [](const Json& json) {
    print_text(stdout, raw_text_at(json, "text"), "");
    std::printf("\n");
    print_command(json);
    print_shares_now(stdout, json);
  });
}

int shares(const OfficialRead& options) {
  return read(options, "/v1/shares", [](const Json& json) {
    if (json["shares"].empty()) std::printf("nobody directs anything that a limit speaks of\n");
    for (const Json& share : json["shares"]) {
      std::printf("%-24s %s of %s allowed (%s registered)  limit %s\n",
                  text_at(share, "subject").c_str(), text_at(share, "before").c_str(),
                  text_at(share, "allowed").c_str(), text_at(share, "registered").c_str(),
                  text_at(share, "limit").c_str());
    }
    for (const Json& lease : json["leases"]) {
      std::printf("lease %s  %s (weight %s) until %s\n", text_at(lease, "command").c_str(),
                  text_at(lease, "systems").c_str(), text_at(lease, "weight").c_str(),
                  text_at(lease, "until").c_str());
    }
  });
}

int approve(const OfficialWord& options) { return say(options, WordKind::approval); }
int veto(const OfficialWord& options) { return say(options, WordKind::veto); }

}  // namespace keyturn::cli
