// Entries as bytes: docs/formats.md, "Journal entries", line for line.
#include "keyturn/limits.h"
#include "policy/ledger/entry_codec.h"
#include "policy/ledger/entry_reader.h"
#include "policy/ledger/entry_words.h"

namespace keyturn {
namespace {

void line(std::string& out, std::string_view key, std::string_view value) {
  out.append(key).append(" ").append(value).append("\n");
}
void quoted_line(std::string& out, std::string_view key, std::string_view value) {
  line(out, key, quote_bytes(value));
}
void block(std::string& out, std::string_view key, std::string_view bytes) {
  line(out, key, std::to_string(bytes.size()));
  out.append(bytes).append("\n");
}
void pair(std::string& out, std::string_view key, std::string_view a, std::string_view b) {
  line(out, key, quote_bytes(a) + " " + quote_bytes(b));
}
void reasons(std::string& out, std::string_view key, const std::vector<Reason>& list) {
  for (const Reason& reason : list) pair(out, key, reason.code, reason.text);
}

std::string value_text(const Value& value) {
  switch (value.kind) {
    case Value::Kind::string:
      return quote_bytes(value.string);
    case Value::Kind::integer:
      return std::to_string(value.integer);
    default:
      return std::string(value_word(value.kind));
  }
}

void write_facts(std::string& out, const Facts& facts) {
  quoted_line(out, "endpoint", facts.endpoint);
  quoted_line(out, "method", facts.method);
  quoted_line(out, "target", facts.target);
  for (const auto& [name, value] : facts.headers) pair(out, "header", name, value);
  line(out, "body", facts.body_read ? "read" : "unread");
  line(out, "body-bytes", std::to_string(facts.body_bytes));
  for (const Fact& fact : facts.body) {
    std::string values = quote_bytes(fact.pointer);
    for (const Value& value : fact.values) values.append(" ").append(value_text(value));
    line(out, "fact", values);
  }
  for (const auto& [klass, member] : facts.out_of_shape) pair(out, "out-of-shape", klass, member);
}

struct WriteIntent {
  std::string& out;

  void operator()(const intent::Genesis& one) const {
    line(out, "intent", "genesis");
    line(out, "charter", one.charter.to_string());
    line(out, "charter-bytes", std::to_string(one.charter_bytes));
  }
  void operator()(const intent::Propose& one) const {
    line(out, "intent", "propose");
    quoted_line(out, "id", one.id);
    quoted_line(out, "principal", one.principal);
    line(out, "nonce", hex_encode(one.nonce));
    line(out, "request", one.request.to_string());
    line(out, "journal", std::to_string(one.journal_size) + " " + one.journal_root.to_string());
    write_facts(out, one.facts);
  }
  void operator()(const intent::Cancel& one) const {
    line(out, "intent", "cancel");
    quoted_line(out, "id", one.id);
    quoted_line(out, "principal", one.principal);
  }
  void operator()(const intent::Speak& one) const {
    line(out, "intent", "speak");
    block(out, "word", one.word.note());
  }
  void operator()(const intent::Claim& one) const {
    line(out, "intent", "claim");
    quoted_line(out, "id", one.id);
    for (const intent::ClassAssignment& assignment : one.assignments) {
      std::string value =
          quote_bytes(assignment.klass) + " branch " + std::to_string(assignment.branch);
      for (const std::string& name : assignment.approvers)
        value.append(" ").append(quote_bytes(name));
      line(out, "assign", value);
    }
  }
  void operator()(const intent::Outcome& one) const {
    line(out, "intent", "outcome");
    quoted_line(out, "id", one.id);
    line(out, "outcome", std::string(outcome_word(one.kind)) + " " + std::to_string(one.status));
  }
  void operator()(const intent::Refusals& one) const {
    line(out, "intent", "refusals");
    quoted_line(out, "principal", one.principal);
    line(out, "count", std::to_string(one.count));
  }
  void operator()(const intent::Release& one) const {
    line(out, "intent", "release");
    block(out, "release", one.release.note());
  }
  void operator()(const intent::Freeze& one) const {
    line(out, "intent", "freeze");
    block(out, "freeze", one.freeze.note());
  }
  void operator()(const intent::Unfreeze& one) const {
    line(out, "intent", "unfreeze");
    block(out, "unfreeze", one.unfreeze.note());
  }
  void operator()(const intent::Lift& one) const {
    line(out, "intent", "lift");
    quoted_line(out, "freeze", one.freeze);
    std::string value = "branch " + std::to_string(one.branch);
    for (const std::string& name : one.approvers) value.append(" ").append(quote_bytes(name));
    line(out, "assign", value);
  }
  void operator()(const intent::Stopped& one) const {
    line(out, "intent", "stopped");
    quoted_line(out, "id", one.id);
    line(out, "outcome", std::string(outcome_word(one.kind)) + " " + std::to_string(one.status));
  }
  void operator()(const intent::Delegate& one) const {
    line(out, "intent", "delegate");
    block(out, "delegation", one.delegation.note());
  }
};

struct WriteEvent {
  std::string& out;

