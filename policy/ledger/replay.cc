#include "policy/ledger/replay.h"

#include "keys/verify/merkle.h"
#include "policy/decide/decide.h"
#include "policy/ledger/entry_codec.h"

namespace keyturn {
namespace {

Error at_entry(std::uint64_t index, const std::string& what) {
  return Error{Code::corrupt, "entry " + std::to_string(index) + ": " + what};
}

// Events on one line, for a message.
std::string on_one_line(const std::vector<Event>& events) {
  std::string out;
  for (const char c : encode_events(events))
    out += c == '\n' ? std::string("; ") : std::string(1, c);
  return out;
}

}  // namespace

Replayer::Replayer(std::shared_ptr<const Charter> charter, Domain domain)
    : charter_(std::move(charter)), domain_(domain), ledger_(std::make_unique<Ledger>(charter_)) {}

Result<Digest> Replayer::root_of(std::uint64_t size) const {
  return root_at(size, [this](std::uint8_t level, std::uint64_t index) -> Result<Digest> {
    if (level >= nodes_.size() || index >= nodes_[level].size())
      return Error{Code::internal, "the tree has no such node"};
    return nodes_[level][static_cast<std::size_t>(index)];
  });
}

// A text that names another journal's root, the same deployment's restored twice, is none of ours
// [W2].
Result<void> Replayer::check_checkpoint(std::uint64_t index, const intent::Propose& propose) const {
  TRY(const Digest root, root_of(propose.journal_size));
  if (root == propose.journal_root) return {};
  return at_entry(index, "it names root " + propose.journal_root.to_string() + " at size " +
                             std::to_string(propose.journal_size) + ", where this journal has " +
                             root.to_string() + " [W2]");
}

Result<void> Replayer::check(const Entry& entry) const {
  if (entry.at < ledger_->last_at())
    return at_entry(entry.index, "its time " + entry.at.to_string() +
                                     " is before the last entry's " +
                                     ledger_->last_at().to_string() + " [T1]");
  const Decision decision = decide(*ledger_, entry.intent, entry.at);
  if (decision.kind == Decision::Kind::unchanged)
    return at_entry(entry.index, "it repeats what is recorded already; decide records nothing");
  if (encode_events(decision.events) != encode_events(entry.events))
    return at_entry(entry.index, "its events are `" + on_one_line(entry.events) +
                                     "`, decide gives `" + on_one_line(decision.events) + "` [T9]");
  if (const auto* propose = std::get_if<intent::Propose>(&entry.intent))
    if (decision.kind == Decision::Kind::granted) return check_checkpoint(entry.index, *propose);
  return {};
}

void Replayer::count(const Entry& entry) {
  ++stats_.entries;
  const Event& event = entry.events.front();
  if (std::holds_alternative<event::Refused>(event)) ++stats_.refusals;
  if (std::holds_alternative<event::Proposed>(event)) ++stats_.proposals;
  if (std::holds_alternative<event::Claimed>(event)) ++stats_.claims;
  if (std::holds_alternative<intent::Speak>(entry.intent) ||
      std::holds_alternative<intent::Delegate>(entry.intent) ||
      std::holds_alternative<intent::Release>(entry.intent) ||
      std::holds_alternative<intent::Freeze>(entry.intent) ||
      std::holds_alternative<intent::Unfreeze>(entry.intent))
    ++stats_.words;
}

Result<void> Replayer::next(std::string_view entry_bytes) {
  if (failed_) return Error{Code::corrupt, "an entry before this one was refused"};
  failed_ = true;
  TRY(Entry entry, decode_entry(entry_bytes, ledger_->size(), *charter_, domain_));
  CHECK_OK(check(entry));
  if (const auto applied = ledger_->apply(entry); !applied.ok())
    return at_entry(entry.index, applied.error().message);
  std::vector<TreeNode> complete;
  tree_.append(leaf_hash(entry_bytes), complete);
  for (const TreeNode& node : complete) {
    if (nodes_.size() <= node.level) nodes_.resize(node.level + std::size_t{1});
    nodes_[node.level].push_back(node.hash);
  }
  count(entry);
  last_ = std::move(entry);
  failed_ = false;
  return {};
}

}  // namespace keyturn
