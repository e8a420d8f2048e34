// Commands and shares as the JSON that officials read. Pure functions of the ledger and a time.
#pragma once

#include <functional>
#include <string>

#include "gateway/http/message.h"
#include "gateway/journal/bodies.h"
#include "policy/ledger/ledger.h"
#include "policy/share/share.h"

namespace keyturn {

enum class WithText : bool { no, yes };

std::string command_json(const Ledger& ledger, const Command& command, Time now, WithText text);
std::string held_json(const Ledger& ledger, const std::vector<const Command*>& commands, Time now);
std::string body_json(const BodyRecord& record);
// The leases of the commands that `may_read` lets through, and all limits that they touch, whose
// subjects direct something at `now`, or within the limit's `over`.
std::string shares_json(const Ledger& ledger, Time now,
                        const std::function<bool(const Command&)>& may_read);
Response json_response(unsigned status, std::string body);

// `held`, `cancelled`, `vetoed`, `expired`, `claimed`, `answered`, `not-sent`, `outcome-unknown`.
std::string_view state_name(const Command& command, Time now);

}  // namespace keyturn
