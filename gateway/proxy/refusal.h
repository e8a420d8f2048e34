// Answers that the gateway gives itself: problem+json (RFC 9457) with the `error` object that AI
// SDKs read, the reasons, and whether to send the request again. They name unmet terms, never the
// persons who could supply them [P1].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/authority/ending.h"
#include "gateway/http/message.h"
#include "keyturn/result.h"

namespace keyturn {

// What AI SDKs and their users know an error of this status as.
std::string_view error_type(unsigned status);

// `command`: the id of the held command, if there is one.
Response refusal(const Ending& ending, std::string_view command = {});
Response refusal(unsigned status, std::string_view code, std::string_view detail);
Response refusal(const std::vector<Reason>& reasons);
// The one place where an error becomes a denial.
Response refusal(const Error& error);

}  // namespace keyturn
