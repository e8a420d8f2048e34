#include "gateway/charter/standing.h"

#include <string>
#include <utility>

#include "gateway/journal/sqlite.h"
#include "keys/verify/merkle.h"
#include "policy/ledger/entry_codec.h"
#include "policy/ledger/replay.h"

namespace keyturn {

Decision Standing::decide_and_apply(const Intent& intent) {
  Decision decision = decide(*ledger, intent, at);
  if (decision.kind == Decision::Kind::unchanged) return decision;
  Entry entry;
  entry.index = ledger->size();
  entry.at = at;
  entry.intent = intent;
  entry.events = decision.events;
  // INVARIANT: what decide() just said fits the ledger that it said it of.
  ledger->apply(entry).value();
  return decision;
}

Result<Standing> standing_of_nothing(std::shared_ptr<const Charter> charter) {
  Standing out;
  out.ledger = std::make_unique<Ledger>(charter);
  out.at = charter->valid_from;
  Entry entry;
  entry.at = out.at;
  entry.intent = intent::Genesis{charter->digest, static_cast<std::uint64_t>(charter->text.size())};
  entry.events = decide(*out.ledger, entry.intent, out.at).events;
  TRY(const std::string bytes, encode_entry(entry));
  CHECK_OK(out.ledger->apply(entry));
  out.size = 1;
  out.root = leaf_hash(bytes);
  return out;
}

Result<Standing> standing_of_journal(const JournalPlace& place,
                                     std::shared_ptr<const Charter> charter) {
  TRY(const auto store, SqliteStore::open_read_only(place.database()));
  Replayer replayer(std::move(charter), Domain::live);
  TRY(const Recounted recounted,
      recount(*store, Tree(), {}, [&](std::string_view bytes) { return replayer.next(bytes); }));
  if (recounted.difference)
    return Error{Code::corrupt, "the journal is not sound: " + recounted.difference->what};
  if (replayer.size() == 0)
    return Error{Code::not_found, "the journal is empty: leave it out, or let `serve` open it"};
  Standing out;
  out.size = replayer.size();
  out.root = replayer.root();
  out.ledger = std::move(replayer).take_ledger();
  out.at = out.ledger->last_at();
  return out;
}

}  // namespace keyturn
