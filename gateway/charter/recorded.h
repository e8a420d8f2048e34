// Recorded requests: one object of JSON each, from a HAR file or a line of a log. For tools that
// ask a charter what it would say; nothing here is forwarded anywhere.
//
// The container is the operator's own file; what a caller wrote, head and body, goes through the
// readers that the gateway uses: admit() and policy/request/json. Thread rule: plain functions.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keyturn/result.h"

namespace keyturn {

struct RecordedRequest {
  std::string method;
  std::string scheme_and_host;  // http://127.0.0.1:9301 of a whole URL; empty of a target alone
  std::string host;             // the Host that was sent
  std::string target;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string body;
  std::string principal;  // empty: not recorded
};

// One object, in either form (docs/charter-tools.md):
//   {"method", "url" or "target", "host", "headers", "body" or "body_base64", "principal"}
//   {"request": {"method", "url", "headers", "postData": {"text"}}}, an entry of HAR 1.2
// Errors: invalid, with the member that is missing or of another type.
Result<RecordedRequest> read_recorded(std::string_view json);

// One record of a file: its number (the line of JSON lines, the entry of a HAR file, from 1).
using RecordedSink =
    std::function<void(std::uint64_t number, const Result<RecordedRequest>& request)>;

// Tells `sink` of each record of a HAR file or of JSON lines, one at a time, however large the file
// is; blank lines are skipped. Errors: invalid (a HAR file that is no JSON), unavailable.
Result<void> read_traffic(const std::string& file, const RecordedSink& sink);

}  // namespace keyturn
