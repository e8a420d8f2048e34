#include <algorithm>

#include "keyturn/limits.h"
#include "policy/request/classify.h"
#include "policy/request/quote.h"

namespace keyturn {
namespace {

// Collects what one class names. One reason of each kind is enough: a request may name thousands.
class Collector {
 public:
  Collector(const Charter& charter, const Class& klass, NamedSystems& out)
      : charter_(charter), klass_(klass), out_(out) {}

  void add(std::string_view name) {
    auto system = charter_.find_system(name);
    if (!system) return refuse("unknown-system", "no system is called `" + printable(name) + "`");
    if (charter_.system(*system).endpoint != klass_.endpoint)
      return refuse("other-endpoint", "system `" + printable(name) + "` is not at endpoint `" +
                                          charter_.endpoint(klass_.endpoint).name + "`");
    out_.systems.push_back(*system);
  }

  void add_fact(const Facts& facts, const Pointer& pointer) {
    const Fact* fact = find_fact(facts, pointer);
    if (fact == nullptr) return refuse_unreadable(pointer);
    for (const Value& value : fact->values) {
      if (value.kind != Value::Kind::string)
        refuse_unreadable(pointer);
      else
        add(value.string);
    }
  }

  void refuse(std::string_view code, std::string text) {
    for (const Reason& reason : out_.reasons)
      if (reason.code == code) return;
    out_.reasons.push_back({std::string(code), std::move(text)});
  }

 private:
  void refuse_unreadable(const Pointer& pointer) {
    refuse("unreadable", "`" + printable(pointer.to_string()) +
                             "` must be the name of a system everywhere, and is not");
  }

  const Charter& charter_;
  const Class& klass_;
  NamedSystems& out_;
};

}  // namespace

NamedSystems named_systems(const Charter& charter, const Class& klass, const Facts& facts) {
  NamedSystems out;
  if (!klass.directs) return out;
  Collector collector(charter, klass, out);
  for (const DirectsSource& source : klass.sources) {
    if (source.where == DirectsSource::Where::body) {
      collector.add_fact(facts, source.pointer);
      continue;
    }
    std::string_view segment = path_value(klass, facts, source.name);
    if (!segment.empty()) collector.add(segment);
  }
  std::sort(out.systems.begin(), out.systems.end());
  out.systems.erase(std::unique(out.systems.begin(), out.systems.end()), out.systems.end());
  if (out.systems.empty() && out.reasons.empty())
    collector.refuse("no-system", "a request of class `" + klass.name + "` must name a system");
  return out;
}

}  // namespace keyturn
