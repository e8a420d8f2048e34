// Charter: the compiled, immutable form of one charter text; what every decision is made under.
//
// Made only by load_charter (load.h), after every check of `charter check` passed, so code that
// holds one may rely on each INVARIANT below. Read without locks from any thread. Ids index the
// vectors of the same name and are stable within one charter text only; journals name things by
// their names.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "keys/verify/statement.h"
#include "keyturn/digest.h"
#include "keyturn/time.h"
#include "policy/request/pointer.h"

namespace keyturn {

template <class Tag>
struct Id {
  std::uint32_t value = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
};
using InstitutionId = Id<struct InstitutionTag>;
using BranchId = Id<struct BranchTag>;  // branch of government, named by institutions
using OfficeId = Id<struct OfficeTag>;
using PersonId = Id<struct PersonTag>;
using AgentId = Id<struct AgentTag>;
using ProviderId = Id<struct ProviderTag>;
using PoolId = Id<struct PoolTag>;
using SystemId = Id<struct SystemTag>;
using EndpointId = Id<struct EndpointTag>;
using ClassId = Id<struct ClassTag>;

struct Institution {
  std::string name, title;
  BranchId branch;  // an institution that names none is a branch of its own
};

struct Office {
  std::string name;
  std::vector<OfficeId> under;  // INVARIANT: no cycles
};

struct Person {
  std::string name, title;
  InstitutionId institution;
  std::vector<OfficeId> holds;
  std::vector<PersonId> under;       // personal command edges
  std::vector<PublicKey> keys;       // INVARIANT: no key belongs to two principals [Q3]
  std::vector<Digest> tokens;        // SHA-256 of bearer tokens [P2]
  std::vector<Digest> certificates;  // SHA-256 of client certificates' public keys [T11]
};

struct Agent {
  std::string name;
  PersonId sponsor;
  std::optional<ProviderId> provider;
  std::vector<ClassId> may;  // sorted; an agent initiates no other class [I3]
  std::vector<PublicKey> keys;
  std::vector<Digest> tokens;
  std::vector<Digest> certificates;
};

struct Provider {
  std::string name, title;
};

struct Pool {
  std::string name;  // the whole path: military/air
  std::optional<PoolId> parent;
  SystemId first, last;      // systems of this pool and all below: [first, last)
  std::uint64_t weight = 0;  // the registered weight of those: the denominator [S5]
};

struct System {
  std::string name;
  PoolId pool;
  std::uint64_t weight = 0;  // INVARIANT: at least 1
  std::optional<ProviderId> provider;
  EndpointId endpoint;
};

struct Endpoint {
  std::string name;
  std::string origin;                // http[s]://host:port, no path
  std::string host;                  // the Host it answers to; empty: found by matchers [C12]
  std::vector<std::string> headers;  // declared, lower-case, sorted [C7]
  std::vector<PublicKey> keys;       // the effector's: they sign releases and nothing else [S2]
};

// One segment of a path pattern. `**` stands only last and means one or more segments [C9].
struct Segment {
  enum class Kind : unsigned char { literal, any, named, rest } kind = Kind::literal;
  std::string text;  // literal: the segment; named: its name
};

struct Condition {
  enum class Where : unsigned char { body, header, query } where = Where::body;
  Pointer pointer;   // body; no wildcards in conditions
  std::string name;  // header (lower-case) or query parameter
  enum class Test : unsigned char { in, prefix, range, present } test = Test::in;
  std::vector<std::string> strings;    // in: string values, sorted
  std::vector<std::int64_t> integers;  // in: integer values, sorted (body only)
  std::string prefix;
  std::int64_t low = 0, high = 0;  // range, inclusive (body only)
};

struct Matcher {
  std::vector<std::string> methods;  // sorted
  std::vector<Segment> path;
  std::vector<Condition> conditions;  // all must hold
};

enum class SelectorKind : unsigned char { office, institution, person };

// `office:a|b`: the people it selects, by the charter's roster.
struct Selector {
  SelectorKind kind = SelectorKind::office;
  std::vector<std::string> names;
  std::vector<PersonId> people;  // sorted
  std::string text;              // as in the charter: office:a|b
  bool selects(PersonId person) const;
};

struct Branch {
  std::vector<std::uint32_t> slots;  // index into Rule::selectors, one for each approver needed
};

struct Rule {
  std::string text;  // canonical words on one line; the `rule` line of the command text
  std::vector<Selector> selectors;
  std::vector<Branch> branches;           // disjunctive form, at most 64 of at most 16 slots [Q1]
  std::uint32_t across_institutions = 0;  // 0: not asked
  std::uint32_t across_branches = 0;
  std::uint32_t at_most_per_institution = 0;  // 0: no bound
  std::uint32_t not_under = 1;  // [I5]: no this many persons' closures hold all counted approvers
  bool superior_beside_subordinate = false;  // only where the class directs nothing [I6]
  std::uint32_t veto_count = 0;              // 0: no veto
  Selector veto;
  Windows windows;  // lease 0 where the class directs nothing
  std::string prevents;
};

struct DirectsSource {
  enum class Where : unsigned char { body, path } where = Where::body;
  Pointer pointer;   // may hold `*`
  std::string name;  // a named segment
};

// `effect` as literal text and values.
struct EffectPart {
  enum class Kind : unsigned char { text, systems, body, path, header, query } kind = Kind::text;
  std::string text;  // literal, or the name
  Pointer pointer;
};

struct Class {
  std::string name;
  EndpointId endpoint;
  std::vector<Matcher> matchers;  // any may match
  std::vector<Selector> by;       // empty: anyone on the roster
  bool directs = false;
  std::vector<DirectsSource> sources;
  std::vector<Pointer> shape;  // patterns: `*` an array's element, `**` last: anything below [C6]
  std::vector<EffectPart> effect;
  Rule rule;
  std::string stop_method, stop_path;  // where a recall's order goes; empty: there is none [A6]
};

struct Pass {
  std::string name;
  EndpointId endpoint;
  std::vector<Matcher> matchers;
};

struct Limit {
  enum class Subject : unsigned char {
    person,
    span,
    institution,
    agents,
    cosigned
  } subject = Subject::person;
  std::optional<ProviderId> provider;  // agents
  PoolId pool;                         // `each military/**` is one Limit a pool
  bool has_fraction = false;
  std::uint64_t basis_points = 0;  // of the pool's registered weight
  bool has_absolute = false;
  std::uint64_t absolute = 0;
  Duration over;     // 0s: live leases only
  std::string text;  // `person military 10%, at most 400 over 72h`
  std::uint64_t allowed(std::uint64_t registered_weight) const;  // the lesser bound, exact integers
};

// Who may freeze what, for how long, and who lifts it [A4].
struct FreezeBlock {
  std::string text;              // `military/**`, `class strike`: as in the charter
  std::vector<PoolId> pools;     // sorted; a statement names one of them
  std::optional<ClassId> klass;  // instead of pools
  std::vector<Selector> by;      // any one of these persons
  Duration longest;              // at most freeze_seconds_max
  Class unfreeze;                // its rule; directs, so that no guard of I4–I5 is off [I6 I7]
};

// Who may let whom approve in his place, and for how long at most [I2 c, I4].
struct DelegationTerms {
  std::vector<Selector> of, to;
  Duration most;
};

struct PrincipalRef {
  std::optional<AgentId> agent;
  PersonId person;  // himself, or the agent's sponsor: the responsible person [I3]
  friend bool operator==(const PrincipalRef&, const PrincipalRef&) = default;
};

// People and who must obey whom, closed under command [I1 I2]; see policy/people/closure.h.
class Closure;

class Charter {
 public:
  std::string name;
  std::uint64_t version = 0;
  std::uint64_t semantics = 1;   // `keyturn 1` [T6]
  Time valid_from, valid_until;  // from, up to and not including [A7]
  Digest digest;                 // of the exact text
  std::string text;
  PublicKey journal_key;

