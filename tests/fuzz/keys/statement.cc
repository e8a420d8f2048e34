#include "keys/verify/statement.h"

#include "keys/verify/checkpoint.h"
#include "keys/verify/delegation.h"
#include "keys/verify/freeze.h"
#include "keys/verify/release.h"
#include "tests/fuzz/target.h"

namespace {
// What one parser accepts, it writes again; a refusal is one line.
template <class Statement>
void parse_and_write(std::string_view input) {
  using keyturn::fuzz::hold;
  const auto statement = Statement::parse(input);
  if (statement.ok()) {
    hold(statement->to_text() == input,
         "a statement that is accepted is written again byte for byte");
  } else {
    hold(statement.error().message.find('\n') == std::string::npos, "a refusal is one line");
  }
}
}  // namespace

KEYTURN_FUZZ_TARGET(statement) {
  parse_and_write<keyturn::CommandText>(input);
  parse_and_write<keyturn::Word>(input);
  parse_and_write<keyturn::Login>(input);
  parse_and_write<keyturn::Delegation>(input);
  parse_and_write<keyturn::FreezeStatement>(input);
  parse_and_write<keyturn::UnfreezeStatement>(input);
  parse_and_write<keyturn::ReleaseStatement>(input);
}
