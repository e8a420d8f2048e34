// Quorums by example: one small ministry, parliament and court, and the ways one person tries to be
// several.
#include "policy/quorum/quorum.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/model/compile.h"

namespace keyturn {
namespace {

using model::both;
using model::either;
using model::Name;
using model::need;
using Kind = model::SelectorKind;
using Names = std::vector<Name>;

// mod: okafor (chief) above alvarez (commander, also releaser) and brandt (releaser); nowak free of
// command. parliament: farouk and haddad (members). court: duarte (judge, also member's counsel)
// and eriksen, who is lent to the ministry: under okafor in person, so of both.
model::World state(model::Rule rule, bool directs = true) {
  model::World world;
  world.institutions = {
      {"mod", "executive"}, {"parliament", "legislature"}, {"court", "judiciary"}};
  world.offices = {{"chief", {}}, {"commander", {"chief"}}, {"releaser", {}}, {"judge", {}}};
  world.persons = {{"okafor", "mod", {"chief"}, {}},
                   {"alvarez", "mod", {"commander", "releaser"}, {}},
                   {"brandt", "mod", {"releaser"}, {"okafor"}},
                   {"nowak", "mod", {"releaser", "judge"}, {}},
                   {"farouk", "parliament", {"releaser"}, {}},
                   {"haddad", "parliament", {}, {}},
                   {"duarte", "court", {"judge", "releaser"}, {}},
                   {"eriksen", "court", {"judge"}, {"okafor"}}};
  world.classes = {{"strike", directs, std::move(rule)}};
  return world;
}

model::Rule rule(model::Need the_need) {
  model::Rule out;
  out.need = std::move(the_need);
  return out;
}

struct Command {
  model::World world;
  Name initiator;
  std::shared_ptr<const Charter> charter = model::compile(world);

  Command(model::World the_world, Name the_initiator)
      : world(std::move(the_world)), initiator(std::move(the_initiator)) {}

  QuorumContext context() const {
    return {*charter, charter->classes[0], model::person_id(world, initiator)};
  }
  std::vector<PersonId> ids(const Names& names) const {
    std::vector<PersonId> out;
    for (const Name& name : names) out.push_back(model::person_id(world, name));
    return out;
  }
  bool quorum(const Names& approvals) const {
    return find_assignment(context(), ids(approvals)).has_value();
  }
  // The codes of what is wrong with this assignment to branch 0, everybody having approved.
  Names wrong(const Names& approvers, std::uint32_t branch = 0) const {
    Names all;
    for (const model::Person& person : world.persons) all.push_back(person.name);
    return wrong_with(approvers, all, branch);
  }
  Names wrong_with(const Names& approvers, const Names& approvals, std::uint32_t branch = 0) const {
    return codes(check_assignment(context(), {branch, ids(approvers)}, ids(approvals)));
  }
  Names adds_nothing_because(const Name& person, const Names& already) const {
    return codes(adds_nothing(context(), model::person_id(world, person), ids(already)));
  }
  Names never_counts_because(const Name& person) const {
    return codes(never_counts(context(), model::person_id(world, person)));
  }
  Names missing_texts(const Names& approvals) const {
    Names texts;
    for (const Reason& reason : missing(context(), ids(approvals))) texts.push_back(reason.text);
    return texts;
  }