  std::vector<std::string> branches;
  std::vector<Institution> institutions;
  std::vector<Office> offices;
  std::vector<Person> persons;
  std::vector<Agent> agents;
  std::vector<Provider> providers;
  std::vector<Pool> pools;      // INVARIANT: sorted by name, parents before children
  std::vector<System> systems;  // INVARIANT: sorted so that each pool and all below is one range
  std::vector<Endpoint> endpoints;
  std::vector<Class> classes;  // sorted by name
  std::vector<Pass> passes;
  std::vector<Limit> limits;
  std::vector<Selector> readers;     // who may read entries and bodies [P1]
  std::vector<FreezeBlock> freezes;  // INVARIANT: no pool or class is in two of them [A4]
  std::vector<DelegationTerms> delegations;

  std::shared_ptr<const Closure> closure;
  Duration longest_memory;  // longest `over` plus longest lease: what the ledger's index must keep

  const Person& person(PersonId id) const { return persons[id.value]; }
  const Institution& institution(InstitutionId id) const { return institutions[id.value]; }
  const System& system(SystemId id) const { return systems[id.value]; }
  const Pool& pool(PoolId id) const { return pools[id.value]; }
  const Endpoint& endpoint(EndpointId id) const { return endpoints[id.value]; }
  const Class& klass(ClassId id) const { return classes[id.value]; }

  std::optional<PersonId> find_person(std::string_view name) const;
  std::optional<AgentId> find_agent(std::string_view name) const;
  std::optional<SystemId> find_system(std::string_view name) const;
  std::optional<EndpointId> find_endpoint(std::string_view name) const;
  std::optional<ClassId> find_class(std::string_view name) const;
  std::optional<PoolId> find_pool(std::string_view name) const;
  // The block that says who may freeze it; null if nobody may.
  const FreezeBlock* freeze_block(PoolId pool) const;
  const FreezeBlock* freeze_block(ClassId klass) const;
  std::optional<PrincipalRef> find_principal(std::string_view name) const;  // person or agent
  std::optional<PrincipalRef> find_token(const Digest& token) const;        // [T11]
  // `key`: SHA-256 over the SubjectPublicKeyInfo of a certificate whose key's possession was shown.
  std::optional<PrincipalRef> find_certificate(const Digest& key) const;
  std::string_view principal_name(const PrincipalRef& principal) const;

  // Weight of systems [first, last): differences of prefix sums, so exact and constant time.
  std::uint64_t weight_between(SystemId first, SystemId last) const;

 private:
  friend class CharterCompiler;
  std::unordered_map<std::string_view, PersonId> person_names_;
  std::unordered_map<std::string_view, AgentId> agent_names_;
  std::unordered_map<std::string_view, SystemId> system_names_;
  std::unordered_map<std::string_view, EndpointId> endpoint_names_;
  std::unordered_map<std::string_view, ClassId> class_names_;
  std::unordered_map<Digest, PrincipalRef> tokens_;
  std::unordered_map<Digest, PrincipalRef> certificates_;
  std::vector<std::uint64_t> weight_before_;  // size systems + 1
};

}  // namespace keyturn
