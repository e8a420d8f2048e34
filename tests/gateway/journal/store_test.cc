// What every store must do, run over each of them; then each fault of a store, doubled.
#include "gateway/journal/store.h"

#include <doctest/doctest.h>

#include <functional>
#include <thread>

#include "gateway/journal/memory.h"
#include "gateway/journal/sqlite.h"
#include "keys/verify/merkle.h"
#include "tests/gateway/journal/fault_store.h"
#include "tests/gateway/journal/samples.h"

using namespace keyturn;
using namespace keyturn::journal_tests;

namespace {

// Runs `test` over an empty store of each kind.
void over_every_store(const std::function<void(Store&)>& test) {
  SUBCASE("in memory") {
    MemoryStore store;
    test(store);
  }
  SUBCASE("in SQLite") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "journal.db";
    REQUIRE(SqliteStore::create(path).ok());
    const auto store = SqliteStore::open(path).value();
    test(*store);
  }
}

struct Batch {
  std::vector<std::string> bytes;
  std::vector<TreeNode> nodes;
};

Batch batch(Tree& tree, std::uint64_t count) {
  Batch out{entries(tree.size(), count), {}};
  for (const std::string& entry : out.bytes) tree.append(leaf_hash(entry), out.nodes);
  return out;
}

std::vector<std::string> read_all(const Store& store, std::uint64_t from, std::uint64_t to) {
  std::vector<std::string> out;
  REQUIRE(store
              .read(from, to,
                    [&](std::uint64_t index, std::string_view bytes) {
                      CHECK(index == from + out.size());
                      out.emplace_back(bytes);
                      return Result<void>();
                    })
              .ok());
  return out;
}

}  // namespace

TEST_CASE("a store is empty at first") {
  over_every_store([](Store& store) {
    CHECK(store.size().value() == 0);
    CHECK(store.checkpoint().value().empty());
    CHECK(store.count().value().entries == 0);
    CHECK(store.count().value().nodes == 0);
    CHECK(read_all(store, 0, 0).empty());
    CHECK(store.node(0, 0).error().code == Code::corrupt);
  });
}

TEST_CASE("a store gives back exactly the entries and nodes that it was given") {
  over_every_store([](Store& store) {
    Tree tree;
    const Batch first = batch(tree, 5);
    REQUIRE(store.append({0, first.bytes, first.nodes, {}}).value() == Appended::ok);
    Batch second{{"", std::string("a\0b", 3), std::string(65535, '\xff')}, {}};
    for (const auto& entry : second.bytes) tree.append(leaf_hash(entry), second.nodes);
    REQUIRE(store.append({5, second.bytes, second.nodes, {}}).value() == Appended::ok);
    CHECK(store.size().value() == 8);
    auto all = first.bytes;
    all.insert(all.end(), second.bytes.begin(), second.bytes.end());
    CHECK(read_all(store, 0, 8) == all);
    CHECK(read_all(store, 2, 3) == std::vector<std::string>{all[2]});
    for (const Batch* one : {&first, static_cast<const Batch*>(&second)}) {
      for (const TreeNode& node : one->nodes)
        CHECK(store.node(node.level, node.index).value() == node.hash);
    }
    CHECK(store.node(4, 0).error().code == Code::corrupt);
    CHECK(store.count().value().entries == 8);
    CHECK(store.count().value().nodes == 15);
  });
}

TEST_CASE("an append at another size than the store's is a conflict and writes nothing [T12]") {
  over_every_store([](Store& store) {
    Tree tree;
    const Batch first = batch(tree, 3);
    REQUIRE(store.append({0, first.bytes, first.nodes, "one"}).value() == Appended::ok);
    Tree other = tree;
    const Batch second = batch(other, 2);
    for (const std::uint64_t wrong : {0u, 2u, 4u, 1000u})
      CHECK(store.append({wrong, second.bytes, second.nodes, "two"}).value() == Appended::conflict);
    CHECK(store.size().value() == 3);
    CHECK(store.count().value().entries == 3);
    CHECK(store.count().value().nodes == 4);
    CHECK(store.checkpoint().value() == "one");
    CHECK(store.append({3, second.bytes, second.nodes, "two"}).value() == Appended::ok);
  });
}

