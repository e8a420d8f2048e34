// The defence charter with what emergencies need: an effector's key, a stop order, and blocks that
// say who may freeze what and who lifts it; and the statements that go with them.
#pragma once

#include <string>
#include <string_view>

#include "tests/policy/decide/deployment.h"

namespace keyturn::testing {

// fleet's effector has test_key("effector"). strike has `stop POST /api/v1/tasks/stop`. Freezes:
//   military/**         by office:judge-advocate (gupta, jonas of court) and institution:parliament
//                       (farouk, haddad, ito) and nowak of mod, for 24h
//   class strike        by office:judge-advocate for 12h
//   class helpful-only  by office:judge-advocate for 12h
// each lifted by one of parliament and one of the court.
std::string emergency_charter();

struct FreezeWords {
  FreezeStatement::Subject subject = FreezeStatement::Subject::pool;
  std::string name = "military/air";
  Duration length{3600};  // from now
  std::string reason = "the radar lies";
  Duration signed_at{0}, not_after{3600};  // from now
  std::string deployment = "joint-autonomy";
  std::string key = {};  // whose key signs; empty: the person's own
};

class Emergency : public Deployment {
 public:
  Emergency() : Deployment(emergency_charter()) {}
  explicit Emergency(std::string_view pattern) : Deployment(pattern) {}

  Decision say(WordKind kind, std::string_view person, std::string_view id, const Say& say = {});

  // The effector's own word on a claimed command; `release.command` and the rest as given.
  ReleaseStatement release_of(std::string_view id) const;
  Decision release(const ReleaseStatement& release, std::string_view key = "effector");

  Decision freeze(std::string_view person, const FreezeWords& words = {});
  // The id of the freeze granted last.
  std::string frozen(std::string_view person, const FreezeWords& words = {});
  Decision unfreeze(std::string_view person, std::string_view freeze, const Say& say = {});
  Decision lift(std::string_view freeze, const std::vector<std::string>& approvers,
                std::uint32_t branch = 0);

  // planner-7's strike by these systems, approved and claimed.
  std::string claimed(const std::vector<std::string>& systems = {"uav-001", "uav-002"});
};

FreezeWords of_class(std::string name);
FreezeWords of_pool(std::string name);

}  // namespace keyturn::testing
