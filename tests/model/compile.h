// From a world's plain data to the Charter that policy/ reads, without the loader: `charter check`
// rightly refuses most worlds of random people and rules, and what decides must hold in those as
// well.
#pragma once

#include <memory>

#include "policy/charter/charter.h"
#include "tests/model/world.h"

namespace keyturn::model {

// People, offices, closures, and a Class for each of the world's, with its rule; each branch of a
// rule has its slots in the order that the model's own branches() gives them.
std::shared_ptr<const Charter> compile(const World& world);

// Ids are positions.
PersonId person_id(const World& world, const Name& name);

}  // namespace keyturn::model
