// The whole text of a command again, from its body and one's own copy of the charter [W2]: what an
// official's computer does before it signs. A friendly summary over a digest of something else is
// how honest signers were robbed; here any difference refuses. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/journal/bodies.h"
#include "keys/verify/statement.h"
#include "keyturn/result.h"
#include "policy/charter/charter.h"

namespace keyturn {

// Checks that `text` is what this charter makes of `record`, at `now` by the official's own clock,
// byte for byte but for the weights directed before the command, which only the journal's ledger
// knows: the limits that the share lines speak of, what they allow, and how much the command adds
// are checked. Errors name the first line that differs.
Result<CommandText> recompute(std::shared_ptr<const Charter> charter, std::string_view text,
                              const BodyRecord& record, Time now);

// Checks the command's journal position against the journal's newest signed checkpoint: under the
// charter's journal key, and of no smaller size.
Result<void> check_position(const Charter& charter, const CommandText& command,
                            std::string_view checkpoint_note);

}  // namespace keyturn
