// Intents: what somebody wants decided; and events: what the decision was. Values [T9].
//
// An entry is one intent and its events. Everything is named by name, so that journals do not
// depend on the order of declarations in a charter.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "keys/verify/delegation.h"
#include "keys/verify/freeze.h"
#include "keys/verify/release.h"
#include "keys/verify/statement.h"
#include "keyturn/digest.h"
#include "keyturn/time.h"
#include "policy/request/classify.h"
#include "policy/request/facts.h"

namespace keyturn {

namespace intent {

// The first entry: which charter governs [T11].
struct Genesis {
  Digest charter;
  std::uint64_t charter_bytes = 0;
};
struct Propose {
  std::string id;         // 26 characters of Crockford base32, from the gateway's entropy
  Nonce nonce{};          // [W3]
  std::string principal;  // a person or an agent of the charter
  Facts facts;
  Digest request;  // request_digest over nonce, method, endpoint, target, headers, body
  std::uint64_t journal_size = 0;  // the last checkpoint before [W2]
  Digest journal_root;
};
struct Cancel {
  std::string id;
  std::string principal;  // the initiator, or the agent that sent it
};
struct Speak {  // an approval, a veto, a withdrawal, a cancellation or a recall
  VerifiedWord word;
};
struct ClassAssignment {
  std::string klass;
  std::uint32_t branch = 0;
  std::vector<std::string> approvers;  // one for each slot
};
struct Claim {
  std::string id;
  std::vector<ClassAssignment> assignments;  // one for each class, by name [Q2 C4]
};
struct Outcome {
  enum class Kind : unsigned char { answered, not_sent, unknown } kind = Kind::unknown;
  std::string id;
  std::uint32_t status = 0;  // answered: the endpoint's HTTP status
};
// Refusals of one principal beyond refusals_journalled_per_minute_max, counted [T7].
struct Refusals {
  std::string principal;
  std::uint64_t count = 0;
};
// An effector's word that it directs a command's systems no longer [S2].
struct Release {
  VerifiedRelease release;
};
// One official stops proposals and claims of a pool's systems, or of a class [A4].
struct Freeze {
  VerifiedFreeze freeze;
};
// An official's approval of lifting a freeze.
struct Unfreeze {
  VerifiedUnfreeze unfreeze;
};
// Lifts a freeze: names the branch of its block's quorum, and who fills the slots [Q2].
struct Lift {
  std::string freeze;  // its id
  std::uint32_t branch = 0;
  std::vector<std::string> approvers;  // one for each slot
};
// What became of a stop order, sent after a recall [A6].
struct Stopped {
  Outcome::Kind kind = Outcome::Kind::unknown;
  std::string id;            // the command's
  std::uint32_t status = 0;  // answered: the endpoint's HTTP status
};
struct Delegate {
  VerifiedDelegation delegation;
};

}  // namespace intent

using Intent =
    std::variant<intent::Genesis, intent::Propose, intent::Cancel, intent::Speak, intent::Claim,
                 intent::Outcome, intent::Refusals, intent::Release, intent::Freeze,
                 intent::Unfreeze, intent::Lift, intent::Stopped, intent::Delegate>;

namespace event {

struct Opened {};  // of genesis
struct Refused {
  std::vector<Reason> reasons;
};
struct Proposed {
  std::string id;
  std::string text;  // CommandText, verbatim: the only rendering there will ever be [W2]
};
struct Cancelled {  // of cancel, or of a signed cancellation
  std::string id;
};
struct Approved {
  std::string id, person;
  std::vector<Reason> notes;  // why it adds nothing now [Q7]; empty: it adds something
};
struct Vetoed {
  std::string id, person;
  bool stopped = false;  // enough vetoes: the command is over
};
struct Claimed {
  std::string id;
  std::vector<std::string> charged;  // persons [S3]
  std::string systems;               // as in the command text
  Time lease_until;                  // == at where it directs nothing
};
struct Ended {  // of outcome
  std::string id;
};
struct Counted {};  // of refusals
struct Withdrawn {
  std::string id, person;
  bool approved = false;  // it takes back an approval; else none was there, and none will be
};
struct Recalled {
  std::string id, person;
  bool order = false;  // the charter gives a stop order for it; else the recall is a record
};
struct StopEnded {  // of stopped
  std::string id;
};
struct Released {
  std::string id;
};
struct Frozen {
  std::string freeze;  // its id: `freeze-` and the number of this entry
};
struct UnfreezeApproved {
  std::string freeze, person;
  std::vector<Reason> notes;  // why it adds nothing now; empty: it adds something
};
struct Lifted {
  std::string freeze;
};
struct Delegated {
  std::string delegator, delegate;
};

}  // namespace event

using Event =
    std::variant<event::Opened, event::Refused, event::Proposed, event::Cancelled, event::Approved,
                 event::Vetoed, event::Claimed, event::Ended, event::Counted, event::Withdrawn,
                 event::Recalled, event::StopEnded, event::Released, event::Frozen,
                 event::UnfreezeApproved, event::Lifted, event::Delegated>;

struct Entry {
  std::uint64_t index = 0;  // its place in the journal; not part of the text
  Time at;
  ByteArray<16> salt{};  // [P1]
  Intent intent;
  std::vector<Event> events;
};

}  // namespace keyturn
