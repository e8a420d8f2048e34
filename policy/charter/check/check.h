// The checks of `charter check`, one file per rule of the semantics. Each reports all it finds.
//
// The first run on the declared model, whatever else is wrong with it, and skip names that are not
// declared. The last need the compiled charter (who obeys whom, what weighs what), which exists
// only once the first found nothing.
#pragma once

#include <string_view>
#include <unordered_set>

#include "policy/charter/charter.h"
#include "policy/charter/declared.h"
#include "policy/charter/diagnostics.h"
#include "policy/charter/names.h"

namespace keyturn {

struct DeclaredCheck {
  const DeclaredCharter& declared;
  const Names& names;
  Diagnostics& diagnostics;
};

// The endpoints that some system is commanded at, by name.
std::unordered_set<std::string_view> endpoints_with_systems(const DeclaredCharter& declared);

// Whether requests to `endpoint` keep the header `header` [C7].
bool has_header(const DeclaredCheck& check, const Name& endpoint, std::string_view header);

void check_references(const DeclaredCheck& check);  // every name is declared [C11]
void check_keys(const DeclaredCheck& check);        // one key, one principal [Q3 T11]
void check_command(const DeclaredCheck& check);     // command runs in no circle [I1]
void check_systems(const DeclaredCheck& check);     // names are distinct to people too [C9]
void check_endpoints(const DeclaredCheck& check);   // a request has one endpoint [C12]
void check_conditions(const DeclaredCheck& check);  // what matchers read is there to read [C7]
void check_directs(const DeclaredCheck& check);     // what a class directs, and its shape [C5 C6]
void check_effects(const DeclaredCheck& check);     // what an effect names can be read [C8]
void check_passes(const DeclaredCheck& check);      // nothing slips by beside a class [C2 I7]
void check_rules(const DeclaredCheck& check);       // class and rule belong together [Q1 Q4 I6]
void check_limits(const DeclaredCheck& check);      // limits name pools that exist [S5]
void check_effectors(const DeclaredCheck& check);   // keys that release, orders that stop [S2 A6]
void check_freezes(const DeclaredCheck& check);     // short, and of different things [A4]

struct CompiledCheck {
  const DeclaredCharter& declared;
  const Names& names;
  const Charter& charter;
  Diagnostics& diagnostics;
};

void check_agents(const CompiledCheck& check);       // what an agent may, its sponsor may [I3]
void check_weights(const CompiledCheck& check);      // supply, and limits that admit nothing [S5]
void check_delegations(const CompiledCheck& check);  // somebody may use them [I4]
void check_quorums(const CompiledCheck& check);  // satisfiable, and by more than one person [Q8]
void check_reach(const CompiledCheck& check);    // nobody's closure is enough [I7]
void check_blocks(const CompiledCheck& check);   // freezes: somebody may, and few lift them [A4]

}  // namespace keyturn
