#include "policy/charter/names.h"

namespace keyturn {

void NameTable::add(const Name& name, Diagnostics& diagnostics, const NameTable* beside) {
  const std::uint32_t index = added_++;
  const auto found = entries_.find(name.text);
  if (found != entries_.end()) {
    diagnostics.error(name.place, quoted(name.text) + " is declared already, in line " +
                                      std::to_string(found->second.place.line));
    return;
  }
  if (beside != nullptr && beside->find(name.text))
    diagnostics.error(name.place, quoted(name.text) + " is " + std::string(beside->what_) +
                                      " already, in line " +
                                      std::to_string(beside->line_of(name.text)));
  entries_.emplace(name.text, Entry{index, name.place});
  names_.push_back(name.text);
}

std::optional<std::uint32_t> NameTable::find(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return std::nullopt;
  return found->second.index;
}

bool NameTable::require(const Name& name, Diagnostics& diagnostics) const {
  if (entries_.contains(name.text)) return true;
  const std::string nearest = diagnostics.is_full() ? "" : suggestion(name.text, names_);
  diagnostics.error(name.place, quoted(name.text) + " is not declared as " + std::string(what_) +
                                    nearest + " [C11]");
  return false;
}

Names::Names(const DeclaredCharter& declared, Diagnostics& diagnostics) {
  for (const auto& declaration : declared.institutions)
    institutions.add(declaration.name, diagnostics);
  for (const auto& declaration : declared.offices) offices.add(declaration.name, diagnostics);
  for (const auto& declaration : declared.persons) persons.add(declaration.name, diagnostics);
  // Persons and agents are principals, and one name is one principal.
  for (const auto& declaration : declared.agents)
    agents.add(declaration.name, diagnostics, &persons);
  for (const auto& declaration : declared.providers) providers.add(declaration.name, diagnostics);
  for (const auto& declaration : declared.pools) pools.add(declaration.name, diagnostics);
  for (const auto& declaration : declared.endpoints) endpoints.add(declaration.name, diagnostics);
  for (const auto& declaration : declared.classes) classes.add(declaration.name, diagnostics);
  for (const auto& declaration : declared.passes)
    passes.add(declaration.name, diagnostics, &classes);
}

}  // namespace keyturn
