// A small world as plain data: who there is, who obeys whom, what may be directed, and which rules
// and limits hold. Everything is named by name. The naive evaluators of this folder (people,
// quorum, share) read it directly; compile.h turns it into the Charter that the real ones read, and
// charter_text() into the text of one.
//
// INVARIANT: nothing in world, people, quorum or share includes a header of policy/: the model is a
// second reading of the rules, and agrees with the first only where both read them alike.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace keyturn::model {

using Name = std::string;

struct Institution {
  Name name;
  Name branch;  // empty: a branch of its own
};

struct Office {
  Name name;
  std::vector<Name> under;
};

struct Person {
  Name name;
  Name institution;
  std::vector<Name> holds;
  std::vector<Name> under;
};

struct Agent {
  Name name;
  Name sponsor;
  Name provider;  // may be empty
};

enum class SelectorKind { office, institution, person };

// `2 of office:a|b`.
struct Term {
  std::uint32_t count = 1;
  SelectorKind kind = SelectorKind::office;
  std::vector<Name> names;
};

struct Need {
  enum class Kind { term, all, any } kind = Kind::term;  // all: parts joined by `and`; any: by `or`
  Term term;
  std::vector<Need> parts;
};

struct Rule {
  Need need;
  std::uint32_t across_institutions = 0;  // 0: not asked
  std::uint32_t across_branches = 0;
  std::uint32_t at_most_per_institution = 0;
  std::uint32_t not_under = 1;
  bool allow_superior = false;
};

struct Class {
  Name name;
  bool directs = true;
  Rule rule;
};

struct System {
  Name name;
  Name pool;  // military/air
  std::uint64_t weight = 1;
};

struct Limit {
  enum class Subject { person, span, institution, agents, cosigned } subject = Subject::person;
  Name provider;  // agents
  Name pool;
  std::uint64_t basis_points = 10'000;  // of the pool's registered weight
  std::uint64_t at_most = ~std::uint64_t{0};
  std::int64_t over_seconds = 0;
};

// `freeze military/** by … for 24h { need … }`: a pool and all below it.
struct FreezeBlock {
  Name pool;
  Term by;  // its count is 1
  Need lift;
};

struct World {
  std::vector<Institution> institutions;
  std::vector<Office> offices;
  std::vector<Person> persons;
  std::vector<Agent> agents;
  std::vector<Name> providers;
  std::vector<Name> pools;
  std::vector<System> systems;
  std::vector<Class> classes;
  std::vector<Limit> limits;
  std::vector<FreezeBlock> freezes;
  bool has_effector = false;  // fleet has a key, called effector
};

// Shorthands for worlds written by hand.
Need need(std::uint32_t count, SelectorKind kind, std::vector<Name> names);
Need both(Need a, Need b);    // a and b
Need either(Need a, Need b);  // a or b

std::string selector_text(const Term& term);  // office:a|b
std::string need_text(const Need& need);

// The world as a charter, with `@key(journal)@` for tests/support/charters.h to fill in. Whether
// the checker accepts it is another question.
std::string charter_text(const World& world);

// The same world in other words and another order: every name gets `prefix`, every list is
// reversed.
World renamed(const World& world, const std::string& prefix);

}  // namespace keyturn::model
