#include "gateway/journal/facts.h"

namespace keyturn {

Result<void> draw_facts(const Charter& charter, const Extractor& extractor,
                        const BodyRecord& record, Extractor::Scratch& scratch, Facts& facts) {
  const auto endpoint = charter.find_endpoint(record.endpoint);
  if (!endpoint) {
    return Error{Code::corrupt, "the charter has no endpoint `" + record.endpoint + "`"};
  }
  RequestView view;
  view.method = record.method;
  view.target = record.target;
  for (const auto& [name, value] : record.headers) view.fields.emplace_back(name, value);
  view.body = record.body;
  return extractor.extract(*endpoint, view, scratch, facts);
}

}  // namespace keyturn
