// Random small worlds for properties: up to 8 persons in up to 4 institutions, offices with random
// command between them, personal command, one class with a random rule. Small enough for the model
// to try everything, and dense enough that every rule decides some case.
#pragma once

#include <rapidcheck.h>

#include "tests/model/world.h"

namespace keyturn::model {

rc::Gen<World> any_world();

// A sound charter's people and rule, with a random fleet of 8 systems, random limits on it, and two
// agents of `alvarez` and one of `brandt`, who are under `okafor`. Whoever initiates, `farouk` or
// `haddad` of parliament and `duarte` or `eriksen` of the court can approve.
rc::Gen<World> any_fleet();

// One of `names`; some of them (perhaps none, perhaps all).
Name any_of(const std::vector<Name>& names);
std::vector<Name> some_of(const std::vector<Name>& names);

std::vector<Name> person_names(const World& world);

void showValue(const World& world, std::ostream& out);

}  // namespace keyturn::model
