// Trial: recorded traffic against a draft: what would pass, be gated, be refused, be unmatched.
// Each request by itself, as if nothing were directed or held. Memory is that of the groups, not of
// the traffic. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/charter/judge.h"
#include "gateway/charter/recorded.h"
#include "gateway/charter/standing.h"

namespace keyturn {

struct TrialGroup {
  std::uint64_t count = 0;
  std::uint64_t first = 0;  // the number of the first record of this kind
  std::string why;          // of it: the reason of a refusal
};

class Trial {
 public:
  // `principal`: who sent what has no sender recorded; empty: nobody.
  static Result<Trial> open(std::shared_ptr<const Charter> charter, std::string principal);

  // A record, by its number; one that could not be read is remembered and counted.
  void add(std::uint64_t number, const Result<RecordedRequest>& request);

  // Outcome (`pass`, `gated`, `refused`, `unmatched`, `unreadable`), name (pass, classes, code, or
  // what is wrong), method, endpoint and path.
  struct Key {
    std::string outcome, name, method, endpoint, path;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  const std::map<Key, TrialGroup>& groups() const { return groups_; }
  std::uint64_t records() const { return records_; }
  std::uint64_t count(std::string_view outcome) const;
  // Gated requests of which nobody knows who sent them: `by`, `may` and limits were not asked.
  std::uint64_t unsent() const { return unsent_; }

 private:
  Trial(std::shared_ptr<const Charter> charter, std::string principal, Standing standing);
  // Empty: it would be held.
  std::vector<Reason> refusal_of(const RecordedRequest& request, const Judgement& judged);
  void count_in(Key key, std::uint64_t number, std::string why);

  Judge judge_;
  std::string principal_;
  Standing standing_;
  std::map<Key, TrialGroup> groups_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  std::uint64_t records_ = 0, unsent_ = 0;
};

}  // namespace keyturn