TEST_CASE("a store keeps the newest checkpoint that an append brought") {
  over_every_store([](Store& store) {
    Tree tree;
    for (const std::string checkpoint : {"", "first", "", "second\nof two lines\n"}) {
      const std::string before = store.checkpoint().value();
      const std::uint64_t size = tree.size();
      const Batch one = batch(tree, 1);
      REQUIRE(store.append({size, one.bytes, one.nodes, checkpoint}).value() == Appended::ok);
      CHECK(store.checkpoint().value() == (checkpoint.empty() ? before : checkpoint));
    }
  });
}

TEST_CASE("a read beyond the end is refused, and an error of the reader ends it") {
  over_every_store([](Store& store) {
    Tree tree;
    const Batch first = batch(tree, 5);
    REQUIRE(store.append({0, first.bytes, first.nodes, {}}).value() == Appended::ok);
    const auto ignore = [](std::uint64_t, std::string_view) { return Result<void>(); };
    CHECK(store.read(0, 6, ignore).error().code == Code::not_found);
    CHECK(store.read(4, 3, ignore).error().code == Code::not_found);
    int calls = 0;
    const auto stop = [&](std::uint64_t index, std::string_view) {
      ++calls;
      return index == 2 ? Result<void>(Error{Code::expired, "enough"}) : Result<void>();
    };
    CHECK(store.read(0, 5, stop).error().code == Code::expired);
    CHECK(calls == 3);
    CHECK(read_all(store, 0, 5) == first.bytes);
  });
}

TEST_CASE("whoever watches a store is told each size, and no conflict") {
  over_every_store([](Store& store) {
    std::vector<std::uint64_t> told;
    store.watch([&](std::uint64_t size) { told.push_back(size); });
    Tree tree;
    for (const std::uint64_t count : {1u, 4u, 2u}) {
      const std::uint64_t size = tree.size();
      const Batch one = batch(tree, count);
      REQUIRE(store.append({size, one.bytes, one.nodes, {}}).value() == Appended::ok);
      REQUIRE(store.append({size, one.bytes, one.nodes, {}}).value() == Appended::conflict);
    }
    CHECK(told == std::vector<std::uint64_t>{1, 5, 7});
  });
}

TEST_CASE("a store is read from other threads while it grows") {
  over_every_store([](Store& store) {
    constexpr std::uint64_t last = 60;
    std::atomic<bool> wrong = false;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&] {
        for (std::uint64_t size = 0; size < last && !wrong;) {
          size = store.size().value();
          std::uint64_t seen = 0;
          const auto read = store.read(0, size, [&](std::uint64_t index, std::string_view bytes) {
            if (bytes != entries(index, 1)[0]) wrong = true;
            ++seen;
            return Result<void>();
          });
          if (!read.ok() || seen != size || (size > 0 && !store.node(0, size - 1).ok()))
            wrong = true;
        }
      });
    }
    Tree tree;
    while (tree.size() < last) {
      const std::uint64_t size = tree.size();
      const Batch one = batch(tree, 3);
      if (store.append({size, one.bytes, one.nodes, {}}).value() != Appended::ok) wrong = true;
    }
    for (auto& reader : readers) reader.join();
    CHECK_FALSE(wrong);
  });
}

TEST_CASE("a SQLite store of another schema, another shape or another kind is refused") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "journal.db";
  CHECK(SqliteStore::open(path).error().code == Code::not_found);
  REQUIRE(SqliteStore::create(path).ok());
  CHECK(SqliteStore::create(path).error().code == Code::conflict);
  CHECK(SqliteStore::open_read_only(path).ok());
  REQUIRE(write_file_atomically(
              path, "not a database, and long enough to have a header" + std::string(4096, ' '))
              .ok());
  CHECK(SqliteStore::open(path).error().code == Code::corrupt);
  CHECK(SqliteStore::open_read_only(path).error().code == Code::corrupt);
}

TEST_CASE("a store that is read only refuses to append") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "journal.db";
  REQUIRE(SqliteStore::create(path).ok());
  const auto store = SqliteStore::open_read_only(path).value();
  CHECK(store->append({0, {}, {}, {}}).error().code == Code::forbidden);
}

