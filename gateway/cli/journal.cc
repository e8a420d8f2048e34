// journal verify | replay | show | prove: an auditor's commands. They only read; a finding is exit
// status 1, a question that could not be asked 2.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/journal/bodies.h"
#include "gateway/journal/verify.h"
#include "gateway/officials/recompute.h"
#include "gateway/world/files.h"
#include "gateway/world/log.h"
#include "keyturn/limits.h"
#include "policy/ledger/replay.h"

namespace keyturn::cli {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::uint64_t note_bytes_max = 65'536;
constexpr std::uint64_t page_entries = 256;

JournalPlace place_of(const JournalRead& options) { return {options.data, options.high_water}; }

Result<JournalReport> verify(const JournalRead& options, const Charter& charter) {
  std::optional<std::string> checkpoint;
  if (!options.checkpoint.empty()) {
    TRY(checkpoint, read_file(options.checkpoint, note_bytes_max));
  }
  return verify_journal(place_of(options), journal_origin(charter.name), charter.journal_key,
                        checkpoint);
}

void print_findings(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    const std::string what = escaped(finding.what);
    if (finding.index) {
      std::printf("entry %llu: %s\n", static_cast<unsigned long long>(*finding.index), what.c_str());
    } else {
      std::printf("%s\n", what.c_str());
    }
  }
}

Json json_of(const JournalReport& report) {
  Json json = {{"sound", report.sound()},
               {"size", report.size},
               {"root", report.root.to_string()},
               {"compared", report.vouched},
               {"findings", Json::array()}};
  for (const Finding& finding : report.findings) {
    Json one = {{"what", finding.what}};
    if (finding.index) one["index"] = *finding.index;
    json["findings"].push_back(std::move(one));
  }
  return json;
}

// Draws each proposal's facts from its filed body again, where the bodies can be read [T9].
class FactsCheck {
 public:
  FactsCheck(std::shared_ptr<const Charter> charter, const std::string& folder)
      : charter_(charter), extractor_(charter) {
    auto key = Bodies::read_key(folder);
    if (!key.ok()) return;
    if (auto bodies = Bodies::open_read_only(folder, std::move(key).value()); bodies.ok()) {
      bodies_ = std::move(bodies).value();
    }
  }

  Result<void> check(const Entry& entry) {
    const auto* propose = std::get_if<intent::Propose>(&entry.intent);
    if (propose == nullptr || bodies_ == nullptr) return {};
    const auto record = bodies_->get(propose->request);
    if (!record.ok()) return {};  // erased, or never filed: a refused proposal's body is not kept
    if (request_digest(record->parts()) != propose->request) {
      return Error{Code::corrupt, "the filed request has another digest than the entry says"};
    }
    TRY(const Facts facts, facts_of(*charter_, extractor_, *record));
    if (!(facts == propose->facts)) {
      return Error{Code::corrupt, "the entry's facts are not those of the filed request"};
    }
    ++checked_;
    return {};
  }

  std::uint64_t checked() const { return checked_; }

 private:
  std::shared_ptr<const Charter> charter_;
  Extractor extractor_;
  std::unique_ptr<Bodies> bodies_;
  std::uint64_t checked_ = 0;
};

Result<void> replay(const JournalRead& options, Replayer& replayer, FactsCheck& facts,
                    std::uint64_t size) {
  for (std::uint64_t from = 0; from < size; from += page_entries) {
    TRY(const std::vector<ShownEntry> entries,
        show_entries(place_of(options), from, std::min(size, from + page_entries)));
    for (const ShownEntry& entry : entries) {
      CHECK_OK(replayer.next(entry.text));
      if (auto checked = facts.check(replayer.last()); !checked.ok()) {
        return Error{Code::corrupt,
                     "entry " + std::to_string(entry.index) + ": " + checked.error().message};
      }
    }
  }
  return {};
}

unsigned long long number(std::uint64_t value) { return value; }

}  // namespace

