#include "gateway/journal/journal.h"

#include <doctest/doctest.h>

#include "gateway/journal/memory.h"
#include "gateway/journal/verify.h"
#include "keys/verify/merkle.h"
#include "keys/verify/tlog_proof.h"
#include "keyturn/limits.h"
#include "tests/gateway/journal/samples.h"

using namespace keyturn;
using namespace keyturn::journal_tests;
namespace fs = std::filesystem;

TEST_CASE("a journal is made once, and opens only where it was made") {
  const TemporaryFolder folder;
  const JournalPlace place = place_in(folder);
  CHECK(Journal::open(place, origin, journal_key(), feed_nothing).error().code == Code::not_found);
  REQUIRE(Journal::create(place, origin, journal_key()).ok());
  CHECK(Journal::create(place, origin, journal_key()).error().code == Code::conflict);
  const auto journal = open_journal(place);
  CHECK(journal->size() == 0);
  CHECK(journal->checkpoint().root == empty_tree_root());
  CHECK(verify_checkpoint(journal->signed_checkpoint(), origin, journal_key().public_key()).ok());
}

TEST_CASE("a crash within create leaves what create takes up again") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 0);
  fs::remove(place.database());
  CHECK(Journal::create(place, origin, journal_key()).ok());
}

TEST_CASE("an empty journal is never made under a mark that vouches for entries [T25]") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 3);
  fs::remove_all(place.folder);
  CHECK(Journal::create(place, origin, journal_key()).error().code == Code::conflict);
  REQUIRE(write_file_atomically(place.high_water_file(), "rubbish").ok());
  CHECK(Journal::create(place, origin, journal_key()).error().code == Code::conflict);
}

TEST_CASE("what was appended is there after a restart, in order, and is fed to the fold") {
  const TemporaryFolder folder;
  const JournalPlace place = place_in(folder);
  REQUIRE(Journal::create(place, origin, journal_key()).ok());
  Checkpoint before;
  {
    const auto journal = open_journal(place);
    REQUIRE(journal->append(entries(0, 5)).value() == Appended::ok);
    REQUIRE(
        journal->append(std::vector<std::string>{"", std::string(entry_bytes_max, 'x')}).value() ==
        Appended::ok);
    REQUIRE(journal->append({}).value() == Appended::ok);
    before = journal->checkpoint();
    CHECK(before.size == 7);
  }
  std::vector<std::string> seen;
  const auto journal = Journal::open(place, origin, journal_key(), [&](std::string_view entry) {
                         seen.emplace_back(entry);
                         return Result<void>();
                       }).value();
  auto expected = entries(0, 5);
  expected.push_back("");
  expected.push_back(std::string(entry_bytes_max, 'x'));
  CHECK(seen == expected);
  CHECK(journal->checkpoint() == before);
  CHECK(journal->read(0, 7).value() == expected);
  CHECK(journal->read(2, 2).value().empty());
  CHECK(journal->read(6, 8).error().code == Code::not_found);
}

TEST_CASE("one journal has one process [T12]") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 3);
  auto journal = open_journal(place);
  CHECK(Journal::open(place, origin, journal_key(), feed_nothing).error().code == Code::conflict);
  CHECK(Journal::create(place, origin, journal_key()).error().code == Code::conflict);
  journal.reset();
  CHECK(Journal::open(place, origin, journal_key(), feed_nothing).ok());
}

TEST_CASE("an entry that the fold refuses ends the start and is named") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 9);
  int count = 0;
  const auto opened = Journal::open(place, origin, journal_key(), [&](std::string_view) {
    return ++count == 6 ? Result<void>(Error{Code::corrupt, "another event"}) : Result<void>();
  });
  CHECK(opened.error().code == Code::corrupt);
  CHECK(opened.error().message.find("entry 5 ") != std::string::npos);
}

TEST_CASE("batches and entries beyond their limits are refused, and nothing is written") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 3);
  const auto journal = open_journal(place);
  CHECK(journal->append(entries(0, batch_entries_max + 1)).error().code == Code::exhausted);
  CHECK(journal->append(std::vector<std::string>{std::string(entry_bytes_max + 1, 'x')})
            .error()
            .code == Code::too_large);
  CHECK(journal->size() == 3);
  CHECK(journal->read(0, batch_entries_max + 1).error().code == Code::not_found);
  REQUIRE(journal->append(entries(3, batch_entries_max)).value() == Appended::ok);
  CHECK(journal->size() == 3 + batch_entries_max);
  CHECK(journal->read(0, batch_entries_max + 1).error().code == Code::exhausted);
  CHECK(journal->read(3, 3 + batch_entries_max).value() == entries(3, batch_entries_max));
  CHECK(journal->sweep().ok());
}

