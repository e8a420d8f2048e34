// What was asked: from an admitted request to Facts. Pure.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "keyturn/result.h"
#include "policy/charter/charter.h"
#include "policy/request/facts.h"

namespace keyturn {

// A request as admitted: target and field names were checked by the gateway's admit step.
struct RequestView {
  std::string_view host;  // as sent
  std::string_view method;
  std::string_view target;                                            // path[?query]
  std::vector<std::pair<std::string_view, std::string_view>> fields;  // lower-case names
  std::string_view body;
};

// Tables compiled once from a charter: which endpoint and pointers a path needs. Immutable.
class Extractor {
 public:
  explicit Extractor(std::shared_ptr<const Charter> charter);
  ~Extractor();
  Extractor(Extractor&&) noexcept;
  Extractor& operator=(Extractor&&) noexcept;

  // Found from the Host or by the matchers [C12]; nullopt: no endpoint has such a path.
  std::optional<EndpointId> endpoint(std::string_view host, std::string_view method,
                                     std::string_view path) const;
  // Whether some class or pass of this endpoint and path reads the body: if not, it may stream
  // [C10].
  bool reads_body(EndpointId endpoint, std::string_view path) const;

  // Fills `facts` (reusing its memory). Errors: invalid (no JSON, two readings, wrong content-type
  // where the body is read: 400), too_large (facts_bytes_max: 413). A JSON parser a thread is kept
  // inside `scratch`.
  class Scratch;
  static std::unique_ptr<Scratch, void (*)(Scratch*)> make_scratch();
  Result<void> extract(EndpointId endpoint, const RequestView& request, Scratch& scratch,
                       Facts& facts) const;

 private:
  struct Tables;
  std::unique_ptr<const Tables> tables_;
};

}  // namespace keyturn
