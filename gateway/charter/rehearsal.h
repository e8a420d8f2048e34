// Rehearsal: a charter at work in memory. Requests are read and decided, words signed and verified,
// commands claimed, by the functions that do it live, and by no others: judge(), decide(),
// claimable(), Ledger::apply(). Only the clock, the keys and the journal are its own.
//
// Thread rule: one thread. Nothing is written or sent anywhere.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/charter/cast.h"
#include "gateway/charter/judge.h"
#include "gateway/charter/standing.h"
#include "policy/decide/decide.h"
#include "policy/ledger/ledger.h"

namespace keyturn {

class Rehearsal {
 public:
  // From the first second of the charter's validity, with nothing directed.
  static Result<Rehearsal> open(std::shared_ptr<const Cast> cast);

  const Charter& charter() const { return *cast_->charter; }
  const Ledger& ledger() const { return *standing_.ledger; }
  Time now() const { return standing_.at; }
  void wait(Duration duration) { standing_.at = standing_.at + duration; }

  Judgement judge(const RecordedRequest& request) { return judge_.judge(request); }
  // Proposes what was judged gated; `id` becomes the command's where the proposal is granted.
  Decision propose(const RecordedRequest& request, const Judgement& judged,
                   std::string_view principal, std::string& id);
  // Errors: invalid (no such person; one without a key).
  Result<Decision> say(WordKind kind, std::string_view person, std::string_view id);
  // As the gateway claims: with the assignment that claimable() finds. Where it finds none, a
  // refusal with what is outstanding.
  Decision claim(std::string_view id);
  Decision cancel(std::string_view id, std::string_view principal);

 private:
  Rehearsal(std::shared_ptr<const Cast> cast, Standing standing);

  std::shared_ptr<const Cast> cast_;
  Judge judge_;
  Standing standing_;
  std::uint64_t commands_ = 0;
};

}  // namespace keyturn