// --- faults: every one is doubled, failed and failed-but-persisted [T5 T27 T28]
// -----------------------

TEST_CASE("[T27] after a refused append nothing was written, and the same append passes later") {
  const auto store = std::make_shared<MemoryStore>();
  const auto journal = Journal::open_on(std::make_unique<FaultStore>(store, 2, Flavour::refused),
                                        std::nullopt, origin, journal_key(), feed_nothing)
                           .value();
  REQUIRE(journal->append(entries(0, 3)).value() == Appended::ok);
  const Checkpoint before = journal->checkpoint();
  CHECK(journal->append(entries(3, 2)).error().code == Code::unavailable);
  CHECK(journal->checkpoint() == before);
  CHECK(store->size().value() == 3);
  CHECK(journal->append(entries(3, 2)).value() == Appended::ok);
  CHECK(journal->read(0, 5).value() == entries(0, 5));
}

TEST_CASE(
    "[T28] after an unknown append the journal signs nothing more; the next start answers it") {
  for (const Flavour flavour : {Flavour::lost, Flavour::lost_but_persisted}) {
    for (int fails_at = 1; fails_at <= 4; ++fails_at) {
      const TemporaryFolder folder;
      const JournalPlace place = make_journal(folder, 0);
      const std::shared_ptr<Store> store = SqliteStore::open(place.database()).value();
      auto journal = Journal::open_on(std::make_unique<FaultStore>(store, fails_at, flavour), place,
                                      origin, journal_key(), feed_nothing)
                         .value();
      for (int i = 1; i < fails_at; ++i)
        REQUIRE(journal->append(entries(journal->size(), 3)).value() == Appended::ok);
      const Checkpoint before = journal->checkpoint();
      CHECK(journal->append(entries(before.size, 3)).value() == Appended::unknown);
      CHECK(journal->checkpoint() == before);
      CHECK(journal->append(entries(before.size, 3)).error().code == Code::unavailable);
      CHECK(journal->catch_up(feed_nothing).error().code == Code::unavailable);
      journal.reset();
      const auto again = open_journal(place);
      const bool persisted = flavour == Flavour::lost_but_persisted;
      CHECK(again->size() == before.size + (persisted ? 3 : 0));
      CHECK(again->read(0, again->size()).value() == entries(0, again->size()));
      CHECK(again->append(entries(again->size(), 1)).value() == Appended::ok);
    }
  }
}

TEST_CASE(
    "[T28] an append whose high-water mark cannot be written is unknown, and found at the start") {
  const TemporaryFolder folder;
  const JournalPlace place = make_journal(folder, 3);
  auto journal = open_journal(place);
  // The mark's mount goes away.
  const auto mount = place.high_water.parent_path();
  const auto away = folder.path() / "away";
  std::filesystem::rename(mount, away);
  CHECK(journal->append(entries(3, 2)).value() == Appended::unknown);
  CHECK(journal->size() == 3);
  CHECK(journal->append(entries(3, 2)).error().code == Code::unavailable);
  journal.reset();
  CHECK(Journal::open(place, origin, journal_key(), feed_nothing).error().code == Code::not_found);
  std::filesystem::rename(away, mount);
  CHECK(open_journal(place)->size() == 5);
}

TEST_CASE("[T27] whichever read fails, the start fails with it and signs nothing") {
  const auto store = std::make_shared<MemoryStore>();
  {
    const auto journal = Journal::open_on(std::make_unique<FaultStore>(store, 0, Flavour::refused),
                                          std::nullopt, origin, journal_key(), feed_nothing)
                             .value();
    REQUIRE(journal->append(entries(0, 6)).value() == Appended::ok);
  }
  int failed = 0;
  for (int which = 1;; ++which) {
    auto fault = std::make_unique<FaultStore>(store, 0, Flavour::refused);
    fault->fail_read(which);
    const auto opened =
        Journal::open_on(std::move(fault), std::nullopt, origin, journal_key(), feed_nothing);
    if (opened.ok()) break;
    CHECK(opened.error().code == Code::unavailable);
    ++failed;
  }
  CHECK(failed > 10);
}
