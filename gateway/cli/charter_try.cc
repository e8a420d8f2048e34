// charter try: recorded traffic against a draft.
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/charter/trial.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/world/log.h"

namespace keyturn::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 5> outcomes = {"pass", "gated", "refused", "unmatched",
                                                 "unreadable"};

void print_text(const Trial& trial, const std::string& file) {
  std::printf("%llu records of %s\n", static_cast<unsigned long long>(trial.records()),
              escaped(file).c_str());
  for (const char* outcome : outcomes) {
    std::printf("%-10s %llu\n", outcome, static_cast<unsigned long long>(trial.count(outcome)));
    for (const auto& [key, group] : trial.groups()) {
      if (key.outcome != outcome) continue;
      std::string line = escaped(key.name);
      if (!key.endpoint.empty()) line += " at " + key.endpoint;
      if (!key.method.empty()) line += ": " + escaped(key.method) + " " + escaped(key.path);
      std::printf("  %6llu  %s (first: %llu)\n", static_cast<unsigned long long>(group.count),
                  line.c_str(), static_cast<unsigned long long>(group.first));
      if (!group.why.empty()) std::printf("          %s\n", escaped(group.why).c_str());
    }
  }
  if (trial.unsent() != 0)
    std::printf(
        "Of %llu gated requests nobody knows who sent them, so who may begin them, and limits, "
        "were "
        "not asked: give --as\n",
        static_cast<unsigned long long>(trial.unsent()));
}

void print_json(const Trial& trial, const std::string& file) {
  Json out = {{"file", file}, {"records", trial.records()}, {"sender_unknown", trial.unsent()}};
  for (const char* outcome : outcomes) {
    Json groups = Json::array();
    for (const auto& [key, group] : trial.groups())
      if (key.outcome == outcome)
        groups.push_back({{"name", key.name},
                          {"endpoint", key.endpoint},
                          {"method", key.method},
                          {"path", key.path},
                          {"count", group.count},
                          {"first", group.first},
                          {"why", group.why}});
    out[outcome] = {{"count", trial.count(outcome)}, {"groups", std::move(groups)}};
  }
  std::printf("%s\n", out.dump(2, ' ', true, Json::error_handler_t::replace).c_str());
}

}  // namespace

int charter_try(const CharterTry& options) {
  const auto charter = load_charter_file(options.file);
  if (!charter.ok()) return fail(charter.error());
  auto trial = Trial::open(*charter, options.principal);
  if (!trial.ok()) return fail(trial.error());
  const auto read = read_traffic(
      options.traffic,
      [&](std::uint64_t number, const Result<RecordedRequest>& one) { trial->add(number, one); });
  // What was read until then is still worth saying.
  if (read.ok() || trial->records() != 0)
    options.json ? print_json(*trial, options.traffic) : print_text(*trial, options.traffic);
  if (!read.ok()) return fail(read.error());
  return trial->count("unreadable") == 0 ? 0 : 1;
}

}  // namespace keyturn::cli