 private:
  static Names codes(const std::vector<Reason>& reasons) {
    Names out;
    for (const Reason& reason : reasons) out.push_back(reason.code);
    return out;
  }
};

const model::Need two_releasers = need(2, Kind::office, {"releaser"});
const model::Need one_judge = need(1, Kind::office, {"judge"});

TEST_CASE("one person with two offices counts once [Q1 Q3]") {
  const Command command(state(rule(both(need(1, Kind::office, {"releaser"}), one_judge))),
                        "haddad");
  CHECK_FALSE(command.quorum({"duarte"}));
  CHECK(command.wrong({"duarte", "duarte"}) == Names{"same-person", "puppet"});
  CHECK(command.quorum({"duarte", "farouk"}));
  CHECK(command.quorum({"duarte", "nowak"}));  // either may fill either
}

TEST_CASE("two keys of one person, or one approval twice, are one approval [Q3] T16") {
  const Command command(state(rule(two_releasers)), "haddad");
  CHECK_FALSE(command.quorum({"duarte", "duarte"}));
  CHECK(command.adds_nothing_because("duarte", {"duarte"}) == Names{"same-person"});
}

TEST_CASE("k-1 approvals and however many duplicates of them are no quorum T16") {
  const Command command(state(rule(need(3, Kind::office, {"releaser"}))), "haddad");
  CHECK_FALSE(command.quorum({"duarte", "farouk", "farouk", "duarte", "duarte"}));
  CHECK(command.quorum({"duarte", "farouk", "nowak"}));
}

TEST_CASE("a subordinate beside his superior adds nothing [I4 Q7] T17") {
  const Command command(state(rule(need(2, Kind::institution, {"mod", "court"}))), "haddad");
  CHECK_FALSE(command.quorum({"okafor", "brandt"}));
  CHECK(command.wrong({"okafor", "brandt"}) == Names{"subordinate", "puppet"});
  CHECK(command.adds_nothing_because("brandt", {"okafor"}) == Names{"subordinate"});
  CHECK(command.adds_nothing_because("okafor", {"brandt"}) == Names{"subordinate"});
  CHECK(command.adds_nothing_because("nowak", {"okafor"}).empty());
}

TEST_CASE("what directs is denied a superior beside a subordinate, whatever its rule says [I6]") {
  model::Rule lax = rule(need(3, Kind::institution, {"mod", "parliament"}));
  lax.allow_superior = true;
  const Names approvers = {"okafor", "brandt", "farouk"};
  CHECK(Command(state(lax, true), "duarte").wrong(approvers) == Names{"subordinate"});
  CHECK(Command(state(lax, false), "duarte").wrong(approvers).empty());
}

TEST_CASE(
    "`allow superior` lifts no more than that: not the initiator's closure, not the puppet [I6]") {
  model::Rule lax = rule(need(2, Kind::institution, {"mod", "court"}));
  lax.allow_superior = true;
  CHECK(Command(state(lax, false), "okafor").wrong({"brandt", "duarte"}) == Names{"initiator"});
  CHECK(Command(state(lax, false), "alvarez").wrong({"okafor", "brandt"}) == Names{"puppet"});
}

TEST_CASE("the initiator and whoever obeys the initiator never count [I4] T18") {
  const Command command(state(rule(two_releasers)), "okafor");
  CHECK(command.never_counts_because("okafor") == Names{"initiator", "slot"});
  CHECK(command.never_counts_because("brandt") == Names{"initiator"});
  CHECK(command.never_counts_because("haddad") == Names{"slot"});
  CHECK(command.never_counts_because("farouk").empty());
  CHECK(command.wrong({"brandt", "farouk"}) == Names{"initiator"});
  CHECK_FALSE(command.quorum({"brandt", "alvarez", "farouk"}));
  CHECK(Command(state(rule(two_releasers)), "farouk").wrong({"farouk", "duarte"}) ==
        Names{"initiator"});
}

TEST_CASE(
    "a superior who lets one subordinate initiate and others approve has a puppet quorum [I5]") {
  // okafor above alvarez, brandt and eriksen: none of the three obeys another.
  const model::Need need_two = both(need(1, Kind::office, {"releaser"}), one_judge);
  const Command directs(state(rule(need_two), true), "alvarez");
  CHECK(directs.wrong({"brandt", "eriksen"}) == Names{"puppet"});
  CHECK(directs.wrong({"brandt", "duarte"}).empty());
  const Command other(state(rule(need_two), false), "alvarez");
  CHECK(other.wrong({"brandt", "eriksen"}) == Names{"puppet"});
}

TEST_CASE("an outsider's hand does not hide a puppet quorum where systems are directed [I5]") {
  const model::Need need_two = both(need(1, Kind::office, {"releaser"}), one_judge);
  CHECK(Command(state(rule(need_two), true), "haddad").wrong({"brandt", "eriksen"}) ==
        Names{"puppet"});
  // Where nothing is directed, an initiator whom okafor does not command is a second person.
  CHECK(Command(state(rule(need_two), false), "haddad").wrong({"brandt", "eriksen"}).empty());
}

TEST_CASE("padding does not help: approvals beyond the slots are not counted [I5]") {
  const Command command(state(rule(need(2, Kind::person, {"brandt", "eriksen", "alvarez"}))),
                        "nowak");
  CHECK_FALSE(command.quorum({"brandt", "eriksen", "alvarez", "farouk", "haddad", "duarte"}));
  CHECK(command.wrong({"brandt", "eriksen"}) == Names{"puppet"});
  CHECK(command.wrong({"brandt", "eriksen", "farouk"}) == Names{"branch"});
}

TEST_CASE("`not under 2`: what two persons' closures hold together is no quorum [I5]") {
  model::Rule strict = rule(need(3, Kind::institution, {"mod", "parliament", "court"}));
  strict.not_under = 2;
  const Command command(state(strict), "haddad");
  CHECK(command.wrong({"alvarez", "brandt", "farouk"}) == Names{"puppet"});
  CHECK(command.wrong({"alvarez", "duarte", "farouk"}).empty());
}

TEST_CASE("a person of two institutions stands beside neither [Q6]") {
  model::Rule diverse = rule(need(2, Kind::institution, {"mod", "parliament", "court"}));
  diverse.across_institutions = 2;
  const Command command(state(diverse), "haddad");
  CHECK(command.wrong({"eriksen", "nowak"}) == Names{"across"});
  CHECK(command.wrong({"eriksen", "duarte"}) == Names{"across"});
  CHECK(command.wrong({"eriksen", "farouk"}).empty());
  CHECK(command.wrong({"nowak", "duarte"}).empty());
}

TEST_CASE("a person of two institutions does not spoil the others beside him [Q6]") {
  // Whoever takes him first finds nobody apart from him; the other two stand apart all the same.
  model::Rule diverse = rule(need(3, Kind::institution, {"mod", "parliament", "court"}));
  diverse.across_institutions = 2;
  const Command command(state(diverse), "haddad");
  CHECK(command.wrong({"eriksen", "nowak", "duarte"}).empty());
  CHECK(command.wrong({"nowak", "eriksen", "duarte"}).empty());
  diverse.across_institutions = 3;
  CHECK(Command(state(diverse), "haddad").wrong({"nowak", "eriksen", "duarte"}) == Names{"across"});
}

TEST_CASE("a person of two institutions counts towards the bound of each [Q1 Q6]") {
  model::Rule bounded = rule(need(2, Kind::institution, {"mod", "parliament", "court"}));
  bounded.at_most_per_institution = 1;
  const Command command(state(bounded), "haddad");
  CHECK(command.wrong({"eriksen", "nowak"}) == Names{"at-most"});
  CHECK(command.wrong({"eriksen", "duarte"}) == Names{"at-most"});
  CHECK(command.wrong({"eriksen", "farouk"}).empty());
}

TEST_CASE("colluders of one institution are one institution, in any order T17") {
  model::Rule diverse = rule(need(3, Kind::office, {"releaser"}));
  diverse.across_institutions = 3;
  const Command command(state(diverse), "haddad");
  Names approvals = {"alvarez", "nowak", "brandt", "farouk"};
  std::sort(approvals.begin(), approvals.end());
  do {
    CHECK_FALSE(command.quorum(approvals));
  } while (std::next_permutation(approvals.begin(), approvals.end()));
  approvals.push_back("duarte");
  CHECK(command.quorum(approvals));
}

TEST_CASE("institutions of one branch of government are one branch [Q1]") {
  model::Rule diverse = rule(two_releasers);
  diverse.across_branches = 2;
  model::World world = state(diverse);
  world.institutions[2].branch = "executive";  // the court
  const Command command(world, "haddad");
  CHECK(command.wrong({"nowak", "duarte"}) == Names{"across"});
  CHECK(command.wrong({"nowak", "farouk"}).empty());
}

TEST_CASE("`across` speaks of approvers, never of the initiator [Q1]") {
  model::Rule diverse = rule(two_releasers);
  diverse.across_institutions = 2;
  CHECK(Command(state(diverse), "nowak").wrong({"farouk", "duarte"}).empty());
  CHECK(Command(state(diverse), "duarte").wrong({"alvarez", "nowak"}) == Names{"across"});
}

TEST_CASE("each approver is one whom his slot selects, and whose approval is there [Q2]") {
  const Command command(state(rule(two_releasers)), "haddad");
  CHECK(command.wrong({"duarte", "eriksen"}) == Names{"slot"});
  CHECK(command.wrong_with({"duarte", "farouk"}, {"duarte", "nowak"}) == Names{"not-available"});
  CHECK(command.wrong_with({"duarte", "farouk"}, {"farouk", "duarte"}).empty());
}

TEST_CASE("an assignment that does not fit the rule's form is refused [Q2]") {
  const Command command(state(rule(two_releasers)), "haddad");
  CHECK(command.wrong({"duarte", "farouk"}, 1) == Names{"branch"});
  CHECK(command.wrong({"duarte"}) == Names{"branch"});
  CHECK(command.wrong({}) == Names{"branch"});
  const Assignment stranger{0, {PersonId{1}, PersonId{4'000'000'000}}};
  CHECK(check_assignment(command.context(), stranger, command.ids({"duarte"})).size() == 1);
  CHECK_FALSE(find_assignment(command.context(), std::vector<PersonId>{PersonId{4'000'000'000}}));
}

TEST_CASE("every reason that fails is given") {
  model::Rule strict = rule(two_releasers);
  strict.across_institutions = 2;
  strict.at_most_per_institution = 1;
  const Command command(state(strict), "okafor");
  CHECK(command.wrong_with({"okafor", "alvarez"}, {"alvarez"}) ==
        Names{"not-available", "slot", "across", "at-most", "initiator", "subordinate", "puppet"});
}

TEST_CASE("reasons name slots and terms, never people [P1]") {
  model::Rule strict = rule(both(two_releasers, one_judge));
  strict.across_institutions = 3;
  const Command command(state(strict), "haddad");
  std::vector<Reason> reasons =
      check_assignment(command.context(), {0, command.ids({"okafor", "alvarez", "alvarez"})}, {});
  for (const Reason& reason : missing(command.context(), command.ids({"alvarez"}))) {
    reasons.push_back(reason);
  }
  for (const Reason& reason : adds_nothing(command.context(), command.ids({"brandt"})[0],
                                           command.ids({"alvarez", "nowak"}))) {
    reasons.push_back(reason);
  }
  CHECK(reasons.size() >= 6);
  for (const Reason& reason : reasons) {
    for (const model::Person& person : command.world.persons) {
      CHECK_MESSAGE(reason.text.find(person.name) == std::string::npos, reason.text);
    }
    CHECK(std::all_of(reason.text.begin(), reason.text.end(),
                      [](char byte) { return byte >= ' ' && byte <= '~'; }));
  }
}

TEST_CASE("what is missing is said in the rule's words, and nothing once there is a quorum [P1]") {
  model::Rule diverse = rule(both(two_releasers, one_judge));
  diverse.across_institutions = 3;
  const Command command(state(diverse), "haddad");
  CHECK(command.missing_texts({}) ==
        Names{"still needed: 2 more of `office:releaser` and 1 more of `office:judge`; approvers "
              "across 3 institutions (0 so far)"});
  CHECK(command.missing_texts({"farouk", "nowak"}) ==
        Names{"still needed: 1 more of `office:releaser`; approvers across 3 institutions (2 so "
              "far)"});
  CHECK(command.missing_texts({"farouk", "nowak", "brandt"}) ==
        Names{"still needed: approvers across 3 institutions (2 so far)"});
  CHECK(command.missing_texts({"farouk", "nowak", "duarte"}).empty());
}

TEST_CASE("of alternatives, the nearest are named as missing [Q1]") {
  const Command command(
      state(rule(
          either(two_releasers, both(one_judge, need(2, Kind::person, {"haddad", "okafor"}))))),
      "nowak");
  CHECK(command.missing_texts({"farouk"}) == Names{"still needed: 1 more of `office:releaser`"});
  CHECK(command.missing_texts({"farouk", "haddad", "eriksen"}) ==
        Names{"still needed: 1 more of `office:releaser`",
              "or needed: 1 more of `person:haddad|okafor`"});
  CHECK(command.quorum({"duarte", "haddad", "okafor"}));
}

TEST_CASE("a puppet quorum is told what it lacks [I5]") {
  const Command command(state(rule(both(need(1, Kind::office, {"releaser"}), one_judge))),
                        "haddad");
  CHECK(command.missing_texts({"brandt", "eriksen"}) ==
        Names{"still needed: approvers who are not all under the command of one person [I5]"});
  CHECK(command.adds_nothing_because("alvarez", {"brandt", "eriksen"}) == Names{"filled"});
  CHECK(command.adds_nothing_because("farouk", {"brandt", "eriksen"}).empty());
}

TEST_CASE("an approval whose terms are filled adds nothing now [Q7]") {
  const Command command(state(rule(both(need(1, Kind::office, {"releaser"}), one_judge))),
                        "haddad");
  CHECK(command.adds_nothing_because("brandt", {"farouk"}) == Names{"filled"});
  CHECK(command.adds_nothing_because("duarte", {"farouk"}).empty());
  CHECK(command.adds_nothing_because("brandt", {"farouk", "duarte"}).empty());  // quorum is met
}

TEST_CASE("an alternative is taken whose people are there [Q1]") {
  const Command command(
      state(rule(either(two_releasers, both(one_judge, need(1, Kind::person, {"haddad"}))))),
      "okafor");
  const auto found = find_assignment(command.context(), command.ids({"haddad", "duarte"}));
  REQUIRE(found);
  CHECK(*found == Assignment{1, command.ids({"duarte", "haddad"})});
}

}  // namespace
}  // namespace keyturn
