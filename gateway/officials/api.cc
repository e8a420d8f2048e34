#include "gateway/officials/api.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "gateway/officials/view.h"
#include "gateway/proxy/refusal.h"

namespace keyturn {
namespace {

constexpr std::string_view commands_path = "/v1/commands";
constexpr std::string_view login_scheme = "Keyturn-Login ";

bool selects_any(const std::vector<Selector>& selectors, PersonId person) {
  return std::any_of(selectors.begin(), selectors.end(),
                     [person](const Selector& one) { return one.selects(person); });
}

Response text_response(std::string text) {
  Response response;
  response.fields = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}};
  response.body = std::move(text);
  return response;
}

// Somebody may not learn of a command that he may not read: both are the same answer.
Response no_such_command() { return refusal(404, "not-found", "no such command for this reader"); }

Response spoken(const Decision& decision, WordKind kind) {
  if (decision.kind == Decision::Kind::refused) return refusal(decision.reasons());
  nlohmann::ordered_json json;
  json["word"] = word_kind_name(kind);
  json["recorded"] = decision.kind == Decision::Kind::granted;
  auto& notes = json["notes"] = nlohmann::ordered_json::array();
  for (const Event& event : decision.events) {
    if (const auto* approved = std::get_if<event::Approved>(&event)) {
      for (const Reason& note : approved->notes) {
        notes.push_back({{"code", note.code}, {"text", note.text}});
      }
    }
    if (const auto* vetoed = std::get_if<event::Vetoed>(&event)) json["stopped"] = vetoed->stopped;
  }
  return json_response(decision.kind == Decision::Kind::granted ? 201 : 200, json.dump(2) + "\n");
}

}  // namespace

bool may_read(const Charter& charter, const Command& command, PersonId person) {
  if (selects_any(charter.readers, person) || command.principal.person == person) return true;
  return std::any_of(command.classes.begin(), command.classes.end(), [&](ClassId id) {
    const Rule& rule = charter.klass(id).rule;
    return selects_any(rule.selectors, person) ||
           (rule.veto_count > 0 && rule.veto.selects(person));
  });
}

OfficialsApi::OfficialsApi(std::shared_ptr<const Charter> charter, Sequencer& sequencer,
                           const Bodies& bodies, Clock& clock, std::string origin,
                           const ServiceState& state)
    : charter_(std::move(charter)),
      sequencer_(sequencer),
      bodies_(bodies),
      clock_(clock),
      origin_(std::move(origin)),
      state_(state) {}

void OfficialsApi::handle(std::shared_ptr<Exchange> exchange) {
  const Request& request = exchange->request();
  const std::string_view path = request.path;
  const bool get = request.method == Method::get;
  if (get && path == "/healthz") return exchange->respond(text_response("ok\n"));
  if (get && path == "/readyz") {
    return exchange->respond(sequencer_.ready()
                                 ? text_response("ready\n" + state_.remarks())
                                 : refusal(503, "not-ready", "gated requests are not decided now"));
  }
  if (get && path == "/v1/checkpoint") return checkpoint(std::move(exchange));

  std::string id;
  std::string_view part;
  if (path.substr(0, commands_path.size() + 1) == std::string(commands_path) + "/") {
    const std::string_view rest = path.substr(commands_path.size() + 1);
    const std::size_t slash = rest.find('/');
    id = std::string(rest.substr(0, slash));
    if (slash != std::string_view::npos) part = rest.substr(slash + 1);
  }
  if (request.method == Method::post && !id.empty() && part == "words") {
    return speak(std::move(exchange), id);
  }
  const bool known = get && (path == commands_path || path == "/v1/shares" ||
                             (!id.empty() && (part.empty() || part == "body")));
  if (!known) return exchange->respond(refusal(404, "not-found", "no such resource"));
  const auto person = reader(request);
  if (!person.ok()) return exchange->respond(refusal(person.error()));
  if (path == "/v1/shares") return shares(std::move(exchange), *person);
  if (id.empty()) return list(std::move(exchange), *person);
  if (part == "body") return body(std::move(exchange), *person, id);
  show(std::move(exchange), *person, id);
}

