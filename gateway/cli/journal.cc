// journal verify | replay | show | prove | backup: an auditor's commands. They only read; a finding
// is exit status 1, a question that could not be asked 2.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/journal/bodies.h"
#include "gateway/journal/replay.h"
#include "gateway/journal/sqlite.h"
#include "gateway/journal/verify.h"
#include "gateway/world/files.h"
#include "gateway/world/log.h"
#include "keyturn/limits.h"

namespace keyturn::cli {
namespace {

using Json = nlohmann::ordered_json;
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
      std::printf("entry %llu: %s\n", static_cast<unsigned long long>(*finding.index),
                  what.c_str());
    } else {
      std::printf("%s\n", what.c_str());
    }
  }
}

Json json_of(const std::vector<Finding>& findings) {
  Json json = Json::array();
  for (const Finding& finding : findings) {
    Json one = {{"what", finding.what}};
    if (finding.index) one["index"] = *finding.index;
    json.push_back(std::move(one));
  }
  return json;
}

Json json_of(const JournalReport& report) {
  return {{"sound", report.sound()},
          {"size", report.size},
          {"root", report.root.to_string()},
          {"compared", report.vouched},
          {"findings", json_of(report.findings)}};
}

// With the folder's body key, the facts of every filed request are drawn again too.
Result<ReplayReport> replay(const JournalRead& options, std::shared_ptr<const Charter> charter) {
  std::unique_ptr<Bodies> bodies;
  if (auto key = Bodies::read_key(options.data); key.ok()) {
    TRY(bodies, Bodies::open_read_only(options.data, std::move(key).value()));
  }
  return replay_journal(place_of(options), std::move(charter), Domain::live, bodies.get());
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

// The marks first and the bodies last: the copy's journal is then never behind them, and has no
// entry whose body was filed after the bodies were copied.
static Result<void> copy_journal(const JournalPlace& from, const JournalPlace& to) {
  CHECK_OK(make_directory(to.folder));
  TRY(const std::string mark, read_file(from.high_water_file(), checkpoint_bytes_max));
  CHECK_OK(create_file(to.high_water_file(), mark));
  TRY(const std::string checkpoint, read_file(from.checkpoint(), checkpoint_bytes_max));
  CHECK_OK(create_file(to.checkpoint(), checkpoint));
  CHECK_OK(SqliteStore::copy(from.database(), to.database()));
  return Bodies::copy(from.folder, to.folder);
}

int journal_backup(const JournalBackup& options) {
  if (auto copied = copy_journal(place_of(options.read), {options.to, {}}); !copied.ok())
    return fail(copied.error());
  JournalRead copy = options.read;
  copy.data = options.to;
  copy.high_water.clear();
  return journal_verify(copy);
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
  const auto replayed = replay(options, *charter);
  if (!replayed.ok()) return fail(replayed.error());
  const ReplayStats& stats = replayed->stats;
  if (options.json) {
    Json json = {{"sound", replayed->sound()},
                 {"entries", stats.entries},
                 {"proposals", stats.proposals},
                 {"words", stats.words},
                 {"claims", stats.claims},
                 {"refusals", stats.refusals},
                 {"facts_checked", replayed->facts_checked},
                 {"bodies_missing", replayed->bodies_missing},
                 {"ledger", replayed->ledger.to_string()},
                 {"findings", json_of(replayed->findings)}};
    std::printf("%s\n", json.dump(2).c_str());
  } else if (replayed->sound()) {
    std::printf(
        "replayed: every decision of %llu entries is justified: %llu proposals (facts of %llu "
        "checked "
        "against their bodies), %llu signed words, %llu claims, %llu refusals\nledger %s\n",
        number(stats.entries), number(stats.proposals), number(replayed->facts_checked),
        number(stats.words), number(stats.claims), number(stats.refusals),
        replayed->ledger.to_string().c_str());
  } else {
    print_findings(replayed->findings);
  }
  return replayed->sound() ? 0 : 1;
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
