#include "gateway/officials/recompute.h"

#include "gateway/journal/journal.h"
#include "keys/verify/checkpoint.h"
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
    const auto own = recompute(world.shared_charter(), shown.text, shown.record, world.clock.now());
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
    const auto own = recompute(world.shared_charter(), text, shown.record, world.clock.now());
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
  CHECK_FALSE(recompute(world.shared_charter(), shown.text, other, world.clock.now()).ok());
  other = shown.record;
  other.nonce[0] ^= 1;
  CHECK_FALSE(recompute(world.shared_charter(), shown.text, other, world.clock.now()).ok());
  other = shown.record;
  other.target += "x";
  CHECK_FALSE(recompute(world.shared_charter(), shown.text, other, world.clock.now()).ok());

  std::string pattern(defence);
  pattern.replace(pattern.find("limit person military 10%"), 25, "limit person military 20%");
  World second(pattern);
  const auto elsewhere =
      recompute(second.shared_charter(), shown.text, shown.record, world.clock.now());
  REQUIRE_FALSE(elsewhere.ok());
  CHECK(elsewhere.error().message.find("charter") != std::string::npos);
  CHECK_FALSE(
      recompute(world.shared_charter(), "keyturn/command/v1\n", shown.record, world.clock.now())
          .ok());
}

namespace {

std::string changed(const std::string& text, std::string_view from, std::string_view to) {
  std::string out = text;
  const std::size_t at = out.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return out.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a command from the future, and one that expired, is not signed for [W2] T33") {
  World world(defence);
  const Shown shown(world, world.strike("planner-7", {"uav-001"}));
  const auto at = [&](const std::string& text, Duration later) {
    return recompute(world.shared_charter(), text, shown.record, world.clock.now() + later);
  };
  REQUIRE(at(shown.text, {0}).ok());
  CHECK(at(changed(shown.text, "\nexpires 2026", "\nexpires 2036"), {0}).error().code ==
        Code::forbidden);
  CHECK(at(shown.text, {-60}).ok());
  CHECK(at(shown.text, {-61}).error().code == Code::forbidden);
  CHECK(at(shown.text, {365 * 86400}).error().code == Code::expired);
}

TEST_CASE("share lines that are missing, invented, or add too much are refused [W2 W11] T33") {
  World world(defence);
  const Shown shown(world, world.strike("planner-7", {"uav-001"}));
  const auto refused = [&](const std::string& text) {
    const auto own = recompute(world.shared_charter(), text, shown.record, world.clock.now());
    return !own.ok() && own.error().message.find("share") != std::string::npos;
  };
  const std::size_t line = shown.text.find("\nshare ");
  REQUIRE(line != std::string::npos);
  const std::size_t end = shown.text.find('\n', line + 1);
  CHECK(refused(shown.text.substr(0, line) + shown.text.substr(end)));
  CHECK(refused(shown.text.substr(0, end) + shown.text.substr(line, end - line) +
                shown.text.substr(end)));
  CHECK(refused(changed(shown.text, "share alvarez military 0 -> 1 of 8",
                        "share alvarez military 0 -> 1 of 80")));
  CHECK(refused(
      changed(shown.text, "share alvarez military 0 -> 1", "share alvarez military 0 -> 3")));
  CHECK(refused(
      changed(shown.text, "share alvarez military 0 -> 1", "share okafor military 0 -> 1")));
  // What was directed before is the journal's to say.
  const auto more =
      changed(shown.text, "share alvarez military 0 -> 1", "share alvarez military 2 -> 3");
  CHECK(recompute(world.shared_charter(), more, shown.record, world.clock.now()).ok());
}

TEST_CASE("a command names no position beyond the journal's signed checkpoint [W2]") {
  World world(defence);
  const Shown shown(world, world.strike("planner-7", {"uav-001"}));
  const CommandText command = CommandText::parse(shown.text).value();
  const std::string origin = journal_origin(world.charter().name);
  const auto position = [&](std::uint64_t size, const Digest& root, std::string_view signer) {
    const Checkpoint checkpoint{origin, size, root};
    return check_position(world.charter(), command,
                          test_key(signer).sign_checkpoint(origin, checkpoint.to_text()));
  };
  CHECK(position(command.journal_size, command.journal_root, "journal").ok());
  CHECK(position(command.journal_size + 5, sha256("later"), "journal").ok());
  CHECK_FALSE(position(command.journal_size, sha256("another"), "journal").ok());
  CHECK_FALSE(position(command.journal_size - 1, sha256("before"), "journal").ok());
  CHECK_FALSE(position(command.journal_size, command.journal_root, "okafor").ok());
}
