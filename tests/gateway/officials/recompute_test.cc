#include "gateway/officials/recompute.h"

#include "tests/gateway/authority/world.h"
#include "tests/support/charters.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

struct Shown {
  explicit Shown(World& world, GatedRequest request) {
    const std::string id = world.hold(std::move(request))->id();
    world.look([&](const Ledger& ledger) {
      text = ledger.find(id)->text;
      record = world.bodies().get(ledger.find(id)->request).value();
    });
  }
  std::string text;
  BodyRecord record;
};

}  // namespace

TEST_CASE("a command's text is made again from its body and one's own charter [W2]") {
  World world(defence);
  for (const Shown& shown : {Shown(world, world.strike("planner-7", {"uav-001", "usv-003"})),
                             Shown(world, world.ask("nowak"))}) {
    const auto own = recompute(world.shared_charter(), shown.text, shown.record);
    REQUIRE_MESSAGE(own.ok(), (own.ok() ? "" : own.error().message));
    CHECK(own->to_text() == shown.text);
  }
}

TEST_CASE("any friendlier text than the body's own is refused, and the line is named [W2] T33") {
  World world(defence);
  const Shown shown(world, world.strike("planner-7", {"uav-001"}));
  const auto refused = [&](std::string_view from, std::string_view to) {
    std::string text = shown.text;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    const auto own = recompute(world.shared_charter(), text, shown.record);
    REQUIRE_FALSE(own.ok());
    return own.error().message;
  };
  CHECK(refused("grid 31U", "nothing").find("effect ") != std::string::npos);
  CHECK(refused("\nsystems uav-001", "\nsystems uav-002").find("systems ") != std::string::npos);
  CHECK(refused("initiator alvarez", "initiator okafor").find("initiator ") != std::string::npos);
  CHECK(refused("delay 2m", "delay 0s").find("windows ") != std::string::npos);
  CHECK(refused("rule 2 of", "rule 1 of").find("rule ") != std::string::npos);
  CHECK(refused("charter 1 sha256:", "charter 2 sha256:").find("charter ") != std::string::npos);
}

TEST_CASE("a text over another body, or another charter, is refused [W2] T10") {
  World world(defence);
  const Shown shown(world, world.strike("planner-7", {"uav-001"}));
  BodyRecord other = shown.record;
  other.body.replace(other.body.find("uav-001"), 7, "uav-002");
  CHECK_FALSE(recompute(world.shared_charter(), shown.text, other).ok());
  other = shown.record;
  other.nonce[0] ^= 1;
  CHECK_FALSE(recompute(world.shared_charter(), shown.text, other).ok());
  other = shown.record;
  other.target += "x";
  CHECK_FALSE(recompute(world.shared_charter(), shown.text, other).ok());

  std::string pattern(defence);
  pattern.replace(pattern.find("limit person military 10%"), 25, "limit person military 20%");
  World second(pattern);
  const auto elsewhere = recompute(second.shared_charter(), shown.text, shown.record);
  REQUIRE_FALSE(elsewhere.ok());
  CHECK(elsewhere.error().message.find("charter") != std::string::npos);
  CHECK_FALSE(recompute(world.shared_charter(), "keyturn/command/v1\n", shown.record).ok());
}