TEST_CASE("the mark and the published checkpoint are of the size that was answered for") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 0);
  const auto journal = open_journal(place);
  std::uint64_t told = 0;
  Result<Checkpoint> when_told = Error{};
  journal->watch([&](std::uint64_t size) {
    told = size;
    when_told = verify_checkpoint(read_file(place.high_water_file(), checkpoint_bytes_max).value(),
                                  origin, journal_key().public_key());
  });
  for (std::uint64_t size = 1; size <= 9; ++size) {
    REQUIRE(journal->append(entries(size - 1, 1)).value() == Appended::ok);
    CHECK(told == size);
    REQUIRE(when_told.ok());
    CHECK(*when_told == journal->checkpoint());
    CHECK(read_file(place.checkpoint(), checkpoint_bytes_max).value() ==
          journal->signed_checkpoint());
  }
}

TEST_CASE("every proof of a growing journal is accepted by the library that effectors link") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 0);
  const auto journal = open_journal(place);
  std::vector<Digest> roots = {empty_tree_root()};
  for (std::uint64_t size = 1; size <= 33; ++size) {
    REQUIRE(journal->append(entries(size - 1, 1)).value() == Appended::ok);
    roots.push_back(journal->checkpoint().root);
  }
  for (std::uint64_t size = 0; size <= 33; ++size) {
    for (std::uint64_t i = 0; i < size; ++i) {
      const auto proof = journal->inclusion_proof(i, size).value();
      CHECK(verify_inclusion(i, size, leaf_hash(entries(i, 1)[0]), proof, roots[size]).ok());
    }
    for (std::uint64_t older = 0; older <= size; ++older) {
      const auto proof = journal->consistency_proof(older, size).value();
      CHECK(verify_consistency(older, size, roots[older], roots[size], proof).ok());
    }
    CHECK(journal->inclusion_proof(size, size).error().code == Code::not_found);
  }
  CHECK(journal->consistency_proof(1, 34).error().code == Code::not_found);
  CHECK(journal->consistency_proof(2, 1).error().code == Code::not_found);
}

TEST_CASE("an exported proof verifies offline, and no longer once one character of it changes") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 11);
  const PublicKey key = journal_key().public_key();
  const auto journal = open_journal(place);
  const std::string text = journal->prove(4).value();
  CHECK(prove_entry(place, origin, key, 4).value() == text);
  const std::string entry = entries(4, 1)[0];
  const TlogProof proof = TlogProof::parse(text).value();
  CHECK(proof.to_text() == text);
  CHECK(verify_tlog_proof(proof, entry, origin, key).value() == journal->checkpoint());
  CHECK_FALSE(verify_tlog_proof(proof, "entry 5\n", origin, key).ok());
  CHECK_FALSE(verify_tlog_proof(proof, entry, origin, journal_key(8).public_key()).ok());
  CHECK_FALSE(verify_tlog_proof(proof, entry, "keyturn/other", key).ok());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto parsed = TlogProof::parse(changed);
    CHECK_FALSE((parsed.ok() && verify_tlog_proof(*parsed, entry, origin, key).ok()));
  }
  CHECK(journal->prove(11).error().code == Code::not_found);
  CHECK(prove_entry(place, origin, key, 11).error().code == Code::not_found);
}

TEST_CASE("a journal in memory needs no folder: for exercises [E1]") {
  const auto journal = Journal::open_on(std::make_unique<MemoryStore>(), std::nullopt, origin,
                                        journal_key(), feed_nothing)
                           .value();
  REQUIRE(journal->append(entries(0, 10)).value() == Appended::ok);
  CHECK(journal->read(0, 10).value() == entries(0, 10));
  CHECK(journal->sweep().ok());
}

TEST_CASE("after a conflict the journal reads on and goes on from there [T4 T12]") {
  // Two journals over one store stand for two gateways over one database.
  struct Shared final : Store {
    explicit Shared(std::shared_ptr<MemoryStore> inner) : store(std::move(inner)) {}
    Result<Appended> append(const Append& append) override { return store->append(append); }
    Result<void> read(std::uint64_t from, std::uint64_t to, const EntrySink& sink) const override {
      return store->read(from, to, sink);
    }
    Result<std::uint64_t> size() const override { return store->size(); }
    Result<Digest> node(std::uint8_t level, std::uint64_t index) const override {
      return store->node(level, index);
    }
    Result<std::string> checkpoint() const override { return store->checkpoint(); }
    Result<Counts> count() const override { return store->count(); }
    std::shared_ptr<MemoryStore> store;
  };
  const auto store = std::make_shared<MemoryStore>();
  const auto open = [&] {
    return Journal::open_on(std::make_unique<Shared>(store), std::nullopt, origin, journal_key(),
                            feed_nothing)
        .value();
  };
  const auto one = open();
  const auto other = open();
  REQUIRE(one->append(entries(0, 3)).value() == Appended::ok);
  CHECK(other->append(entries(100, 1)).value() == Appended::conflict);
  CHECK(other->size() == 0);
  std::vector<std::string> seen;
  REQUIRE(other
              ->catch_up([&](std::string_view entry) {
                seen.emplace_back(entry);
                return Result<void>();
              })
              .ok());
  CHECK(seen == entries(0, 3));
  CHECK(other->checkpoint() == one->checkpoint());
  REQUIRE(other->append(entries(3, 2)).value() == Appended::ok);
  CHECK(one->append(entries(100, 1)).value() == Appended::conflict);
  CHECK(store->size().value() == 5);
}
