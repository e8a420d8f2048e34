// A freeze: one official of the charter's block stops proposals and claims for a while [A4]. *A
// plotter freezes the loyal fleet*: so it is short, no institution repeats it there for days, and a
// quorum lifts it sooner.
#include <algorithm>

#include "keyturn/limits.h"
#include "policy/decide/common.h"
#include "policy/decide/intents.h"
#include "policy/decide/signed.h"
#include "policy/people/closure.h"

namespace keyturn {
namespace {

struct FreezeSubject {
  std::optional<PoolId> pool;
  std::optional<ClassId> klass;
  const FreezeBlock* block = nullptr;
};

FreezeSubject subject_of(const Charter& charter, const FreezeStatement& statement,
                         std::vector<Reason>& reasons) {
  FreezeSubject out;
  if (statement.subject == FreezeStatement::Subject::pool) {
    out.pool = charter.find_pool(statement.name);
    if (out.pool) out.block = charter.freeze_block(*out.pool);
  } else {
    out.klass = charter.find_class(statement.name);
    if (out.klass) out.block = charter.freeze_block(*out.klass);
  }
  if (!out.pool && !out.klass)
    reasons.push_back({"unknown-subject", shown(statement.name) + " is not in the charter"});
  else if (out.block == nullptr)
    reasons.push_back(
        {"no-freeze", "the charter lets nobody freeze " + shown(statement.name) + " [A4]"});
  return out;
}

void check_block(const FreezeBlock& block, const FreezeStatement& statement,
                 std::optional<PersonId> person, Time at, std::vector<Reason>& reasons) {
  const bool may =
      person && std::any_of(block.by.begin(), block.by.end(),
                            [&](const Selector& selector) { return selector.selects(*person); });
  if (!may)
    reasons.push_back(
        {"not-official", "the block `freeze " + block.text + "` does not name the signer [A4]"});
  if (statement.until <= at)
    reasons.push_back({"until", "the freeze would have ended at " + statement.until.to_string() +
                                    ", it is " + at.to_string() + " [A4]"});
  if (statement.until > at + block.longest)
    reasons.push_back({"until", "the charter lets it be frozen for " + block.longest.to_string() +
                                    ", until " + (at + block.longest).to_string() +
                                    ", and not until " + statement.until.to_string() + " [A4]"});
}

bool within(const Charter& charter, PoolId inner, PoolId outer) {
  for (std::optional<PoolId> pool = inner; pool; pool = charter.pool(*pool).parent)
    if (*pool == outer) return true;
  return false;
}

bool directs_in(const Charter& charter, ClassId klass, PoolId id) {
  if (!charter.klass(klass).directs) return false;
  const Pool& pool = charter.pool(id);
  for (SystemId system = pool.first; system < pool.last; ++system.value)
    if (charter.system(system).endpoint == charter.klass(klass).endpoint) return true;
  return false;
}

// Whether the two stop some command alike: pools one above the other, one class, a class that
// directs systems of the pool. Else a plotter would freeze a pool, its parent and then its classes.
bool overlap(const Charter& charter, const Freeze& freeze, const FreezeSubject& subject) {
  if (freeze.pool && subject.pool)
    return within(charter, *freeze.pool, *subject.pool) ||
           within(charter, *subject.pool, *freeze.pool);
  if (freeze.klass && subject.klass) return *freeze.klass == *subject.klass;
  return freeze.pool ? directs_in(charter, *subject.klass, *freeze.pool)
                     : directs_in(charter, *freeze.klass, *subject.pool);
}

// Whoever is under another institution's command counts as of both, as he does for quorums [Q6]:
// else a commander would freeze again by a subordinate's hand.
bool share_institution(const Closure& closure, PersonId a, PersonId b) {
  const auto of_a = closure.institutions(a), of_b = closure.institutions(b);
  return std::any_of(of_a.begin(), of_a.end(), [&](InstitutionId institution) {
    return std::binary_search(of_b.begin(), of_b.end(), institution);
  });
}

void check_pause(const Ledger& ledger, const FreezeSubject& subject, PersonId person, Time at,
                 std::vector<Reason>& reasons) {
  const Charter& charter = ledger.charter();
  const Duration pause{static_cast<std::int64_t>(freeze_pause_seconds)};
  const Duration longest{static_cast<std::int64_t>(freeze_seconds_max)};
  const std::vector<Freeze>& all = ledger.freezes();
  const auto closure = ledger.closure_between(at - longest - pause, at);
  for (auto freeze = all.rbegin(); freeze != all.rend() && freeze->from + longest + pause > at;
       ++freeze) {
    const Time again = freeze->end() + pause;
    if (at >= again || !overlap(charter, *freeze, subject) ||
        !share_institution(*closure, freeze->by, person))
      continue;
    reasons.push_back({"repeated", "the signer's institution froze there until " +
                                       freeze->end().to_string() + " (" + freeze->id +
                                       "); it may again from " + again.to_string() + " [A4]"});
    return;
  }
}

}  // namespace

Decision decide_freeze(const Ledger& ledger, const intent::Freeze& freeze, Time at) {
  const Charter& charter = ledger.charter();
  const FreezeStatement& statement = freeze.freeze.statement();
  std::vector<Reason> reasons;
  if (const auto reason = charter_not_valid(charter, at)) reasons.push_back(*reason);
  check_signed(charter, signed_by(statement, freeze.freeze.key()), "the freeze", at, reasons);
  const FreezeSubject subject = subject_of(charter, statement, reasons);
  const std::optional<PersonId> person = charter.find_person(statement.person);
  if (subject.block != nullptr) check_block(*subject.block, statement, person, at, reasons);
  if (!reasons.empty()) return refused(std::move(reasons));
  const std::string text = statement.to_text();
  for (const Freeze& one : ledger.freezes())
    if (one.alive_at(at) && one.text == text) return unchanged();
  check_pause(ledger, subject, *person, at, reasons);
  if (!reasons.empty()) return refused(std::move(reasons));
  return granted(event::Frozen{freeze_id(ledger.size())});
}

}  // namespace keyturn