Result<PersonId> OfficialsApi::reader(const Request& request) const {
  const auto field = request.field("authorization");
  if (!field || field->substr(0, login_scheme.size()) != login_scheme) {
    return Error{Code::unauthenticated,
                 "send `Authorization: Keyturn-Login <base64 of a signed login statement>`"};
  }
  const auto note = base64_decode(field->substr(login_scheme.size()));
  const auto name = note.ok() ? unverified_signer(*note) : Result<std::string>(note.error());
  if (!name.ok()) return Error{Code::unauthenticated, "the login: " + name.error().message};
  const auto person = charter_->find_person(*name);
  if (!person) return Error{Code::unauthenticated, "nobody on the roster has this name"};
  const Result<Login> login = verify_login(*note, Domain::live, charter_->person(*person).keys,
                                           charter_->name, origin_, clock_.now());
  if (!login.ok()) return Error{Code::unauthenticated, login.error().message};
  return *person;
}

void OfficialsApi::inspect(std::shared_ptr<Exchange> exchange,
                           std::function<Response(const Ledger&, const Journal&, Time)> function) {
  sequencer_.inspect(
      [exchange, function = std::move(function)](const Ledger& ledger, const Journal& journal,
                                                 Time now) {
        exchange->loop().post(
            [exchange, response = function(ledger, journal, now)] { exchange->respond(response); });
      },
      [exchange] {
        exchange->loop().post([exchange] {
          exchange->respond(refusal(503, "journal-unavailable", "the journal is not open now"));
        });
      });
}

void OfficialsApi::list(std::shared_ptr<Exchange> exchange, PersonId person) {
  inspect(std::move(exchange), [person](const Ledger& ledger, const Journal&, Time now) {
    std::vector<const Command*> commands;
    for (const auto& [index, command] : ledger.held()) {
      (void)index;
      if (command->held_at(now) && may_read(ledger.charter(), *command, person)) {
        commands.push_back(command);
      }
    }
    return json_response(200, held_json(ledger, commands, now));
  });
}

void OfficialsApi::show(std::shared_ptr<Exchange> exchange, PersonId person,
                        const std::string& id) {
  inspect(std::move(exchange), [person, id](const Ledger& ledger, const Journal&, Time now) {
    const Command* command = ledger.find(id);
    if (command == nullptr || !may_read(ledger.charter(), *command, person)) {
      return no_such_command();
    }
    return json_response(200, command_json(ledger, *command, now, WithText::yes));
  });
}

void OfficialsApi::body(std::shared_ptr<Exchange> exchange, PersonId person,
                        const std::string& id) {
  inspect(std::move(exchange), [this, person, id](const Ledger& ledger, const Journal&, Time) {
    const Command* command = ledger.find(id);
    if (command == nullptr || !may_read(ledger.charter(), *command, person)) {
      return no_such_command();
    }
    const auto record = bodies_.get(command->request);
    if (!record.ok()) return refusal(record.error());
    return json_response(200, body_json(*record));
  });
}

void OfficialsApi::shares(std::shared_ptr<Exchange> exchange, PersonId person) {
  inspect(std::move(exchange), [person](const Ledger& ledger, const Journal&, Time now) {
    const auto reads = [&](const Command& one) { return may_read(ledger.charter(), one, person); };
    return json_response(200, shares_json(ledger, now, reads));
  });
}

void OfficialsApi::checkpoint(std::shared_ptr<Exchange> exchange) {
  inspect(std::move(exchange), [](const Ledger&, const Journal& journal, Time) {
    return text_response(journal.signed_checkpoint());
  });
}

void OfficialsApi::speak(std::shared_ptr<Exchange> exchange, const std::string& id) {
  const std::string& note = exchange->request().body;
  const auto name = unverified_signer(note);
  if (!name.ok()) return exchange->respond(refusal(name.error()));
  const auto person = charter_->find_person(*name);
  if (!person) {
    return exchange->respond(refusal(401, "unauthenticated", "nobody on the roster has this name"));
  }
  auto word = verify_word(note, Domain::live, charter_->person(*person).keys);
  if (!word.ok()) return exchange->respond(refusal(word.error()));
  const auto text = CommandText::parse(word->word().command);
  if (!text.ok()) return exchange->respond(refusal(text.error()));
  if (text->id != id) {
    return exchange->respond(
        refusal(400, "invalid", "the statement speaks of another command than this path"));
  }
  const WordKind kind = word->word().kind;
  sequencer_.submit(
      intent::Speak{std::move(word).value()}, [exchange, kind](const Result<Answer>& answer) {
        exchange->loop().post([exchange, response = answer.ok() ? spoken(answer->decision, kind)
                                                                : refusal(answer.error())] {
          exchange->respond(response);
        });
      });
}

}  // namespace keyturn
