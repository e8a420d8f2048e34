#include "gateway/officials/view.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "policy/decide/decide.h"

namespace keyturn {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

Json reasons_json(const std::vector<Reason>& reasons) {
  Json out = Json::array();
  for (const Reason& reason : reasons)
    out.push_back({{"code", reason.code}, {"text", reason.text}});
  return out;
}

Json words_json(const Charter& charter, const std::vector<RecordedWord>& words) {
  Json out = Json::array();
  for (const RecordedWord& word : words) {
    const Person& person = charter.person(word.person);
    out.push_back({{"person", person.name},
                   {"institution", charter.institution(person.institution).name},
                   {"at", word.at.to_string()},
                   {"not_after", word.not_after.to_string()},
                   {"entry", word.index}});
  }
  return out;
}

Json share_json(const ShareLine& line) {
  return {{"limit", line.limit->text}, {"subject", line.subject},       {"before", line.before},
          {"after", line.after},       {"registered", line.registered}, {"allowed", line.allowed},
          {"text", line.to_text()}};
}

Json summary(const Ledger& ledger, const Command& command, Time now) {
  const Charter& charter = ledger.charter();
  Json json;
  json["id"] = command.id;
  json["state"] = state_name(command, now);
  json["entry"] = command.index;
  Json& classes = json["classes"] = Json::array();
  for (const ClassId id : command.classes) classes.push_back(charter.klass(id).name);
  json["initiator"] = charter.person(command.principal.person).name;
  if (command.principal.agent) json["agent"] = charter.principal_name(command.principal);
  json["systems"] = command.systems.to_text(charter);
  json["weight"] = command.systems.weight(charter);
  json["proposed_at"] = command.proposed_at.to_string();
  json["expires"] = command.expires.to_string();
  json["approvals"] = words_json(charter, command.approvals);
  json["vetoes"] = words_json(charter, command.vetoes);
  if (command.held_at(now)) json["outstanding"] = reasons_json(outstanding(ledger, command, now));
  if (command.state == Command::State::claimed) {
    json["claimed_at"] = command.claimed_at.to_string();
    Json& counted = json["counted"] = Json::array();
    for (const PersonId person : command.counted) counted.push_back(charter.person(person).name);
    if (command.outcome && command.outcome->kind == intent::Outcome::Kind::answered) {
      json["status"] = command.outcome->status;
    }
  }
  return json;
}

}  // namespace

std::string_view state_name(const Command& command, Time now) {
  switch (command.state) {
    case Command::State::held:
      return command.held_at(now) ? "held" : "expired";
    case Command::State::cancelled:
      return "cancelled";
    case Command::State::vetoed:
      return "vetoed";
    case Command::State::claimed:
      break;
  }
  if (!command.outcome) return "claimed";
  switch (command.outcome->kind) {
    case intent::Outcome::Kind::answered:
      return "answered";
    case intent::Outcome::Kind::not_sent:
      return "not-sent";
    case intent::Outcome::Kind::unknown:
      break;
  }
  return "outcome-unknown";
}

std::string command_json(const Ledger& ledger, const Command& command, Time now, WithText text) {
  Json json = summary(ledger, command, now);
  if (text == WithText::yes) {
    json["text"] = command.text;
    Json& shares = json["shares_now"] = Json::array();
    // What is charged already is in `before`; once claimed, the command is part of it.
    for (const ShareLine& line : share_lines(ledger, command.principal, command.counted,
                                             command.systems, SystemSet(), now, ledger.size())) {
      shares.push_back(share_json(line));
    }
  }
  return dump(json);
}

std::string held_json(const Ledger& ledger, const std::vector<const Command*>& commands, Time now) {
  Json json;
  json["at"] = now.to_string();
  Json& list = json["commands"] = Json::array();
  for (const Command* command : commands) list.push_back(summary(ledger, *command, now));
  return dump(json);
}

std::string body_json(const BodyRecord& record) {
  Json json;
  json["nonce"] = hex_encode(record.nonce);
  json["method"] = record.method;
  json["endpoint"] = record.endpoint;
  json["target"] = record.target;
  Json& headers = json["headers"] = Json::array();
  for (const auto& [name, value] : record.headers) headers.push_back({name, value});
  json["principal"] = record.principal;
  json["body"] = base64_encode(bytes_of(record.body));
  return dump(json);
}

std::string shares_json(const Ledger& ledger, Time now,
                        const std::function<bool(const Command&)>& may_read) {
  const Charter& charter = ledger.charter();
  // The subjects of every limit are found through the commands that are leased; adding such a
  // command to what it is part of changes nothing.
  std::set<std::string> told;
  Json json;
  json["at"] = now.to_string();
  Json& list = json["shares"] = Json::array();
  for (const Lease& lease : ledger.leases()) {
    if (lease.until <= now - charter.longest_memory) continue;
    const Command* command = ledger.find(lease.command);
    if (command == nullptr || !may_read(*command)) continue;
    for (const ShareLine& line : share_lines(ledger, command->principal, command->counted,
                                             command->systems, SystemSet(), now, ledger.size())) {
      if (line.before == 0 || !told.insert(line.limit->text + "\n" + line.subject).second) continue;
      Json one = share_json(line);
      one.erase("after");
      one.erase("text");
      list.push_back(std::move(one));
    }
  }
  Json& leases = json["leases"] = Json::array();
  for (const Lease& lease : ledger.leases()) {
    if (std::min(lease.until, lease.charged_until()) <= now) continue;
    const Command* command = ledger.find(lease.command);
    if (command == nullptr || !may_read(*command)) continue;
    Json charged = Json::array();
    for (const PersonId person : lease.charged) charged.push_back(charter.person(person).name);
    leases.push_back({{"command", lease.command},
                      {"charged", std::move(charged)},
                      {"systems", lease.systems.to_text(charter)},
                      {"weight", lease.systems.weight(charter)},
                      {"from", lease.from.to_string()},
                      {"until", lease.until.to_string()}});
  }
  return dump(json);
}

Response json_response(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.fields = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

}  // namespace keyturn
