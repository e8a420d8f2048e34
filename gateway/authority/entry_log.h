// EntryLog: a line of the log for each journal entry, on its way to the holds. It names the command
// by its id, the principal and the official as the journal names them, and what was decided; no
// body, no header, no text that a caller wrote. Thread rule: the sequencer's thread.
#pragma once

#include "gateway/authority/sequencer.h"
#include "gateway/world/log.h"

namespace keyturn {

class EntryLog final : public SequencerObserver {
 public:
  EntryLog(Log& log, SequencerObserver& next) : log_(log), next_(next) {}

  void on_opened(const Ledger& ledger, Time now) override;
  void on_closed() override;
  void on_entry(const Ledger& ledger, const Entry& entry) override;
  void on_tick(const Ledger& ledger, Time now) override { next_.on_tick(ledger, now); }
  void on_decided(const Intent& intent, const Decision& decision) override {
    next_.on_decided(intent, decision);
  }
  void on_appended(std::chrono::nanoseconds took) override { next_.on_appended(took); }

 private:
  Log& log_;
  SequencerObserver& next_;
};

}  // namespace keyturn
