#include "gateway/officials/api.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "gateway/officials/openapi.h"
#include "gateway/officials/view.h"
#include "gateway/proxy/refusal.h"

namespace keyturn {
namespace {

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

Response no_such_resource() { return refusal(404, "not-found", "no such resource"); }

// Takes the first segment off `path`, with the slash before it.
std::string_view take_segment(std::string_view& path) {
  const std::size_t end = std::min(path.find('/', 1), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

// Whether `path` is one that `pattern` describes; then `id` is what stands for `{id}`.
bool matches(std::string_view pattern, std::string_view path, std::string& id) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern), found = take_segment(path);
    if (wanted == "/{id}" && found.size() > 1) {
      id = found.substr(1);
    } else if (wanted != found) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

}  // namespace

// A route more is a line here, an operation of docs/openapi.json, and its call in openapi_test.cc.
std::span<const OfficialsApi::Route> OfficialsApi::routes() {
  constexpr auto none = Route::Login::none, wanted = Route::Login::wanted;
  static constexpr Route table[] = {
      {Method::get, "/healthz", none, &OfficialsApi::health},
      {Method::get, "/readyz", none, &OfficialsApi::readiness},
      {Method::get, "/metrics", none, &OfficialsApi::metrics},
      {Method::get, "/v1/openapi.json", none, &OfficialsApi::document},
      {Method::get, "/v1/checkpoint", none, &OfficialsApi::checkpoint},
      {Method::get, "/v1/commands", wanted, &OfficialsApi::list},
      {Method::get, "/v1/commands/{id}", wanted, &OfficialsApi::show},
      {Method::get, "/v1/commands/{id}/body", wanted, &OfficialsApi::body},
      {Method::post, "/v1/commands/{id}/words", none, &OfficialsApi::speak},
      {Method::get, "/v1/shares", wanted, &OfficialsApi::shares},
  };
  return table;
}

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
                           const ServiceState& state, Handler* metrics)
    : charter_(std::move(charter)),
      sequencer_(sequencer),
      bodies_(bodies),
      clock_(clock),
      origin_(std::move(origin)),
      state_(state),
      metrics_(metrics) {}

void OfficialsApi::handle(std::shared_ptr<Exchange> exchange) {
  const Request& request = exchange->request();
  const Method method = request.method == Method::head ? Method::get : request.method;
  std::string allowed;
  for (const Route& route : routes()) {
    Asked asked{exchange, {}, {}};
    if (!matches(route.path, request.path, asked.id)) continue;
    if (route.method != method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(method_name(route.method));
      continue;
    }
    if (route.login == Route::Login::wanted) {
      const auto person = reader(request);
      if (!person.ok()) return exchange->respond(refusal(person.error()));
      asked.person = *person;
    }
    return (this->*route.answer)(std::move(asked));
  }
  if (allowed.empty()) return exchange->respond(no_such_resource());
  Response response = refusal(405, "method", "this resource answers to " + allowed + " alone");
  response.fields.push_back({"Allow", allowed});
  exchange->respond(std::move(response));
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

void OfficialsApi::health(Asked asked) { asked.exchange->respond(text_response("ok\n")); }

void OfficialsApi::readiness(Asked asked) {
  asked.exchange->respond(sequencer_.ready()
                              ? text_response("ready\n" + state_.remarks())
                              : refusal(503, "not-ready", "gated requests are not decided now"));
}

void OfficialsApi::metrics(Asked asked) {
  if (metrics_ == nullptr) return asked.exchange->respond(no_such_resource());
  metrics_->handle(std::move(asked.exchange));
}

void OfficialsApi::document(Asked asked) {
  asked.exchange->respond(json_response(200, std::string(openapi_document())));
}

void OfficialsApi::list(Asked asked) {
  inspect(std::move(asked.exchange),
          [person = asked.person](const Ledger& ledger, const Journal&, Time now) {
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

void OfficialsApi::show(Asked asked) {
  inspect(std::move(asked.exchange),
          [person = asked.person, id = asked.id](const Ledger& ledger, const Journal&, Time now) {
            const Command* command = ledger.find(id);
            if (command == nullptr || !may_read(ledger.charter(), *command, person)) {
              return no_such_command();
            }
            return json_response(200, command_json(ledger, *command, now, WithText::yes));
          });
}

void OfficialsApi::body(Asked asked) {
  inspect(std::move(asked.exchange),
          [this, person = asked.person, id = asked.id](const Ledger& ledger, const Journal&, Time) {
            const Command* command = ledger.find(id);
            if (command == nullptr || !may_read(ledger.charter(), *command, person)) {
              return no_such_command();
            }
            const auto record = bodies_.get(command->request);
            if (!record.ok()) return refusal(record.error());
            return json_response(200, body_json(*record));
          });
}

void OfficialsApi::shares(Asked asked) {
  inspect(std::move(asked.exchange), [person = asked.person](const Ledger& ledger, const Journal&,
                                                             Time now) {
    const auto reads = [&](const Command& one) { return may_read(ledger.charter(), one, person); };
    return json_response(200, shares_json(ledger, now, reads));
  });
}

void OfficialsApi::checkpoint(Asked asked) {
  inspect(std::move(asked.exchange), [](const Ledger&, const Journal& journal, Time) {
    return text_response(journal.signed_checkpoint());
  });
}

void OfficialsApi::speak(Asked asked) {
  const std::shared_ptr<Exchange> exchange = std::move(asked.exchange);
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
  if (text->id != asked.id) {
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
