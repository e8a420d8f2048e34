#include "policy/share/system_set.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>

#include "tests/policy/decide/deployment.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

using testing::defence;
using testing::load;

SystemSet set_of(const Charter& charter, std::initializer_list<std::string_view> names) {
  std::set<SystemId> ids;
  for (const std::string_view name : names) ids.insert(charter.find_system(name).value());
  const std::vector<SystemId> sorted(ids.begin(), ids.end());
  return SystemSet::of(sorted);
}

SystemSet from_bits(const std::vector<bool>& bits) {
  std::vector<SystemId> ids;
  for (std::uint32_t i = 0; i < bits.size(); ++i)
    if (bits[i]) ids.push_back({i});
  return SystemSet::of(ids);
}

TEST_CASE("a set of systems is written in ranges, and once [C8]") {
  const auto charter = load(defence);
  CHECK(SystemSet().to_text(*charter).empty());
  CHECK(set_of(*charter, {"uav-003"}).to_text(*charter) == "uav-003");
  CHECK(set_of(*charter, {"uav-003", "uav-004"}).to_text(*charter) == "uav-[003..004]");
  CHECK(set_of(*charter, {"uav-003", "uav-004", "uav-007"}).to_text(*charter) ==
        "uav-[003..004] uav-007");
  CHECK(set_of(*charter, {"uav-009", "uav-010", "uav-011"}).to_text(*charter) == "uav-[009..011]");
  CHECK(set_of(*charter, {"uav-040", "usv-001"}).to_text(*charter) == "uav-040 usv-001");
}

TEST_CASE("a range holds only names that differ in one number of equal width") {
  const auto charter =
      load(testing::replaced(defence, "class strike",
                             "system a1-1 pool military/air weight 1 at fleet\nsystem a2-1 pool "
                             "military/air weight 1 at fleet\n"
                             "system a2-2 pool military/air weight 1 at fleet\nsystem b9 pool "
                             "military/air weight 1 at fleet\n"
                             "system b10 pool military/air weight 1 at fleet\nclass strike"));
  const SystemSet all = set_of(*charter, {"a1-1", "a2-1", "a2-2", "b9", "b10"});
  const std::string text = all.to_text(*charter);
  CHECK(text.find("b[9..10]") == std::string::npos);
  CHECK(text.find("a[1..2]-1") != std::string::npos);
  CHECK(SystemSet::parse(*charter, text).value() == all);
}

TEST_CASE("a text of systems is read only as it is written") {
  const auto charter = load(defence);
  for (const char* text :
       {"uav-[003..004] uav-007", "uav-[001..040] usv-[001..010]", "uav-003", ""})
    CHECK(SystemSet::parse(*charter, text).value().to_text(*charter) == text);
  for (const char* text : {"uav-003 uav-004",
                           "uav-[003..003]",
                           "uav-007 uav-003",
                           "uav-[003..005] uav-004",
                           " uav-003",
                           "uav-003 ",
                           "uav-003  uav-007",
                           "uav-041",
                           "uav-[039..041]",
                           "uav-[004..003]",
                           "uav-[..]",
                           "uav-[003..004",
                           "uav-003..004]",
                           "uav-[3..4]",
                           "uav-]003..004[",
                           "[001..002]",
                           "uav-[003.004]",
                           "uav-[003..004]x",
                           "..[]",
                           "uav-[999..999]",
                           "uav-[9..]"})
    CHECK_MESSAGE(!SystemSet::parse(*charter, text).ok(), text);
}

TEST_CASE("sets of systems obey the laws of sets, and their text is one to one [S4]") {
  const auto charter = load(defence);
  const std::size_t count = charter->systems.size();
  CHECK(rc::check("union, weight and text", [&] {
    const auto bits = [&] {
      return *rc::gen::container<std::vector<bool>>(count, rc::gen::arbitrary<bool>());
    };
    const std::vector<bool> a = bits(), b = bits();
    std::vector<bool> either(count);
    std::uint64_t weight = 0;
    std::vector<std::uint64_t> in_pool(charter->pools.size(), 0);
    for (std::uint32_t i = 0; i < count; ++i) {
      either[i] = a[i] || b[i];
      if (!either[i]) continue;
      weight += charter->systems[i].weight;
      for (std::optional<PoolId> pool = charter->systems[i].pool; pool;
           pool = charter->pool(*pool).parent)
        in_pool[pool->value] += charter->systems[i].weight;
    }
    SystemSet both = from_bits(a);
    both.add(from_bits(b));
    RC_ASSERT(both == from_bits(either));
    RC_ASSERT(both.weight(*charter) == weight);
    for (std::uint32_t pool = 0; pool < in_pool.size(); ++pool)
      RC_ASSERT(both.weight_in(*charter, {pool}) == in_pool[pool]);
    const SystemSet second = from_bits(b);
    std::vector<SystemSet::Range> ranges(second.ranges().rbegin(), second.ranges().rend());
    ranges.insert(ranges.end(), second.ranges().begin(), second.ranges().end());
    RC_ASSERT(SystemSet::united(ranges) == second);
    RC_ASSERT(SystemSet::parse(*charter, both.to_text(*charter)).value() == both);
  }));
}

}  // namespace
}  // namespace keyturn
