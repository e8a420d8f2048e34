// From a request's bytes to facts and classes, under one charter: the same every time, and refused
// where anything cannot be read. The first line is the request's target; what follows is its body.
#include "policy/request/classify.h"

#include "policy/charter/load.h"
#include "policy/request/extract.h"
#include "tests/fuzz/target.h"
#include "tests/support/charters.h"

namespace keyturn {
namespace {

struct Reading {
  Facts facts;
  Classification classification;
};

Result<Reading> read(const Charter& charter, const Extractor& extractor,
                     Extractor::Scratch& scratch, EndpointId endpoint, const RequestView& request) {
  Reading out;
  CHECK_OK(extractor.extract(endpoint, request, scratch, out.facts));
  classify(charter, out.facts, out.classification);
  return out;
}

}  // namespace
}  // namespace keyturn

KEYTURN_FUZZ_TARGET(classify) {
  using namespace keyturn;
  using fuzz::hold;
  static const auto load = load_charter(testing::charter_text(testing::defence));
  static const auto charter = load.charter;
  hold(charter != nullptr, "the test charter loads");
  static const Extractor extractor(charter);

  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos) return;
  RequestView request;
  request.host = "localhost";
  request.method = "POST";
  request.target = input.substr(0, line);
  request.fields = {{"content-type", "application/json"}};
  request.body = input.substr(line + 1);
  if (!request.target.starts_with('/')) return;

  const std::string_view path = request.target.substr(0, request.target.find('?'));
  const auto endpoint = extractor.endpoint(request.host, request.method, path);
  if (!endpoint) return;
  const auto scratch = Extractor::make_scratch();
  const auto first = read(*charter, extractor, *scratch, *endpoint, request);
  const auto second = read(*charter, extractor, *scratch, *endpoint, request);
  hold(first.ok() == second.ok(), "a request is read the same way twice");
  if (!first.ok()) return;
  hold(first->facts == second->facts, "the facts are a function of charter and request");
  const Classification& result = first->classification;
  hold(result.kind == second->classification.kind &&
           result.classes == second->classification.classes,
       "and so are the classes");
  hold((result.kind == Classification::Kind::gated) == !result.classes.empty(),
       "gated has a class");
  hold((result.kind == Classification::Kind::refused) == !result.reasons.empty(),
       "refused has a reason");
  for (const ClassId klass : result.classes) {
    const NamedSystems named = named_systems(*charter, charter->klass(klass), first->facts);
    if (charter->klass(klass).directs)
      hold(!named.systems.empty() || !named.reasons.empty(),
           "what directs names systems, or says why not");
  }
}
