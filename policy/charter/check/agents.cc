// What an agent may initiate, its sponsor may: else the word `may` says more than it gives [I3].
#include <algorithm>

#include "policy/charter/check/check.h"

namespace keyturn {

void check_agents(const CompiledCheck& check) {
  for (const DeclaredAgent& agent : check.declared.agents) {
    const PersonId sponsor{check.names.persons.at(agent.sponsor.text)};
    for (const Name& may : agent.may) {
      const std::vector<Selector>& by = check.charter.klass(*check.charter.find_class(may.text)).by;
      const bool is_among =
          by.empty() || std::any_of(by.begin(), by.end(),
                                    [&](const Selector& who) { return who.selects(sponsor); });
      if (is_among) continue;
      check.diagnostics.notice(may.place, "the agent's sponsor " + quoted(agent.sponsor.text) +
                                              " is not among those whom class " + quoted(may.text) +
                                              " names in `by`: this permits nothing [I3]");
    }
  }
}

}  // namespace keyturn
