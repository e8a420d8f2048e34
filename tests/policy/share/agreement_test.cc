// Shares that decide, against the naive ones of tests/model: random fleets and limits, persons and
// agents who propose, approve and claim in random order, every decision foretold.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "policy/share/share.h"
#include "tests/model/any_world.h"
#include "tests/model/people.h"
#include "tests/model/share.h"
#include "tests/policy/decide/deployment.h"

namespace keyturn {
namespace {

using model::Name;
using model::Seconds;
using model::World;
using testing::Deployment;

constexpr std::size_t steps_per_race = 25;
// The windows that charter_text() writes.
constexpr Seconds approve_seconds = 30 * 60, execute_seconds = 10 * 60, lease_seconds = 20 * 60;

struct Step {
  enum class Kind { propose, claim, pass } kind = Kind::propose;
  Name principal;               // propose
  model::Systems systems;       // propose
  std::vector<Name> approvers;  // propose: who then approve, by slot
  std::size_t which = 0;        // claim: of the commands so far
  Seconds seconds = 0;          // pass
};

void showValue(const Step& step, std::ostream& out) {
  out << "propose claim pass: " << static_cast<int>(step.kind) << ' ' << step.principal << ' ';
  for (const Name& system : step.systems) out << system << ' ';
  out << step.which << ' ' << step.seconds << '\n';
}

// Half propose, four in ten claim, one lets time pass: commands race for what is left. Shrinking
// outlives the property's run, so the world is kept by value.
rc::Gen<Step> any_step(const World& world) {
  return rc::gen::resize(
      rc::kNominalSize, rc::gen::exec([world] {
        Step step;
        const int kind = *rc::gen::inRange(0, 10);
        step.kind = kind < 5   ? Step::Kind::propose
                    : kind < 9 ? Step::Kind::claim
                               : Step::Kind::pass;
        step.which = *rc::gen::inRange<std::size_t>(0, 100);
        step.seconds = *rc::gen::inRange<Seconds>(1, 1'300);
        step.principal =
            model::any_of({"okafor", "alvarez", "brandt", "nowak", "planner", "scout", "relay"});
        for (std::size_t count = *rc::gen::inRange<std::size_t>(1, 4); count > 0; --count) {
          step.systems.insert(
              world.systems[*rc::gen::inRange<std::size_t>(0, world.systems.size())].name);
        }
        step.approvers = {model::any_of({"farouk", "haddad"}),
                          model::any_of({"duarte", "eriksen"})};
        return step;
      }));
}

std::vector<Step> any_steps(const World& world) {
  return *rc::gen::container<std::vector<Step>>(steps_per_race, any_step(world));
}

// A deployment and its naive double, which says beforehand what each decision will be.
class Race {
 public:
  explicit Race(const World& world)
      : world_(world), relations_(world), deployment_(model::charter_text(world)) {}

  // Whether the step was granted.
  bool take(const Step& step) {
    switch (step.kind) {
      case Step::Kind::propose:
        return propose(step);
      case Step::Kind::claim:
        return !commands_.empty() && claim(commands_[step.which % commands_.size()]);
      case Step::Kind::pass:
        deployment_.pass({step.seconds});
        return true;
    }
    return false;
  }

  void check_shares() const {
    const std::optional<std::string> exceeded = model::exceeded(world_, relations_, leases_, now());
    RC_ASSERT(exceeded.value_or("") == "");
    // A ledger remembers as far back as its limits look, and no further.
    std::set<Seconds> overs{0};
    for (const model::Limit& limit : world_.limits) overs.insert(limit.over_seconds);
    for (const model::Person& person : world_.persons) {
      for (const Seconds over : overs) {
        check_same(model::Limit::Subject::person, Limit::Subject::person, person, over);
        check_same(model::Limit::Subject::span, Limit::Subject::span, person, over);
        check_same(model::Limit::Subject::cosigned, Limit::Subject::cosigned, person, over);
      }
    }
  }

  // INVARIANT: counted by hand, over everything he and his agents lease [S4].
  model::Systems leased_by(const Name& person) const {
    model::Systems systems;
    for (const model::Lease& lease : leases_) {
      if (model::person_behind(world_, lease.principal) != person) continue;
      if (lease.until + model::lease_grace <= now()) continue;
      systems.insert(lease.systems.begin(), lease.systems.end());
    }
    return systems;
  }
  std::uint64_t held_weight(const Name& person) const {
    return weight_of({Limit::Subject::person, *deployment_.charter().find_person(person), {}, {}},
                     0);
  }

  std::uint64_t claims = 0, claims_over_limit = 0, proposals_over_limit = 0;

 private:
  struct Held {
    std::string id;
    model::Lease lease;  // what a claim would begin, but for its times
    Seconds proposed = 0;
    bool over = false;
  };

  Seconds now() const { return deployment_.now.seconds; }

  bool propose(const Step& step) {
    model::Lease lease{step.principal, {}, step.systems, now(), now() + lease_seconds};
    const bool fits = model::fits_proposal(
        world_, relations_, leases_, pending(model::person_behind(world_, step.principal)), lease);
    std::string list;
    for (const Name& system : step.systems) list += (list.empty() ? "\"" : ",\"") + system + "\"";
    const intent::Propose request = deployment_.request(step.principal, "fleet", "POST", "/act",
                                                        "{\"systems\":[" + list + "]}");
    const Decision decision = deployment_.decide_and_record(request);
    RC_ASSERT(testing::is_granted(decision) == fits);
    if (!fits) {
      ++proposals_over_limit;
      RC_ASSERT(testing::is_refused(decision, "share-limit"));
      return false;
    }
    testing::Say say;
    say.deployment = deployment_.charter().name;
    for (const Name& approver : step.approvers) {
      RC_ASSERT(testing::is_granted(deployment_.approve(approver, request.id, say)));
    }
    lease.approvers = step.approvers;
    commands_.push_back({request.id, lease, now(), false});
    return true;
  }

  bool claim(Held& command) {
    command.lease.from = now();
    command.lease.until = now() + lease_seconds;
    const bool in_time = !command.over && now() <= command.proposed + execute_seconds;
    const bool fits = model::fits_claim(world_, relations_, leases_, command.lease);
    const Decision decision = deployment_.decide_and_record(
        deployment_.assigned(command.id, "act", command.lease.approvers));
    RC_ASSERT(testing::is_granted(decision) == (in_time && fits));
    if (in_time && !fits) {
      ++claims_over_limit;
      RC_ASSERT(testing::is_refused(decision, "share-limit"));
    }
    if (!in_time || !fits) return false;
    ++claims;
    command.over = true;
    leases_.push_back(command.lease);
    return true;
  }

  // What the person's other held commands name.
  model::Systems pending(const Name& person) const {
    model::Systems systems;
    for (const Held& command : commands_) {
      const bool held =
          !command.over && now() < command.proposed + approve_seconds + execute_seconds;
      if (!held || model::person_behind(world_, command.lease.principal) != person) continue;
      systems.insert(command.lease.systems.begin(), command.lease.systems.end());
    }
    return systems;
  }

  std::uint64_t weight_of(const Subject& subject, Seconds over) const {
    return directed(deployment_.ledger(), subject, deployment_.now, {over},
                    deployment_.ledger().size())
        .weight(deployment_.charter());
  }

  void check_same(model::Limit::Subject naive, Limit::Subject kind, const model::Person& person,
                  Seconds over) const {
    const model::Systems systems =
        model::directed(world_, relations_, leases_, {naive, person.name}, now(), over);
    const Subject subject{kind, *deployment_.charter().find_person(person.name), {}, {}};
    RC_ASSERT(weight_of(subject, over) == model::weight(world_, systems, "military"));
  }

  const World world_;
  const model::Relations relations_;
  Deployment deployment_;
  std::vector<Held> commands_;
  std::vector<model::Lease> leases_;
};

TEST_CASE(
    "racing claims never take anyone above a limit, and are refused for nothing else [S1 S6]") {
  std::uint64_t claims = 0, claims_over_limit = 0, proposals_over_limit = 0;
  CHECK(rc::check([&] {
    const World world = *model::any_fleet();
    Race race(world);
    for (const Step& step : any_steps(world)) {
      race.take(step);
      race.check_shares();
    }
    claims += race.claims;
    claims_over_limit += race.claims_over_limit;
    proposals_over_limit += race.proposals_over_limit;
  }));
  // What a race never saw, it proved nothing of.
  CHECK(claims >= 50);
  CHECK(claims_over_limit >= 10);
  CHECK(proposals_over_limit >= 25);
}

TEST_CASE("agents never add share beyond their sponsor's union [S4]") {
  CHECK(rc::check([] {
    const World world = *model::any_fleet();
    Race race(world);
    for (const Step& step : any_steps(world)) {
      race.take(step);
      for (const Name& person : {Name("alvarez"), Name("brandt"), Name("okafor")}) {
        RC_ASSERT(race.held_weight(person) ==
                  model::weight(world, race.leased_by(person), "military"));
      }
    }
  }));
}

TEST_CASE("what a person may direct is the same through agents as by hand [I3 S4] T18") {
  CHECK(rc::check([] {
    World world = *model::any_fleet();
    for (model::Limit& limit : world.limits) {
      if (limit.subject != model::Limit::Subject::agents) continue;
      limit.subject = model::Limit::Subject::person;
      limit.provider.clear();
    }
    Race through_agents(world), by_hand(world);
    for (Step step : any_steps(world)) {
      const bool granted = through_agents.take(step);
      step.principal = model::person_behind(world, step.principal);
      RC_ASSERT(by_hand.take(step) == granted);
    }
  }));
}

}  // namespace
}  // namespace keyturn
