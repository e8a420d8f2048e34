// charter explain: a charter, or one recorded request under it, in sentences.
#include <cstdio>
#include <optional>

#include "gateway/charter/explain_request.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/world/files.h"
#include "keyturn/limits.h"
#include "policy/charter/explain/explain.h"

namespace keyturn::cli {
namespace {

// A file of one request, or one entry of a HAR file or of JSON lines.
Result<RecordedRequest> request_of(const CharterExplain& options) {
  const auto text = read_file(options.request, 8 * request_body_bytes_max);
  if (text.ok() && options.entry == 0) {
    auto one = read_recorded(*text);
    if (one.ok()) return one;
  }
  const std::uint64_t wanted = options.entry == 0 ? 1 : options.entry;
  std::optional<Result<RecordedRequest>> found;
  CHECK_OK(read_traffic(options.request, [&](std::uint64_t number, const auto& request) {
    if (number == wanted) found = request;
  }));
  if (!found)
    return Error{Code::not_found,
                 "`" + options.request + "` has no request " + std::to_string(wanted)};
  if (!found->ok())
    return Error{Code::invalid, "`" + options.request + "`, request " + std::to_string(wanted) +
                                    ": " + found->error().message};
  return std::move(*found);
}

Result<ExplainedRequest> explained(const CharterExplain& options,
                                   const std::shared_ptr<const Charter>& charter) {
  TRY(const RecordedRequest request, request_of(options));
  if (options.data.empty()) {
    TRY(Standing nothing, standing_of_nothing(charter));
    return explain_request(nothing, charter, request, options.principal, options.approved);
  }
  TRY(Standing journal, standing_of_journal({options.data, {}}, charter));
  return explain_request(journal, charter, request, options.principal, options.approved);
}

}  // namespace

int charter_explain(const CharterExplain& options) {
  const auto charter = load_charter_file(options.file);
  if (!charter.ok()) return fail(charter.error());
  if (options.request.empty()) {
    std::fputs(explain_charter(**charter).c_str(), stdout);
    return 0;
  }
  const auto out = explained(options, *charter);
  if (!out.ok()) return fail(out.error());
  std::fputs(out->text.c_str(), stdout);
  return out->passes_or_may_be_approved ? 0 : 1;
}

}  // namespace keyturn::cli
