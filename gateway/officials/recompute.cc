#include "gateway/officials/recompute.h"

#include <algorithm>

#include "gateway/journal/facts.h"
#include "policy/decide/text.h"

namespace keyturn {
namespace {

std::string_view line_of(std::string_view text) { return text.substr(0, text.find('\n')); }

Error difference(std::string_view claimed, std::string_view own) {
  while (!claimed.empty() && !own.empty() && line_of(claimed) == line_of(own)) {
    claimed.remove_prefix(std::min(line_of(claimed).size() + 1, claimed.size()));
    own.remove_prefix(std::min(line_of(own).size() + 1, own.size()));
  }
  return {
      Code::forbidden,
      "the text is not what the request and your charter say; sign nothing. The gateway shows `" +
          std::string(line_of(claimed)) + "`, it should be `" + std::string(line_of(own)) + "`"};
}

}  // namespace

Result<CommandText> recompute(std::shared_ptr<const Charter> charter, std::string_view text,
                              const BodyRecord& record) {
  TRY(const CommandText claimed, CommandText::parse(text));
  if (claimed.charter != charter->digest) {
    return Error{Code::forbidden, "the command names charter " + claimed.charter.to_string() +
                                      ", yours is " + charter->digest.to_string() +
                                      "; sign nothing until you know why"};
  }
  intent::Propose propose;
  propose.id = claimed.id;
  propose.nonce = record.nonce;
  propose.principal = claimed.agent.empty() ? claimed.initiator : claimed.agent;
  propose.request = request_digest(record.parts());
  propose.journal_size = claimed.journal_size;
  propose.journal_root = claimed.journal_root;
  const Extractor extractor(charter);
  const auto scratch = Extractor::make_scratch();
  CHECK_OK(draw_facts(*charter, extractor, record, *scratch, propose.facts));

  std::vector<Reason> reasons;
  const ProposalParts parts = parts_of(*charter, propose, reasons);
  if (!reasons.empty()) {
    return Error{Code::forbidden, "your charter refuses this request: " + reasons.front().text};
  }
  const Windows& windows = parts.windows;
  const Time at = claimed.expires - (windows.approve + windows.delay + windows.execute);
  TRY(const CommandText own, compose_text(*charter, propose, parts.principal, parts.classes,
                                          parts.systems, windows, claimed.shares, at));
  const std::string composed = own.to_text();
  if (composed != text) return difference(text, composed);
  return own;
}

}  // namespace keyturn
