#include "gateway/proxy/refusal.h"

#include <nlohmann/json.hpp>

namespace keyturn {
namespace {

unsigned status_of(Code code) {
  switch (code) {
    case Code::unauthenticated:
      return 401;
    case Code::forbidden:
    case Code::expired:
    case Code::replayed:
    case Code::unsupported:
      return 403;
    case Code::not_found:
      return 404;
    case Code::conflict:
      return 409;
    case Code::too_large:
      return 413;
    case Code::exhausted:
      return 429;
    case Code::unavailable:
    case Code::unknown:
      return 503;
    case Code::corrupt:
    case Code::internal:
      return 500;
    case Code::invalid:
      break;
  }
  return 400;
}

}  // namespace

std::string_view error_type(unsigned status) {
  if (status == 401) return "authentication_error";
  if (status == 403) return "permission_error";
  if (status == 404) return "not_found_error";
  if (status == 409) return "conflict_error";
  if (status == 429) return "rate_limit_error";
  if (status >= 500) return "api_error";
  return "invalid_request_error";
}

Response refusal(const Ending& ending, std::string_view command) {
  nlohmann::ordered_json body;
  body["type"] = "about:blank";
  body["title"] = ending.code;
  body["status"] = ending.status;
  body["detail"] = ending.detail;
  if (!command.empty()) body["command"] = command;
  if (!ending.reasons.empty()) {
    auto& reasons = body["reasons"] = nlohmann::ordered_json::array();
    for (const Reason& reason : ending.reasons) {
      reasons.push_back({{"code", reason.code}, {"text", reason.text}});
    }
  }
  body["error"] = {
      {"message", ending.detail}, {"type", error_type(ending.status)}, {"code", ending.code}};
  Response response;
  response.status = ending.status;
  response.fields = {{"Content-Type", "application/problem+json"},
                     {"Cache-Control", "no-store"},
                     {"x-should-retry", ending.retry ? "true" : "false"}};
  if (ending.retry) response.fields.push_back({"Retry-After", "1"});
  response.body = body.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  // What cannot be read one way only may not be followed by another request.
  response.close = ending.status == 400;
  return response;
}

Response refusal(unsigned status, std::string_view code, std::string_view detail) {
  return refusal(Ending{status, std::string(code), std::string(detail), {}, false});
}

Response refusal(const std::vector<Reason>& reasons) { return refusal(ending_refused(reasons)); }

Response refusal(const Error& error) {
  return refusal(status_of(error.code), code_name(error.code), error.message);
}

}  // namespace keyturn
