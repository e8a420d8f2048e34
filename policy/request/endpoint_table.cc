#include "policy/request/endpoint_table.h"

#include <algorithm>

namespace keyturn {
namespace {

// Adds the index of a pointer, which several classes may share.
void add(EndpointTable& table, std::vector<std::uint32_t>& indices, const Pointer& pointer) {
  std::vector<DrawnPointer>& pointers = table.pointers;
  std::size_t index = 0;
  while (index < pointers.size() && !(*pointers[index].pointer == pointer)) ++index;
  if (index == pointers.size()) pointers.push_back({&pointer, pointer.to_string()});
  indices.push_back(static_cast<std::uint32_t>(index));
}

EntryTable& add_entry(EndpointTable& table, const std::vector<Matcher>& matchers) {
  EntryTable& entry = table.entries.emplace_back();
  for (const Matcher& matcher : matchers) {
    MatcherTable& added = entry.matchers.emplace_back();
    added.matcher = &matcher;
    for (const Condition& condition : matcher.conditions)
      if (condition.where == Condition::Where::body) add(table, added.pointers, condition.pointer);
  }
  return entry;
}

}  // namespace

EndpointTable compile_endpoint(const Charter& charter, EndpointId id) {
  EndpointTable out;
  out.headers = charter.endpoint(id).headers;
  // An Idempotency-Key tells a deliberate repetition from a retry, so the digest covers it [W9].
  out.headers.insert(out.headers.end(), {"accept", "content-type", "idempotency-key"});
  std::sort(out.headers.begin(), out.headers.end());
  out.headers.erase(std::unique(out.headers.begin(), out.headers.end()), out.headers.end());
  for (const Class& klass : charter.classes) {
    if (klass.endpoint != id) continue;
    EntryTable& entry = add_entry(out, klass.matchers);
    entry.klass = &klass;
    // A class that directs and lists nothing allows nothing.
    entry.has_shape = klass.directs || !klass.shape.empty();
    for (const DirectsSource& source : klass.sources)
      if (source.where == DirectsSource::Where::body) add(out, entry.pointers, source.pointer);
    for (const EffectPart& part : klass.effect)
      if (part.kind == EffectPart::Kind::body) add(out, entry.pointers, part.pointer);
  }
  for (const Pass& pass : charter.passes)
    if (pass.endpoint == id) add_entry(out, pass.matchers);
  return out;
}

}  // namespace keyturn
