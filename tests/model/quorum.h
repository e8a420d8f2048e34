// Quorums by the words of Q and I: try everybody everywhere. Exponential, and plain.
#pragma once

#include "tests/model/people.h"
#include "tests/model/world.h"

namespace keyturn::model {

// One slot: the selector of the person it asks for (its count is 1).
using Slots = std::vector<Term>;

// The rule's disjunctive form [Q1].
std::vector<Slots> branches(const Need& need);

struct Question {
  const World& world;
  const Relations& relations;
  const Class& klass;
  Name initiator;
};

bool selects(const Term& term, const Person& person);

// Whether `approvers`, one for each slot, are a quorum, given whose approvals there are.
bool accepts(const Question& question, const Slots& slots, const std::vector<Name>& approvers,
             const People& available);

// Whether any branch has a quorum out of `available`.
bool satisfiable(const Question& question, const People& available);

}  // namespace keyturn::model
