#include "policy/decide/text.h"

#include <algorithm>

#include "keyturn/limits.h"
#include "policy/decide/common.h"
#include "policy/request/classify.h"
#include "policy/request/quote.h"
#include "policy/share/share.h"

namespace keyturn {
namespace {

// What an effect line says where the charter gives the class no `effect`.
constexpr std::string_view no_effect = "none stated";

void check_initiator(const Charter& charter, ClassId id, const PrincipalRef& principal,
                     std::vector<Reason>& reasons) {
  const Class& klass = charter.klass(id);
  const bool by = klass.by.empty() ||
                  std::any_of(klass.by.begin(), klass.by.end(), [&](const Selector& selector) {
                    return selector.selects(principal.person);
                  });
  if (!by)
    reasons.push_back({"by", "class `" + klass.name + "` is not this initiator's to begin [C4]"});
  if (!principal.agent) return;
  const std::vector<ClassId>& may = charter.agents[principal.agent->value].may;
  if (!std::binary_search(may.begin(), may.end(), id))
    reasons.push_back({"may", "the agent was not given class `" + klass.name + "` [I3]"});
}

void check_shape(const Class& klass, const Facts& facts, std::vector<Reason>& reasons) {
  for (const auto& [name, member] : facts.out_of_shape)
    if (name == klass.name)
      reasons.push_back({"shape", "class `" + klass.name + "` does not list the member " +
                                      shown(member) + " of the body [C6]"});
}

void add_systems(const Charter& charter, const Class& klass, const Facts& facts, SystemSet& systems,
                 std::vector<Reason>& reasons) {
  NamedSystems named = named_systems(charter, klass, facts);
  // INVARIANT: no lease without systems: an empty list would be weightless [C5].
  if (named.systems.empty() && named.reasons.empty())
    named.reasons.push_back(
        {"no-system", "class `" + klass.name + "` directs, and no system is named"});
  reasons.insert(reasons.end(), named.reasons.begin(), named.reasons.end());
  systems.add(SystemSet::of(named.systems));
}

Windows combined(const Windows& a, const Windows& b) {
  return {std::min(a.approve, b.approve), std::max(a.delay, b.delay),
          std::min(a.execute, b.execute), std::max(a.lease, b.lease)};
}

// Classes, or the reasons why there are none.
std::vector<ClassId> gated_classes(const Charter& charter, const Facts& facts,
                                   std::vector<Reason>& reasons) {
  Classification found;
  classify(charter, facts, found);
  if (found.kind == Classification::Kind::gated && !found.classes.empty()) return found.classes;
  if (found.kind == Classification::Kind::pass)
    reasons.push_back(
        {"not-gated", "pass `" + std::string(found.pass) + "` lets the request through"});
  else if (found.reasons.empty())
    reasons.push_back({"unmatched", "no class or pass matches the request [C1]"});
  reasons.insert(reasons.end(), found.reasons.begin(), found.reasons.end());
  return {};
}

}  // namespace

ProposalParts parts_of(const Charter& charter, const intent::Propose& propose,
                       std::vector<Reason>& reasons) {
  ProposalParts out;
  const std::optional<PrincipalRef> principal = charter.find_principal(propose.principal);
  if (!principal)
    reasons.push_back({"unknown-principal", shown(propose.principal) + " is not on the roster"});
  else
    out.principal = *principal;
  out.classes = gated_classes(charter, propose.facts, reasons);
  bool first = true;
  for (const ClassId id : out.classes) {
    const Class& klass = charter.klass(id);
    if (principal) check_initiator(charter, id, *principal, reasons);
    check_shape(klass, propose.facts, reasons);
    if (klass.directs) add_systems(charter, klass, propose.facts, out.systems, reasons);
    out.windows = first ? klass.rule.windows : combined(out.windows, klass.rule.windows);
    first = false;
  }
  return out;
}

Result<CommandText> compose_text(const Charter& charter, const intent::Propose& propose,
                                 const PrincipalRef& principal, const std::vector<ClassId>& classes,
                                 const SystemSet& systems, const Windows& windows,
                                 std::vector<std::string> share_lines, Time at) {
  CommandText out;
  out.id = propose.id;
  out.systems = systems.to_text(charter);
  out.weight = systems.weight(charter);
  for (const ClassId id : classes) {
    const Class& klass = charter.klass(id);
    TRY(std::string effect, render_effect(charter, klass, propose.facts, out.systems));
    if (effect.empty()) effect = no_effect;
    out.classes.push_back({klass.name, klass.rule.text, std::move(effect)});
  }
  const Person& initiator = charter.person(principal.person);
  out.initiator = initiator.name;
  out.institution = charter.institution(initiator.institution).name;
  if (principal.agent) out.agent = charter.agents[principal.agent->value].name;
  out.method = propose.facts.method;
  out.endpoint = propose.facts.endpoint;
  out.target = propose.facts.target;
  out.body_bytes = propose.facts.body_bytes;
  out.request = propose.request;
  out.nonce = propose.nonce;
  out.shares = std::move(share_lines);
  out.windows = windows;
  out.charter_version = charter.version;
  out.charter = charter.digest;
  out.journal_size = propose.journal_size;
  out.journal_root = propose.journal_root;
  out.expires = at + windows.approve + windows.delay + windows.execute;
  // INVARIANT: what officials will be shown reads back as what was meant, or there is no text.
  TRY(const CommandText parsed, CommandText::parse(out.to_text()));
  if (parsed != out)
    return Error{Code::invalid, "the command text does not read back as it was written"};
  return out;
}

std::vector<std::string> share_texts(const Ledger& ledger, const ProposalParts& parts, Time at,
                                     std::uint64_t as_of_size) {
  std::vector<std::string> out;
  for (const ShareLine& line :
       share_lines(ledger, parts.principal, {}, parts.systems, {}, at, as_of_size))
    out.push_back(line.to_text());
  for (std::string& line :
       span_report(ledger, parts.principal.person, parts.systems, at, as_of_size))
    out.push_back(std::move(line));
  return out;
}

}  // namespace keyturn
