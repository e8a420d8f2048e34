#include "policy/decide/signed.h"

#include "keyturn/limits.h"
#include "policy/decide/common.h"

namespace keyturn {
namespace {

void check_times(const SignedBy& by, const std::string& what, Time at,
                 std::vector<Reason>& reasons) {
  const Duration skew{static_cast<std::int64_t>(statement_skew_seconds_max)};
  if (by.signed_at > at + skew)
    reasons.push_back({"signed-at", what + " was signed at " + by.signed_at.to_string() +
                                        ", it is " + at.to_string() + " [W11]"});
  if (by.not_after < at)
    reasons.push_back({"not-after", what + " was valid until " + by.not_after.to_string() +
                                        ", it is " + at.to_string() + " [W11]"});
  if (by.not_after < by.signed_at)
    reasons.push_back({"not-after", what + " ends before it was signed [W11]"});
}

}  // namespace

void check_signed(const Charter& charter, const SignedBy& by, std::string_view what, Time at,
                  std::vector<Reason>& reasons) {
  const std::string the(what);
  if (by.deployment != charter.name)
    reasons.push_back({"deployment", the + " is for deployment " + shown(by.deployment) +
                                         ", this is " + shown(charter.name)});
  const std::optional<PersonId> person = charter.find_person(by.person);
  if (!person) {
    reasons.push_back({"unknown-person", shown(by.person) + " is not on the roster"});
  } else {
    if (!key_on_roster(charter, *person, by.key))
      reasons.push_back({"key", "the key is not one that the roster gives its signer [Q4]"});
    if (charter.institution(charter.person(*person).institution).name != by.institution)
      reasons.push_back({"institution", shown(by.person) + " is not of " + shown(by.institution)});
  }
  check_times(by, the, at, reasons);
}

}  // namespace keyturn
