#include "gateway/journal/replay.h"

#include <utility>
#include <variant>

#include "gateway/journal/sqlite.h"
#include "gateway/officials/recompute.h"
#include "policy/request/extract.h"

namespace keyturn {

namespace {

// Draws a proposal's facts again, as the gateway did when it admitted the request.
class FactsCheck {
 public:
  FactsCheck(std::shared_ptr<const Charter> charter, const Bodies& bodies)
      : charter_(charter), bodies_(bodies), extractor_(charter) {}

  enum class Outcome : unsigned char { same, missing };
  // Errors say how the body and the entry differ.
  Result<Outcome> check(const intent::Propose& propose) {
    auto record = bodies_.get(propose.request);
    if (!record && record.error().code == Code::not_found) return Outcome::missing;
    CHECK_OK(record);
    if (request_digest(record->parts()) != propose.request || record->nonce != propose.nonce)
      return Error{Code::corrupt,
                   "the body filed under " + propose.request.to_string() + " is another request"};
    TRY(const Facts facts, facts_of(*charter_, extractor_, *record));
    if (facts != propose.facts)
      return Error{Code::corrupt, "the facts in the entry are not those of its body"};
    return Outcome::same;
  }

 private:
  const std::shared_ptr<const Charter> charter_;
  const Bodies& bodies_;
  const Extractor extractor_;
};

}  // namespace

Result<ReplayReport> replay_journal(const JournalPlace& place,
                                    std::shared_ptr<const Charter> charter, Domain domain,
                                    const Bodies* bodies) {
  TRY(const auto store, SqliteStore::open_read_only(place.database()));
  ReplayReport report;
  Replayer replayer(charter, domain);
  std::optional<FactsCheck> facts;
  if (bodies != nullptr) facts.emplace(charter, *bodies);

  const auto feed = [&](std::string_view bytes) -> Result<void> {
    const std::uint64_t proposals = replayer.stats().proposals;
    CHECK_OK(replayer.next(bytes));
    if (!facts || replayer.stats().proposals == proposals) return {};
    const auto checked = facts->check(std::get<intent::Propose>(replayer.last().intent));
    if (!checked) {
      report.findings.push_back({replayer.last().index, checked.error().message});
    } else if (*checked == FactsCheck::Outcome::same) {
      ++report.facts_checked;
    } else {
      ++report.bodies_missing;
    }
    return {};
  };
  const auto recounted = recount(*store, Tree(), {}, feed);
  if (!recounted) {
    if (recounted.error().code == Code::unavailable) return recounted.error();
    report.findings.push_back({replayer.size(), recounted.error().message});
  } else if (recounted->difference) {
    report.findings.push_back({recounted->difference->index, recounted->difference->what});
  }
  report.stats = replayer.stats();
  report.root = replayer.root();
  report.ledger = replayer.ledger().digest();
  return report;
}

}  // namespace keyturn
