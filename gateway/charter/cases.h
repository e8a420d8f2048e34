// Cases beside a charter: requests, words and waits in order, and what must become of each; the
// format stands in docs/charter-tools.md. A case runs in a Rehearsal of its own.
//
// Thread rule: plain values and functions, one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/charter/cast.h"
#include "gateway/charter/recorded.h"
#include "keyturn/result.h"
#include "keyturn/time.h"

namespace keyturn {

struct CaseStep {
  enum class Kind : unsigned char {
    passes,   // the request: by the pass `name`, or any
    held,     // the request: as the classes `names`
    refused,  // the request: with the code `name`
    approve,  // by `names`
    veto,
    cancel,
    claim,
    wait,
    lacks,           // the code `name` is outstanding
    may_be_claimed,  // or, with `name` "not", may not
    directs,         // `names`: person, pool; `weight`
  } kind = Kind::passes;
  // What a word, a cancellation or a claim comes to; for the request's, its kind says it.
  enum class Outcome : unsigned char {
    taken,
    adds_nothing,
    stops,
    refused
  } outcome = Outcome::taken;
  std::uint32_t line = 0;
  std::string text;         // as written
  RecordedRequest request;  // passes, held, refused
  std::vector<std::string> names;
  std::string name;  // a pass, or the code of a refusal
  Duration wait;
  std::uint64_t weight = 0;
};

struct Case {
  std::string name;
  std::uint32_t line = 0;
  std::vector<CaseStep> steps;
};

// Errors: invalid, `FILE:LINE: …`, the first.
Result<std::vector<Case>> parse_cases(std::string_view text, std::string_view file);

// One step that came out otherwise, after which the case ended.
struct CaseFailure {
  std::uint32_t line = 0;
  std::string step, expected, got;
};
struct CaseResult {
  std::vector<CaseFailure> failures;  // empty: passed
};
// Errors: internal.
Result<CaseResult> run_case(const Case& one, std::shared_ptr<const Cast> cast);

}  // namespace keyturn
