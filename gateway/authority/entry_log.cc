#include "gateway/authority/entry_log.h"

#include <optional>
#include <string>
#include <type_traits>
#include <variant>

namespace keyturn {
namespace {

// What the log says of one intent.
struct Said {
  std::string_view event = "entry";
  std::string_view command = {}, principal = {}, detail = {};
  std::optional<std::int64_t> status = {}, count = {};
};

std::string_view outcome_of(intent::Outcome::Kind kind) {
  switch (kind) {
    case intent::Outcome::Kind::answered:
      return "answered";
    case intent::Outcome::Kind::not_sent:
      return "not-sent";
    case intent::Outcome::Kind::unknown:
      break;
  }
  return "unknown";
}

// The command that a word is about: the line `id …` of its text.
std::string command_of(const Word& word) {
  const auto text = CommandText::parse(word.command);
  return text.ok() ? text->id : std::string();
}

struct Sayer {
  std::string& command;  // where a name that the intent does not hold as such is kept

  Said operator()(const intent::Genesis&) const { return {"journal-begun", {}, {}, {}}; }
  Said operator()(const intent::Propose& propose) const {
    return {"command-proposed", propose.id, propose.principal, {}};
  }
  Said operator()(const intent::Cancel& cancel) const {
    return {"command-cancelled", cancel.id, cancel.principal, {}};
  }
  Said operator()(const intent::Speak& speak) const {
    const Word& word = speak.word.word();
    command = command_of(word);
    const bool approval = word.kind == WordKind::approval;
    return {approval ? "command-approved" : "command-vetoed", command, word.person, {}};
  }
  Said operator()(const intent::Claim& claim) const {
    return {"command-claimed", claim.id, {}, {}};
  }
  Said operator()(const intent::Outcome& outcome) const {
    Said said{"command-outcome", outcome.id, {}, outcome_of(outcome.kind)};
    if (outcome.kind == intent::Outcome::Kind::answered) said.status = outcome.status;
    return said;
  }
  Said operator()(const intent::Refusals& refusals) const {
    Said said{"refusals-counted", {}, refusals.principal, {}};
    said.count = static_cast<std::int64_t>(refusals.count);
    return said;
  }
  // Every other intent that names one thing by its id, and who asked.
  template <class Other>
  Said operator()(const Other& other) const {
    Said said;
    if constexpr (requires { std::string_view(other.id); }) said.command = other.id;
    if constexpr (requires { std::string_view(other.principal); }) said.principal = other.principal;
    return said;
  }
};

// The codes of a refusal; its sentences may name people, and stay in the journal.
std::string refusal_codes(const Entry& entry) {
  std::string codes;
  for (const Event& event : entry.events) {
    const auto* refused = std::get_if<event::Refused>(&event);
    if (refused == nullptr) continue;
    for (const Reason& reason : refused->reasons) {
      codes += (codes.empty() ? "" : ",") + std::string(reason.code);
    }
  }
  return codes;
}

}  // namespace

void EntryLog::on_opened(const Ledger& ledger, Time now) {
  log_.info("journal-opened", "every entry was decided again, and agrees",
            {{"entries", ledger.size()}});
  next_.on_opened(ledger, now);
}

void EntryLog::on_closed() {
  log_.warn("journal-closed", "gated requests are refused until it opens again");
  next_.on_closed();
}

void EntryLog::on_entry(const Ledger& ledger, const Entry& entry) {
  std::string command;
  const Said said = std::visit(Sayer{command}, entry.intent);
  const std::string refused = refusal_codes(entry);
  log_.info(said.event, "",
            {{"entry", entry.index},
             {"command", said.command},
             {"principal", said.principal},
             {"result", !refused.empty() ? std::string_view("refused") : "granted"},
             {"why", refused},
             {"outcome", said.detail},
             {"status", said.status},
             {"count", said.count}});
  next_.on_entry(ledger, entry);
}

}  // namespace keyturn
