#include "gateway/charter/trial.h"

#include "policy/decide/text.h"
#include "policy/request/path.h"

namespace keyturn {
namespace {

// Paths with an id in them would make a group each.
constexpr std::size_t groups_max = 4096;
constexpr std::string_view many = "(many more)";

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

Trial::Trial(std::shared_ptr<const Charter> charter, std::string principal, Standing standing)
    : judge_(std::move(charter)),
      principal_(std::move(principal)),
      standing_(std::move(standing)) {}

Result<Trial> Trial::open(std::shared_ptr<const Charter> charter, std::string principal) {
  if (!principal.empty()) {
    CHECK_OK(require_principal(*charter, principal));
  }
  TRY(Standing standing, standing_of_nothing(charter));
  return Trial(std::move(charter), std::move(principal), std::move(standing));
}

void Trial::add(std::uint64_t number, const Result<RecordedRequest>& request) {
  ++records_;
  if (!request.ok()) {
    count_in({"unreadable", request.error().message, "", "", ""}, number, "");
    return;
  }
  const Judgement judged = judge_.judge(*request);
  Key key{"", "", request->method, judged.endpoint, std::string(path_of(request->target))};
  std::vector<Reason> reasons = judged.reasons;
  if (judged.kind == Judgement::Kind::gated) reasons = refusal_of(*request, judged);
  if (judged.kind == Judgement::Kind::pass) {
    key.outcome = "pass";
    key.name = judged.pass;
  } else if (reasons.empty()) {
    key.outcome = "gated";
    key.name = joined(judged.classes);
  } else {
    key.outcome = judged.kind == Judgement::Kind::unmatched ? "unmatched" : "refused";
    key.name = reasons.front().code;
  }
  count_in(std::move(key), number, reasons.empty() ? "" : reasons.front().text);
}

std::vector<Reason> Trial::refusal_of(const RecordedRequest& request, const Judgement& judged) {
  const auto principal = judge_.principal_of(request, principal_);
  if (!principal.ok() && principal.error().code != Code::not_found)
    return {{"unknown-principal", principal.error().message}};
  intent::Propose propose =
      proposal_of(request, judged.facts, principal.ok() ? *principal : std::string(), 1);
  propose.journal_size = standing_.size;
  propose.journal_root = standing_.root;
  if (principal.ok()) return decide(*standing_.ledger, propose, standing_.at).reasons();
  ++unsent_;
  std::vector<Reason> reasons, out;
  parts_of(judge_.charter(), propose, reasons);
  for (Reason& reason : reasons)
    if (reason.code != "unknown-principal") out.push_back(std::move(reason));
  return out;
}

void Trial::count_in(Key key, std::uint64_t number, std::string why) {
  ++counts_[key.outcome];
  if (groups_.size() >= groups_max && groups_.find(key) == groups_.end()) {
    key = Key{key.outcome, std::string(many), "", "", ""};
    why.clear();
  }
  TrialGroup& group = groups_[std::move(key)];
  if (group.count++ > 0) return;
  group.first = number;
  group.why = std::move(why);
}

std::uint64_t Trial::count(std::string_view outcome) const {
  const auto found = counts_.find(outcome);
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace keyturn