int journal_verify(const JournalRead& options) {
  const auto charter = load_charter_file(options.charter);
  if (!charter.ok()) return fail(charter.error());
  const auto report = verify(options, **charter);
  if (!report.ok()) return fail(report.error());
  if (options.json) {
    std::printf("%s\n", json_of(*report).dump(2).c_str());
  } else if (report->sound()) {
    std::string compared;
    for (const std::string& one : report->vouched) compared += (compared.empty() ? "" : ", ") + one;
    std::printf("verified: %llu entries, root %s; compared with %s\n", number(report->size),
                report->root.to_string().c_str(), compared.c_str());
  } else {
    print_findings(report->findings);
  }
  return report->sound() ? 0 : 1;
}

int journal_replay(const JournalRead& options) {
  const auto charter = load_charter_file(options.charter);
  if (!charter.ok()) return fail(charter.error());
  const auto report = verify(options, **charter);
  if (!report.ok()) return fail(report.error());
  if (!report->sound()) {
    print_findings(report->findings);
    return 1;
  }
  Replayer replayer(*charter, Domain::live);
  FactsCheck facts(*charter, options.data);
  if (auto replayed = replay(options, replayer, facts, report->size); !replayed.ok()) {
    std::printf("%s\n", escaped(replayed.error().message).c_str());
    return 1;
  }
  const ReplayStats& stats = replayer.stats();
  if (options.json) {
    const Json json = {{"entries", stats.entries},   {"proposals", stats.proposals},
                       {"words", stats.words},       {"claims", stats.claims},
                       {"refusals", stats.refusals}, {"facts_checked", facts.checked()},
                       {"ledger", replayer.ledger().digest().to_string()}};
    std::printf("%s\n", json.dump(2).c_str());
    return 0;
  }
  std::printf(
      "replayed: every decision of %llu entries is justified: %llu proposals (facts of %llu checked "
      "against their bodies), %llu signed words, %llu claims, %llu refusals\nledger %s\n",
      number(stats.entries), number(stats.proposals), number(facts.checked()), number(stats.words),
      number(stats.claims), number(stats.refusals), replayer.ledger().digest().to_string().c_str());
  return 0;
}

int journal_show(const JournalRead& options) {
  const auto charter = load_charter_file(options.charter);
  if (!charter.ok()) return fail(charter.error());
  const auto report = verify(options, **charter);
  if (!report.ok()) return fail(report.error());
  const std::uint64_t from = options.index.value_or(0);
  const std::uint64_t to = options.index ? from + 1 : report->size;
  if (to > report->size) {
    return fail("the journal has " + std::to_string(report->size) + " entries, from 0");
  }
  for (std::uint64_t at = from; at < to; at += page_entries) {
    const auto entries = show_entries(place_of(options), at, std::min(to, at + page_entries));
    if (!entries.ok()) return fail(entries.error());
    for (const ShownEntry& entry : *entries) {
      if (options.json) {
        const Json json = {{"index", entry.index},
                           {"leaf", entry.leaf.to_string()},
                           {"as_stored", entry.as_stored},
                           {"text", entry.text}};
        std::printf("%s\n", json.dump(-1, ' ', true, Json::error_handler_t::replace).c_str());
        continue;
      }
      std::printf("entry %llu  leaf %s%s\n", number(entry.index), entry.leaf.to_string().c_str(),
                  entry.as_stored ? "" : "  NOT AS STORED");
      std::string_view text = entry.text;
      while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        std::printf("  %s\n", escaped(line).c_str());
        text.remove_prefix(std::min(line.size() + 1, text.size()));
      }
    }
  }
  if (!report->sound()) print_findings(report->findings);
  return report->sound() ? 0 : 1;
}

int journal_prove(const JournalRead& options) {
  const auto charter = load_charter_file(options.charter);
  if (!charter.ok()) return fail(charter.error());
  const auto proof = prove_entry(place_of(options), journal_origin((*charter)->name),
                                 (*charter)->journal_key, options.index.value_or(0));
  if (!proof.ok()) {
    fail(proof.error());
    return 1;
  }
  std::fputs(proof->c_str(), stdout);
  return 0;
}

}  // namespace keyturn::cli
