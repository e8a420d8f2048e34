// What several intents ask alike: is the charter valid, is the command held, whose words count now.
// Internal to policy/decide; pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decide/decide.h"
#include "policy/quorum/quorum.h"

namespace keyturn {

Decision granted(Event event);
// Keeps the first reasons_max reasons, as printable ASCII.
Decision refused(std::vector<Reason> reasons);
Decision unchanged();

// Somebody's input within a sentence: in backticks, printable, or only its size.
std::string shown(std::string_view input);

// Outside `valid a .. b` only what ends or records something is decided [A7].
std::optional<Reason> charter_not_valid(const Charter& charter, Time at);
// Why `command` can be neither spoken on, cancelled nor claimed: unknown (null), over, or expired.
std::optional<Reason> not_held(const Command* command, std::string_view id, Time at);

// A command's quorum as things stand at `at`: whose hands signed, and everybody's closure with the
// delegations that ran at any time since the proposal [I4 I5]. Outlives the contexts it gives.
class CommandQuorum {
 public:
  CommandQuorum(const Ledger& ledger, const Command& command, Time at);
  QuorumContext of(ClassId id) const;

 private:
  const Charter& charter_;
  const PersonId initiator_;
  const std::shared_ptr<const Closure> closure_;
  std::vector<StandIn> stand_ins_;
};

bool key_on_roster(const Charter& charter, PersonId person, const PublicKey& key);
// Whether an approval counts at `at`, its delay aside [Q4].
bool counts_at(const Ledger& ledger, const Command& command, const RecordedWord& approval, Time at);
// Whose approvals count at `at` and were journalled by `journalled_by` [Q4]; sorted.
std::vector<PersonId> approvers_counting(const Ledger& ledger, const Command& command, Time at,
                                         Time journalled_by);
// Whether a word that is no command's counts at `at`: it has not ended, and its key is on the
// roster.
bool stands_at(const Charter& charter, const RecordedWord& word, Time at);
// Whose words stand; sorted.
std::vector<PersonId> persons_counting(const Charter& charter,
                                       const std::vector<RecordedWord>& words, Time at);
// Why a command of these classes and systems is neither proposed nor claimed at `at`: each freeze,
// until when, by which institution, and never by whom [A4 P1].
void check_freezes(const Ledger& ledger, const std::vector<ClassId>& classes,
                   const SystemSet& systems, Time at, std::vector<Reason>& reasons);
// A status of 100 to 999 exactly where something answered (RFC 9110 section 15: three digits).
bool is_fit_status(intent::Outcome::Kind kind, std::uint32_t status);
// Whether `vetoers` are enough to stop a command of these classes [Q5 C4].
bool enough_vetoes(const Charter& charter, const std::vector<ClassId>& classes,
                   const std::vector<PersonId>& vetoers);

}  // namespace keyturn
