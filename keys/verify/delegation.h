// Delegation: one person lets another approve in his place, for some classes and a time [I2 c, I4];
// docs/formats.md, "Delegation", line for line. One hop: it hands over what the delegator's own
// offices give him, never what was delegated to him. `classes none` ends what he delegated to this
// person before.
//
// VerifiedDelegation can only be made by verify_delegation. Pure; plain values.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keys/verify/pae.h"
#include "keyturn/digest.h"
#include "keyturn/result.h"
#include "keyturn/time.h"

namespace keyturn {

struct Delegation {
  std::string deployment;
  std::string delegator, delegator_institution;  // who signs
  std::string delegate, delegate_institution;
  std::vector<std::string> classes;  // sorted, distinct; empty: `classes none`
  Time until;                        // from then on it gives nothing
  Time signed_at;
  Time not_after;  // submitted later than this it is refused

  std::string to_text() const;
  static Result<Delegation> parse(std::string_view text);
  friend bool operator==(const Delegation&, const Delegation&) = default;
};

// A delegation whose signature by `key` was checked. Whether the charter allows it, decide asks.
class VerifiedDelegation {
 public:
  const Delegation& delegation() const { return delegation_; }
  const PublicKey& key() const { return key_; }
  const std::string& note() const { return note_; }  // verbatim, as submitted and journalled

 private:
  friend Result<VerifiedDelegation> verify_delegation(std::string_view, Domain,
                                                      std::span<const PublicKey>);
  VerifiedDelegation() = default;
  Delegation delegation_;
  PublicKey key_;
  std::string note_;
};

// Parses the note, and verifies that one of `keys` signed its PAE under the delegator's name.
// Errors: invalid (not the format), unauthenticated (nobody of `keys` signed).
Result<VerifiedDelegation> verify_delegation(std::string_view note, Domain domain,
                                             std::span<const PublicKey> keys);

}  // namespace keyturn
