// The declared model: a charter as its author wrote it, each part with its place in the text,
// before anything is known to be true of it. The parser makes it, the checks read it, the compiler
// turns it into a Charter. Plain values; names are views into the charter's text, which outlives
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keyturn/digest.h"
#include "keyturn/time.h"
#include "policy/charter/charter.h"

namespace keyturn {

struct Place {
  std::uint32_t line = 1;    // from 1
  std::uint32_t column = 1;  // from 1, in bytes
  std::uint32_t length = 1;
};

struct Name {
  std::string_view text;
  Place place;
};

struct DeclaredKey {
  PublicKey key;
  Place place;
};

struct DeclaredToken {
  Digest hash;
  Place place;
};

struct DeclaredCertificate {
  Digest key_hash;
  Place place;
};

struct DeclaredSelector {
  SelectorKind kind = SelectorKind::office;
  std::vector<Name> names;
  Place place;
};

struct DeclaredInstitution {
  Name name;
  std::string title;
  std::optional<Name> branch;
};

struct DeclaredOffice {
  Name name;
  std::vector<Name> under;
};

struct DeclaredPerson {
  Name name;
  std::string title;
  Name institution;
  std::vector<Name> holds, under;
  std::vector<DeclaredKey> keys;
  std::vector<DeclaredToken> tokens;
  std::vector<DeclaredCertificate> certificates;
};

struct DeclaredAgent {
  Name name;
  Name sponsor;
  std::optional<Name> provider;
  std::vector<Name> may;
  std::vector<DeclaredKey> keys;
  std::vector<DeclaredToken> tokens;
  std::vector<DeclaredCertificate> certificates;
};

struct DeclaredProvider {
  Name name;
  std::string title;
};

struct DeclaredPool {
  Name name;
};

struct DeclaredEndpoint {
  Name name;
  std::string origin, host;
  Place host_place;
  std::vector<Name> headers;
  std::vector<DeclaredKey> keys;  // the effector's
};

// `uav-[001..040]`: prefix and numbers of equal width; a single system is its prefix alone.
struct DeclaredSystem {
  Name name;  // as written
  std::string_view prefix;
  bool is_range = false;
  std::uint64_t first = 0, last = 0;
  std::uint32_t width = 0;
  Name pool;
  std::uint64_t weight = 0;
  std::optional<Name> provider;
  Name endpoint;
};

struct DeclaredMatcher {
  Matcher matcher;
  Place place;                    // of the path
  std::vector<Place> conditions;  // one for each of matcher.conditions
};

struct DeclaredSource {
  DirectsSource source;
  Place place;
};

struct DeclaredPointer {
  Pointer pointer;
  Place place;
};

struct DeclaredEffectPart {
  EffectPart part;
  Place place;
};

// Where a recall's order goes: one method, a literal path.
struct DeclaredStop {
  Matcher matcher;
  std::string_view path;
  Place place;
};

struct DeclaredClass {
  Name name, endpoint;
  std::vector<DeclaredMatcher> matchers;
  std::vector<DeclaredSelector> by;
  bool directs = false;
  Place directs_place;
  std::vector<DeclaredSource> sources;
  std::vector<DeclaredPointer> shape;
  std::vector<DeclaredEffectPart> effect;
  std::optional<DeclaredStop> stop;
};

struct DeclaredPass {
  Name name, endpoint;
  std::vector<DeclaredMatcher> matchers;
  bool directs_nothing = false;
};

// EXPR of the grammar: `2 of office:a`, or parts joined by `and` or by `or`.
struct Expression {
  enum class Kind : unsigned char { term, all, any } kind = Kind::term;
  std::uint32_t count = 0;    // term
  DeclaredSelector selector;  // term
  std::vector<Expression> parts;
  Place place;
};

// What class rules, rosters and amendments have in common: the terms, and what binds the whole.
struct DeclaredQuorum {
  Expression need;
  Place place;
  std::uint32_t across_institutions = 0, across_branches = 0, at_most_per_institution = 0;
};

struct DeclaredRule {
  Name klass;
  DeclaredQuorum quorum;
  std::uint32_t not_under = 1;
  Place not_under_place;
  std::optional<Place> allow_superior;
  std::vector<Name> rests_on;
  std::uint32_t veto_count = 0;  // 0: no veto
  DeclaredSelector veto;
  Windows windows;
  std::optional<Place> lease_place;
  std::string prevents;
};

struct DeclaredLimit {
  enum class Subject : unsigned char { person, span, institution, agents, cosigned, supply };
  Subject subject = Subject::person;
  std::optional<Name> provider;  // agents, supply
  Name pool;
  bool each = false;  // `each POOL/**`: every pool below `pool`, by itself
  bool has_fraction = false, has_absolute = false;
  std::uint64_t basis_points = 0, absolute = 0;
  Duration over;
  std::string_view over_text;  // as written: 72h
  Place place;                 // of the bound
};

struct DeclaredRoster {
  Name institution;
  DeclaredQuorum quorum;
  Duration delay;
};

struct DeclaredDelegation {
  std::vector<DeclaredSelector> of, to;
  Duration most;
  Place place;
};

struct DeclaredAmend {
  DeclaredQuorum quorum, weakening;
  Duration delay;
};

struct DeclaredFreeze {
  Name subject;  // a pool or a class; without the `/**`
  bool is_class = false, with_below = false;
  std::vector<DeclaredSelector> by;
  Duration longest;
  Place longest_place;
  DeclaredQuorum unfreeze;
  std::vector<Name> rests_on;
};

struct DeclaredCharter {
  std::string_view text;
  std::string name;
  std::uint64_t version = 0;
  Time valid_from, valid_until;
  std::optional<DeclaredKey> journal_key;

  std::vector<DeclaredInstitution> institutions;
  std::vector<DeclaredOffice> offices;
  std::vector<DeclaredPerson> persons;
  std::vector<DeclaredAgent> agents;
  std::vector<DeclaredProvider> providers;
  std::vector<DeclaredPool> pools;
  std::vector<DeclaredEndpoint> endpoints;
  std::vector<DeclaredSystem> systems;
  std::vector<DeclaredClass> classes;
  std::vector<DeclaredPass> passes;
  std::vector<DeclaredRule> rules;
  std::vector<DeclaredLimit> limits;
  std::vector<DeclaredSelector> readers;
  std::vector<DeclaredRoster> rosters;
  std::vector<DeclaredDelegation> delegations;
  std::optional<DeclaredAmend> amend;
  std::vector<DeclaredFreeze> freezes;
};

}  // namespace keyturn
