// Judge: what a charter makes of a recorded request, by the gateway's own readers in their order:
// admit, the endpoint, the facts, the classes. Asked again and again over one charter. Thread rule:
// one user at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/charter/recorded.h"
#include "policy/charter/charter.h"
#include "policy/decide/decide.h"
#include "policy/request/classify.h"
#include "policy/request/extract.h"

namespace keyturn {

struct Judgement {
  enum class Kind : unsigned char { pass, gated, refused, unmatched } kind = Kind::unmatched;
  std::string endpoint;              // empty: none has this path
  std::string pass;                  // pass
  std::vector<std::string> classes;  // gated
  std::vector<Reason> reasons;       // refused, unmatched
  Facts facts;                       // gated
};

class Judge {
 public:
  explicit Judge(std::shared_ptr<const Charter> charter);

  // By charter and request alone: who asks, and what is directed already, is decide's.
  Judgement judge(const RecordedRequest& request);
  // Who sent it: the name recorded, else the principal of the token recorded. Errors: invalid (a
  // name that the charter does not have, with the nearest that it has), not_found (neither).
  Result<std::string> principal_of(const RecordedRequest& request,
                                   const std::string& otherwise) const;

  const Charter& charter() const { return *charter_; }

 private:
  std::shared_ptr<const Charter> charter_;
  Extractor extractor_;
  std::unique_ptr<Extractor::Scratch, void (*)(Extractor::Scratch*)> scratch_;
};

// The proposal that the gateway would make of these facts, under a given id.
intent::Propose proposal_of(const RecordedRequest& request, const Facts& facts,
                            std::string_view principal, std::uint64_t number);

// A principal of the charter. Errors: invalid, with a suggestion.
Result<void> require_principal(const Charter& charter, std::string_view name);
Result<PersonId> require_person(const Charter& charter, std::string_view name);

}  // namespace keyturn