  void operator()(const event::Opened&) const { line(out, "event", "opened"); }
  void operator()(const event::Refused& one) const {
    line(out, "event", "refused");
    reasons(out, "reason", one.reasons);
  }
  void operator()(const event::Proposed& one) const {
    line(out, "event", "proposed");
    quoted_line(out, "id", one.id);
    block(out, "text", one.text);
  }
  void operator()(const event::Cancelled& one) const {
    line(out, "event", "cancelled");
    quoted_line(out, "id", one.id);
  }
  void operator()(const event::Approved& one) const {
    line(out, "event", "approved");
    quoted_line(out, "id", one.id);
    quoted_line(out, "person", one.person);
    reasons(out, "note", one.notes);
  }
  void operator()(const event::Vetoed& one) const {
    line(out, "event", "vetoed");
    quoted_line(out, "id", one.id);
    quoted_line(out, "person", one.person);
    line(out, "stopped", one.stopped ? "yes" : "no");
  }
  void operator()(const event::Claimed& one) const {
    line(out, "event", "claimed");
    quoted_line(out, "id", one.id);
    for (const std::string& name : one.charged) quoted_line(out, "charged", name);
    quoted_line(out, "systems", one.systems);
    line(out, "lease-until", one.lease_until.to_string());
  }
  void operator()(const event::Ended& one) const {
    line(out, "event", "ended");
    quoted_line(out, "id", one.id);
  }
  void operator()(const event::Counted&) const { line(out, "event", "counted"); }
  void operator()(const event::Withdrawn& one) const {
    line(out, "event", "withdrawn");
    quoted_line(out, "id", one.id);
    quoted_line(out, "person", one.person);
    line(out, "approved", one.approved ? "yes" : "no");
  }
  void operator()(const event::Recalled& one) const {
    line(out, "event", "recalled");
    quoted_line(out, "id", one.id);
    quoted_line(out, "person", one.person);
    line(out, "order", one.order ? "yes" : "no");
  }
  void operator()(const event::StopEnded& one) const {
    line(out, "event", "stop-ended");
    quoted_line(out, "id", one.id);
  }
  void operator()(const event::Released& one) const {
    line(out, "event", "released");
    quoted_line(out, "id", one.id);
  }
  void operator()(const event::Frozen& one) const {
    line(out, "event", "frozen");
    quoted_line(out, "freeze", one.freeze);
  }
  void operator()(const event::UnfreezeApproved& one) const {
    line(out, "event", "unfreeze-approved");
    quoted_line(out, "freeze", one.freeze);
    quoted_line(out, "person", one.person);
    reasons(out, "note", one.notes);
  }
  void operator()(const event::Lifted& one) const {
    line(out, "event", "lifted");
    quoted_line(out, "freeze", one.freeze);
  }
  void operator()(const event::Delegated& one) const {
    line(out, "event", "delegated");
    quoted_line(out, "delegator", one.delegator);
    quoted_line(out, "delegate", one.delegate);
  }
};

}  // namespace

std::string encode_events(const std::vector<Event>& events) {
  std::string out;
  for (const Event& event : events) std::visit(WriteEvent{out}, event);
  return out;
}

Result<std::string> encode_entry(const Entry& entry) {
  std::string out(entry_header);
  line(out, "at", entry.at.to_string());
  line(out, "salt", hex_encode(entry.salt));
  std::visit(WriteIntent{out}, entry.intent);
  out.append(events_header);
  out.append(encode_events(entry.events));
  if (out.size() > entry_bytes_max)
    return Error{Code::too_large, "a journal entry has at most " + std::to_string(entry_bytes_max) +
                                      " bytes (entry_bytes_max), this one " +
                                      std::to_string(out.size())};
  return out;
}

}  // namespace keyturn
