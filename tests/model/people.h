// Who obeys whom, by the words of I1 and I2: a set that grows until it grows no more. Slow, and
// plain.
#pragma once

#include <map>
#include <set>

#include "tests/model/world.h"

namespace keyturn::model {

using People = std::set<Name>;

const Person& find_person(const World& world, const Name& name);

// cl(start) over persons [I2].
People closure(const World& world, const People& start);

// closure({person}) of everyone, worked out once.
class Relations {
 public:
  explicit Relations(const World& world);

  bool in_closure(const Name& person, const Name& superior) const {
    return closures_.at(superior).contains(person);
  }
  const People& closure_of(const Name& person) const { return closures_.at(person); }
  // Whom `person` counts as: of every institution (branch) that somebody above him is of [Q6].
  const std::set<Name>& institutions(const Name& person) const { return institutions_.at(person); }
  const std::set<Name>& branches(const Name& person) const { return branches_.at(person); }

 private:
  std::map<Name, People> closures_;
  std::map<Name, std::set<Name>> institutions_, branches_;
};

}  // namespace keyturn::model
