// charter test: the cases beside a charter.
#include <cstdio>
#include <filesystem>

#include "gateway/charter/cases.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/world/files.h"
#include "gateway/world/log.h"
#include "keyturn/limits.h"

namespace keyturn::cli {
namespace {

struct Tally {
  std::size_t passed = 0, failed = 0;
};

Result<void> run_file(const std::string& file, const std::shared_ptr<const Cast>& cast,
                      Tally& tally) {
  TRY(const std::string text, read_file(file, charter_bytes_max));
  TRY(const std::vector<Case> cases, parse_cases(text, file));
  for (const Case& one : cases) {
    TRY(const CaseResult result, run_case(one, cast));
    const bool passed = result.failures.empty();
    ++(passed ? tally.passed : tally.failed);
    std::printf("%s  %s:%u  %s\n", passed ? "ok    " : "FAILED", file.c_str(), one.line,
                escaped(one.name).c_str());
    for (const CaseFailure& failure : result.failures)
      std::printf("          line %u: %s\n          - %s\n          + %s\n", failure.line,
                  escaped(failure.step).c_str(), escaped(failure.expected).c_str(),
                  escaped(failure.got).c_str());
  }
  return {};
}

// `fleet.charter` has its cases in `fleet.cases`.
std::vector<std::string> files_of(const CharterTest& options) {
  if (!options.cases.empty()) return options.cases;
  return {std::filesystem::path(options.file).replace_extension(".cases").string()};
}

}  // namespace

int charter_test(const CharterTest& options) {
  const auto charter = load_charter_file(options.file);
  if (!charter.ok()) return fail(charter.error());
  auto cast = cast_of(**charter);
  if (!cast.ok()) return fail(cast.error());
  const auto shared = std::make_shared<const Cast>(std::move(cast).value());
  Tally tally;
  for (const std::string& file : files_of(options))
    if (const auto ran = run_file(file, shared, tally); !ran.ok()) return fail(ran.error());
  std::printf("cases: %zu passed, %zu failed\n", tally.passed, tally.failed);
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace keyturn::cli
