// The proposal: a gated request becomes a held command, with the one text that officials will read
// [C4-C8 S1 W2]. It reserves nothing for anyone.
#include <algorithm>

#include "keyturn/limits.h"
#include "policy/decide/common.h"
#include "policy/decide/intents.h"
#include "policy/decide/text.h"
#include "policy/share/share.h"

namespace keyturn {
namespace {

constexpr std::size_t id_characters = 26;
constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void check_form(const Ledger& ledger, const intent::Propose& propose,
                std::vector<Reason>& reasons) {
  if (propose.id.size() != id_characters ||
      propose.id.find_first_not_of(crockford) != std::string::npos)
    reasons.push_back({"id", shown(propose.id) + " is not 26 characters of Crockford base32"});
  else if (ledger.find(propose.id) != nullptr)
    reasons.push_back({"id", "there is a command " + shown(propose.id) + " already"});
  if (propose.nonce == Nonce{}) reasons.push_back({"nonce", "the nonce is missing [W3]"});
  // Size 0 has the same root in every journal, so it would not say which one this is [W2].
  if (propose.journal_size == 0 || propose.journal_size > ledger.size())
    reasons.push_back({"journal-size", "a proposal names a checkpoint of 1 to " +
                                           std::to_string(ledger.size()) + " entries, not " +
                                           std::to_string(propose.journal_size) + " [W2]"});
}

void check_pending(const Ledger& ledger, std::size_t pending, Time at,
                   std::vector<Reason>& reasons) {
  if (pending >= pending_per_initiator_max)
    reasons.push_back({"pending", "the initiator has " + std::to_string(pending) +
                                      " held commands (pending_per_initiator_max)"});
  if (ledger.pending_count(at) >= pending_total_max)
    reasons.push_back({"pending", "there are " + std::to_string(pending_total_max) +
                                      " held commands (pending_total_max)"});
}

// The initiator's own limits count what he has pending; everybody else's only leases, so that
// nobody is shut out by commands that nobody has approved [S1].
void check_shares(const Ledger& ledger, const ProposalParts& parts, const SystemSet& pending,
                  Time at, std::vector<Reason>& reasons) {
  for (const ShareLine& line :
       share_lines(ledger, parts.principal, {}, parts.systems, pending, at, ledger.size()))
    if (line.exceeded()) reasons.push_back(share_reason(line));
}

}  // namespace

Decision decide_propose(const Ledger& ledger, const intent::Propose& propose, Time at) {
  const Charter& charter = ledger.charter();
  std::vector<Reason> reasons;
  if (const auto reason = charter_not_valid(charter, at)) reasons.push_back(*reason);
  check_form(ledger, propose, reasons);
  const ProposalParts parts = parts_of(charter, propose, reasons);
  if (!reasons.empty()) return refused(std::move(reasons));

  const std::vector<const Command*> pending = ledger.pending_of(parts.principal.person, at);
  check_pending(ledger, pending.size(), at, reasons);
  check_freezes(ledger, parts.classes, parts.systems, at, reasons);
  std::vector<SystemSet::Range> ranges;
  for (const Command* command : pending)
    ranges.insert(ranges.end(), command->systems.ranges().begin(), command->systems.ranges().end());
  check_shares(ledger, parts, SystemSet::united(std::move(ranges)), at, reasons);
  if (!reasons.empty()) return refused(std::move(reasons));

  auto text = compose_text(charter, propose, parts.principal, parts.classes, parts.systems,
                           parts.windows, share_texts(ledger, parts, at, propose.journal_size), at);
  if (!text.ok()) {
    const bool too_large = text.error().code == Code::too_large;
    return refused({{too_large ? "text-too-large" : "text", text.error().message + " [C8]"}});
  }
  return granted(event::Proposed{propose.id, text->to_text()});
}

}  // namespace keyturn
