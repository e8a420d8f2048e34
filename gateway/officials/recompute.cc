#include "gateway/officials/recompute.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "gateway/journal/facts.h"
#include "gateway/journal/journal.h"
#include "keys/verify/checkpoint.h"
#include "keyturn/limits.h"
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

// `alvarez military 2 -> 4 of 8 (80)` as its two weights, and the line without them.
struct ShareParts {
  std::string frame;
  std::uint64_t before = 0, after = 0;
};

Result<ShareParts> parts_of_share(const std::string& line) {
  constexpr std::string_view arrow = " -> ";
  const Error bad{Code::forbidden, "the share line `" + line + "` is none; sign nothing"};
  const std::size_t at = line.find(arrow);
  if (at == std::string::npos) return bad;
  const std::size_t begin = line.rfind(' ', at - 1) + 1;
  const std::size_t end = std::min(line.find(' ', at + arrow.size()), line.size());
  const auto number = [](std::string_view text, std::uint64_t& out) {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && stop == text.data() + text.size();
  };
  ShareParts parts;
  const std::string_view view = line;
  if (!number(view.substr(begin, at - begin), parts.before) ||
      !number(view.substr(at + arrow.size(), end - at - arrow.size()), parts.after)) {
    return bad;
  }
  parts.frame = line.substr(0, begin) + std::string(arrow) + line.substr(end);
  return parts;
}

// The lines that the charter demands, in its order, each adding at most the command's weight.
Result<void> check_shares(const std::vector<std::string>& own,
                          const std::vector<std::string>& claimed, std::uint64_t weight) {
  for (std::size_t i = 0; i < std::max(own.size(), claimed.size()); ++i) {
    if (i >= own.size() || i >= claimed.size()) {
      return difference(i < claimed.size() ? "share " + claimed[i] : "",
                        i < own.size() ? "share " + own[i] : "");
    }
    TRY(const ShareParts mine, parts_of_share(own[i]));
    TRY(const ShareParts theirs, parts_of_share(claimed[i]));
    const bool adds_up = theirs.before <= theirs.after && theirs.after - theirs.before <= weight;
    if (mine.frame != theirs.frame || !adds_up) {
      return difference("share " + claimed[i], "share " + own[i]);
    }
  }
  return {};
}

}  // namespace

Result<void> check_position(const Charter& charter, const CommandText& command,
                            std::string_view checkpoint_note) {
  TRY(const Checkpoint checkpoint,
      verify_checkpoint(checkpoint_note, journal_origin(charter.name), charter.journal_key));
  const bool beyond = command.journal_size > checkpoint.size;
  const bool other =
      command.journal_size == checkpoint.size && command.journal_root != checkpoint.root;
  if (beyond || other) {
    return Error{Code::forbidden,
                 "the command names a position that the journal of your charter does "
                 "not have; sign nothing"};
  }
  return {};
}

Result<CommandText> recompute(std::shared_ptr<const Charter> charter, std::string_view text,
                              const BodyRecord& record, Time now) {
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
  // The entry's time is the gateway's to say, but not to dream up: else an approval would live for
  // years.
  if (at > now + Duration{static_cast<std::int64_t>(statement_skew_seconds_max)}) {
    return Error{Code::forbidden, "the command claims to be proposed at " + at.to_string() +
                                      ", which is still to come by your clock; sign nothing"};
  }
  if (claimed.expires <= now) {
    return Error{Code::expired, "the command expired at " + claimed.expires.to_string()};
  }
  const Ledger nothing_directed(charter);
  CHECK_OK(check_shares(share_texts(nothing_directed, parts, at, 0), claimed.shares,
                        parts.systems.weight(*charter)));
  TRY(const CommandText own, compose_text(*charter, propose, parts.principal, parts.classes,
                                          parts.systems, windows, claimed.shares, at));
  const std::string composed = own.to_text();
  if (composed != text) return difference(text, composed);
  return own;
}

}  // namespace keyturn
