// Shares, freezes and words that decide, against the naive ones of tests/model: random fleets and
// limits, persons and agents who propose, approve, withdraw, claim, release, recall, freeze and
// unfreeze in random order, every decision foretold.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "policy/share/share.h"
#include "tests/model/any_world.h"
#include "tests/model/freeze.h"
#include "tests/model/people.h"
#include "tests/model/share.h"
#include "tests/policy/decide/emergency.h"

namespace keyturn {
namespace {

using model::Name;
using model::Seconds;
using model::World;
using testing::Emergency;

constexpr std::size_t steps_per_race = 40;
// The windows that charter_text() writes.
constexpr Seconds approve_seconds = 30 * 60, execute_seconds = 10 * 60, lease_seconds = 20 * 60;

struct Step {
  enum class Kind {
    propose,
    claim,
    pass,
    withdraw,
    release,
    recall,
    freeze,
    lift
  } kind = Kind::propose;
  Name principal;               // propose
  model::Systems systems;       // propose
  std::vector<Name> approvers;  // propose: who then approve, by slot
  std::size_t which = 0;        // of the commands, or the freezes, so far
  Seconds seconds = 0;          // pass, freeze
  Name person;                  // withdraw, recall, freeze
  Name pool;                    // freeze
};

void showValue(const Step& step, std::ostream& out) {
  out << "kind " << static_cast<int>(step.kind) << ' ' << step.principal << ' ';
  for (const Name& system : step.systems) out << system << ' ';
  out << step.which << ' ' << step.seconds << ' ' << step.person << ' ' << step.pool << '\n';
}

// Half propose, four in ten claim, one lets time pass, and one in three does something else:
// commands race for what is left. Shrinking
// outlives the property's run, so the world is kept by value.
rc::Gen<Step> any_step(const World& world) {
  return rc::gen::resize(
      rc::kNominalSize, rc::gen::exec([world] {
        Step step;
        const int kind = *rc::gen::inRange(0, 15);
        step.kind = kind < 5     ? Step::Kind::propose
                    : kind < 9   ? Step::Kind::claim
                    : kind == 9  ? Step::Kind::pass
                    : kind == 10 ? Step::Kind::withdraw
                    : kind == 11 ? Step::Kind::release
                    : kind == 12 ? Step::Kind::recall
                    : kind == 13 ? Step::Kind::freeze
                                 : Step::Kind::lift;
        step.which = *rc::gen::inRange<std::size_t>(0, 100);
        step.seconds = *rc::gen::inRange<Seconds>(1, 1'300);
        // Seldom so long that whoever froze may freeze again.
        if (*rc::gen::inRange(0, 8) == 0) step.seconds += model::freeze_pause;
        step.person = model::any_of({"farouk", "haddad", "duarte", "eriksen", "nowak"});
        step.pool = model::any_of(world.pools);
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
      case Step::Kind::withdraw:
        return !commands_.empty() && withdraw(commands_[step.which % commands_.size()], step);
      case Step::Kind::release:
        return !commands_.empty() && release(commands_[step.which % commands_.size()]);
      case Step::Kind::recall:
        return !commands_.empty() && recall(commands_[step.which % commands_.size()], step);
      case Step::Kind::freeze:
        return freeze(step);
      case Step::Kind::lift:
        return !freezes_.empty() && lift(step.which % freezes_.size(), step);
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
      if (lease.end() <= now()) continue;
      systems.insert(lease.systems.begin(), lease.systems.end());
    }
    return systems;
  }
  std::uint64_t held_weight(const Name& person) const {
    return weight_of({Limit::Subject::person, *deployment_.charter().find_person(person), {}, {}},
                     0);
  }

  std::uint64_t claims = 0, claims_over_limit = 0, proposals_over_limit = 0;
  // What was stopped by each: a race that never saw one proved nothing of it.
  std::uint64_t withdrawn = 0, frozen_proposals = 0, frozen_claims = 0, released = 0, recalled = 0,
                freezes_refused = 0, lifted = 0;

 private:
  struct Held {
    std::string id;
    model::Lease lease;  // what a claim would begin, but for its times
    Seconds proposed = 0;
    bool over = false;
    std::set<Name> withdrawn, recalled;
    std::optional<std::size_t> leased;  // in leases_
  };

  Seconds now() const { return deployment_.now.seconds; }

  bool propose(const Step& step) {
    model::Lease lease{step.principal,        {},          step.systems, now(),
                       now() + lease_seconds, std::nullopt};
    const bool fits = model::fits_proposal(
        world_, relations_, leases_, pending(model::person_behind(world_, step.principal)), lease);
    std::string list;
    for (const Name& system : step.systems) list += (list.empty() ? "\"" : ",\"") + system + "\"";
    const intent::Propose request = deployment_.request(step.principal, "fleet", "POST", "/act",
                                                        "{\"systems\":[" + list + "]}");
    const Decision decision = deployment_.decide_and_record(request);
    const bool frozen = model::frozen(world_, freezes_, step.systems, now());
    RC_ASSERT(testing::is_granted(decision) == (fits && !frozen));
    if (frozen) {
      ++frozen_proposals;
      RC_ASSERT(testing::is_refused(decision, "frozen"));
    }
    if (!fits) {
      ++proposals_over_limit;
      RC_ASSERT(testing::is_refused(decision, "share-limit"));
    }
    if (!fits || frozen) return false;
    testing::Say say;
    say.deployment = deployment_.charter().name;
    for (const Name& approver : step.approvers) {
      RC_ASSERT(testing::is_granted(deployment_.approve(approver, request.id, say)));
    }
    lease.approvers = step.approvers;
    commands_.push_back({request.id, lease, now(), false, {}, {}, std::nullopt});
    return true;
  }

  bool claim(Held& command) {
    command.lease.from = now();
    command.lease.until = now() + lease_seconds;
    const bool in_time = !command.over && now() <= command.proposed + execute_seconds;
    const bool fits = model::fits_claim(world_, relations_, leases_, command.lease);
    const Decision decision = deployment_.decide_and_record(
        deployment_.assigned(command.id, "act", command.lease.approvers));
    const bool approved =
        std::none_of(command.lease.approvers.begin(), command.lease.approvers.end(),
                     [&](const Name& approver) { return command.withdrawn.contains(approver); });
    const bool frozen = model::frozen(world_, freezes_, command.lease.systems, now());
    const bool granted = in_time && fits && approved && !frozen;
    RC_ASSERT(testing::is_granted(decision) == granted);
    if (in_time && frozen) {
      ++frozen_claims;
      RC_ASSERT(testing::is_refused(decision, "frozen"));
    }
    if (in_time && !fits) {
      ++claims_over_limit;
      RC_ASSERT(testing::is_refused(decision, "share-limit"));
    }
    if (!granted) return false;
    ++claims;
    command.over = true;
    command.leased = leases_.size();
    leases_.push_back(command.lease);
    return true;
  }

  testing::Say here() const {
    testing::Say say;
    say.deployment = deployment_.charter().name;
    return say;
  }

  // The four of parliament and the court are commanded by nobody who initiates, so all could.
  bool could_approve(const Name& person) const { return person != "nowak"; }

  bool withdraw(Held& command, const Step& step) {
    const bool held = !command.over && now() < command.proposed + approve_seconds + execute_seconds;
    const bool expected =
        held && could_approve(step.person) && !command.withdrawn.contains(step.person);
    const bool granted =
        testing::is_granted(deployment_.say(WordKind::withdrawal, step.person, command.id, here()));
    RC_ASSERT(granted == expected);
    if (!granted) return false;
    ++withdrawn;
    command.withdrawn.insert(step.person);
    // Nor does approving help, ever [Q5].
    RC_ASSERT_FALSE(testing::is_granted(deployment_.approve(step.person, command.id, here())));
    return true;
  }

  bool is_leased(const Held& command) const {
    return command.leased && now() < leases_[*command.leased].end();
  }

  bool release(Held& command) {
    const bool expected = is_leased(command);
    const bool granted =
        testing::is_granted(deployment_.release(deployment_.release_of(command.id)));
    RC_ASSERT(granted == expected);
    if (!granted) return false;
    ++released;
    leases_[*command.leased].released = now();
    return true;
  }

  bool recall(Held& command, const Step& step) {
    const bool expected =
        is_leased(command) && could_approve(step.person) && !command.recalled.contains(step.person);
    const bool granted =
        testing::is_granted(deployment_.say(WordKind::recall, step.person, command.id, here()));
    RC_ASSERT(granted == expected);
    if (!granted) return false;
    ++recalled;
    command.recalled.insert(step.person);
    return true;
  }

  bool freeze(const Step& step) {
    // A long step is a freeze of more than a day, which nobody may ask for.
    const model::Freeze wanted{step.person, step.pool, now(), now() + step.seconds, std::nullopt};
    const bool expected = model::may_freeze(world_, relations_, freezes_, wanted);
    testing::FreezeWords words = testing::of_pool(step.pool);
    words.deployment = deployment_.charter().name;
    words.length = Duration{step.seconds};
    const Decision decision = deployment_.freeze(step.person, words);
    // One that is submitted twice in a second is one freeze.
    const bool again = std::any_of(freezes_.begin(), freezes_.end(), [&](const model::Freeze& one) {
      return one.person == wanted.person && one.pool == wanted.pool && one.from == wanted.from &&
             one.until == wanted.until && now() < one.end();
    });
    if (again) {
      RC_ASSERT(testing::is_unchanged(decision));
      return false;
    }
    RC_ASSERT(testing::is_granted(decision) == expected);
    if (!expected) {
      ++freezes_refused;
      return false;
    }
    freezes_.push_back(wanted);
    freeze_ids_.push_back(std::get<event::Frozen>(decision.events.front()).freeze);
    return true;
  }

  bool lift(std::size_t which, const Step& step) {
    model::Freeze& freeze = freezes_[which];
    const bool expected = now() < freeze.end();
    for (const Name& approver : step.approvers)
      deployment_.unfreeze(approver, freeze_ids_[which], here());
    const bool granted = testing::is_granted(deployment_.lift(freeze_ids_[which], step.approvers));
    RC_ASSERT(granted == expected);
    if (!granted) return false;
    ++lifted;
    freeze.lifted = now();
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
  Emergency deployment_;
  std::vector<model::Freeze> freezes_;
  std::vector<std::string> freeze_ids_;
  std::vector<Held> commands_;
  std::vector<model::Lease> leases_;
};

TEST_CASE(
    "racing claims never take anyone above a limit, nor past a freeze or a withdrawal, and are "
    "refused for nothing else [S1 S2 S6 Q5 A4 A6]") {
  std::uint64_t claims = 0, claims_over_limit = 0, proposals_over_limit = 0;
  std::uint64_t withdrawn = 0, frozen_proposals = 0, frozen_claims = 0, released = 0, recalled = 0,
                freezes_refused = 0, lifted = 0;
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
    withdrawn += race.withdrawn;
    frozen_proposals += race.frozen_proposals;
    frozen_claims += race.frozen_claims;
    released += race.released;
    recalled += race.recalled;
    freezes_refused += race.freezes_refused;
    lifted += race.lifted;
  }));
  // What a race never saw, it proved nothing of.
  CHECK(claims >= 50);
  CHECK(claims_over_limit >= 10);
  CHECK(proposals_over_limit >= 25);
  CHECK(withdrawn >= 25);
  CHECK(frozen_proposals >= 25);
  CHECK(frozen_claims >= 10);
  CHECK(released >= 10);
  CHECK(recalled >= 10);
  CHECK(freezes_refused >= 25);
  CHECK(lifted >= 10);
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
