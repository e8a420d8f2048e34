#include "policy/request/classify.h"

#include <algorithm>

#include "keyturn/limits.h"
#include "policy/request/path.h"
#include "policy/request/query.h"
#include "policy/request/quote.h"

namespace keyturn {
namespace {

enum class Outcome : unsigned char { holds, fails, unreadable };
using Parameters = std::vector<QueryParameter>;

Outcome holds_if(bool condition) { return condition ? Outcome::holds : Outcome::fails; }

// Of a header or a query parameter: always a string.
Outcome test_text(const Condition& condition, std::string_view text) {
  switch (condition.test) {
    case Condition::Test::present:
      return Outcome::holds;
    case Condition::Test::in:
      if (!condition.integers.empty()) return Outcome::unreadable;
      return holds_if(std::binary_search(condition.strings.begin(), condition.strings.end(), text));
    case Condition::Test::prefix:
      return holds_if(text.starts_with(condition.prefix));
    case Condition::Test::range:
      return Outcome::unreadable;
  }
  return Outcome::unreadable;
}

Outcome test_string(const Condition& condition, std::string_view text) {
  if (condition.test == Condition::Test::in)
    return condition.strings.empty() ? Outcome::unreadable
                                     : holds_if(std::binary_search(condition.strings.begin(),
                                                                   condition.strings.end(), text));
  return test_text(condition, text);
}

Outcome test_integer(const Condition& condition, std::int64_t integer) {
  if (condition.test == Condition::Test::range)
    return holds_if(condition.low <= integer && integer <= condition.high);
  if (condition.test == Condition::Test::in && !condition.integers.empty())
    return holds_if(
        std::binary_search(condition.integers.begin(), condition.integers.end(), integer));
  return Outcome::unreadable;
}

Outcome test_body(const Condition& condition, const Facts& facts) {
  const Fact* fact = find_fact(facts, condition.pointer);
  if (fact == nullptr) return Outcome::unreadable;
  if (fact->values.empty()) return Outcome::fails;
  if (condition.test == Condition::Test::present) return Outcome::holds;
  if (fact->values.size() > 1) return Outcome::unreadable;  // conditions have no wildcards
  const Value& value = fact->values.front();
  if (value.kind == Value::Kind::string) return test_string(condition, value.string);
  if (value.kind == Value::Kind::integer) return test_integer(condition, value.integer);
  return Outcome::unreadable;
}

Outcome test(const Condition& condition, const Facts& facts, const Parameters& parameters) {
  switch (condition.where) {
    case Condition::Where::body:
      return test_body(condition, facts);
    case Condition::Where::header: {
      const std::string* value = find_header(facts, condition.name);
      return value == nullptr ? Outcome::fails : test_text(condition, *value);
    }
    case Condition::Where::query:
      for (const QueryParameter& parameter : parameters)
        if (parameter.name == condition.name) return test_text(condition, parameter.value);
      return Outcome::fails;
  }
  return Outcome::unreadable;
}

std::string describe(const Condition& condition) {
  switch (condition.where) {
    case Condition::Where::body:
      return "the body's `" + printable(condition.pointer.to_string()) + "`";
    case Condition::Where::header:
      return "the header `" + printable(condition.name) + "`";
    case Condition::Where::query:
      return "the query's `" + printable(condition.name) + "`";
  }
  return "a value";
}

// One request against one charter. INVARIANT: every condition of every matcher that method and path
// meet is evaluated, whatever was found before: a value that cannot be evaluated refuses the
// request even beside a class that matched, or the order of a charter would decide.
class Classifier {
 public:
  Classifier(const Facts& facts, const Parameters& parameters, Classification& out)
      : facts_(facts), parameters_(parameters), path_(path_of(facts.target)), out_(out) {}

  // Whether some matcher matches.
  bool any_matches(const std::vector<Matcher>& matchers) {
    bool any = false;
    for (const Matcher& matcher : matchers) {
      if (!meets(matcher, facts_.method, path_)) continue;
      bool all = true;
      for (const Condition& condition : matcher.conditions) {
        Outcome outcome = test(condition, facts_, parameters_);
        if (outcome != Outcome::holds) all = false;
        if (outcome == Outcome::unreadable) refuse_unreadable(condition);
      }
      any = any || all;
    }
    return any;
  }

 private:
  void refuse_unreadable(const Condition& condition) {
    Reason reason{"unreadable",
                  describe(condition) + " has a type or size that cannot be classified"};
    if (std::find(out_.reasons.begin(), out_.reasons.end(), reason) == out_.reasons.end())
      out_.reasons.push_back(std::move(reason));
  }

  const Facts& facts_;
  const Parameters& parameters_;
  const std::string_view path_;
  Classification& out_;
};

void refuse(Classification& out, std::string code, std::string text) {
  out.reasons.push_back({std::move(code), std::move(text)});
}

bool names_parameter(const std::vector<Matcher>& matchers, const Facts& facts,
                     std::string_view name) {
  for (const Matcher& matcher : matchers) {
    if (!meets(matcher, facts.method, path_of(facts.target))) continue;
    for (const Condition& condition : matcher.conditions)
      if (condition.where == Condition::Where::query && condition.name == name) return true;
  }
  return false;
}

void refuse_undeclared(const Charter& charter, EndpointId endpoint, const Facts& facts,
                       const Parameters& parameters, Classification& out) {
  for (const QueryParameter& parameter : parameters) {
    bool named = false;
    for (const Class& klass : charter.classes)
      named = named || (klass.endpoint == endpoint &&
                        names_parameter(klass.matchers, facts, parameter.name));
    for (const Pass& pass : charter.passes)
      named = named ||
              (pass.endpoint == endpoint && names_parameter(pass.matchers, facts, parameter.name));
    if (named) continue;
    return refuse(out, "query",
                  "no class or pass names the query parameter `" + printable(parameter.name) + "`");
  }
}

}  // namespace

void classify(const Charter& charter, const Facts& facts, Classification& out) {
  out.kind = Classification::Kind::refused;
  out.pass = {};
  out.classes.clear();
  out.reasons.clear();

  const std::optional<EndpointId> endpoint = charter.find_endpoint(facts.endpoint);
  if (!endpoint)
    return refuse(out, "endpoint", "no endpoint is called `" + printable(facts.endpoint) + "`");
  if (!path_is_plain(path_of(facts.target)))
    return refuse(out, "target",
                  "the path must be segments of letters, digits and . _ ~ : @ -, none empty, none "
                  "of them dots alone");
  Parameters parameters;
  if (facts.target.find('?') != std::string::npos) {
    auto parsed = parse_query(facts.target);
    if (!parsed.ok()) return refuse(out, "query", parsed.error().message);
    parameters = std::move(parsed).value();
    refuse_undeclared(charter, *endpoint, facts, parameters, out);
  }

  Classifier classifier(facts, parameters, out);
  for (std::uint32_t i = 0; i < charter.classes.size(); ++i) {
    const Class& klass = charter.classes[i];
    if (klass.endpoint == *endpoint && classifier.any_matches(klass.matchers))
      out.classes.push_back(ClassId{i});
  }
  for (const Pass& pass : charter.passes)
    if (pass.endpoint == *endpoint && classifier.any_matches(pass.matchers) && out.pass.empty())
      out.pass = pass.name;

  if (out.reasons.empty() && out.classes.empty() && out.pass.empty())
    refuse(out, "unmatched",
           "no class or pass at endpoint `" + printable(facts.endpoint) + "` matches this `" +
               printable(facts.method) + " " + printable(path_of(facts.target)) + "`");
  if (!out.reasons.empty()) {
    out.pass = {};
    out.classes.clear();
  } else if (!out.classes.empty()) {
    out.pass = {};  // a class beats a pass [C1]
    out.kind = Classification::Kind::gated;
  } else {
    out.kind = Classification::Kind::pass;
  }
}

std::string_view path_value(const Class& klass, const Facts& facts, std::string_view name) {
  auto parameters = parse_query(facts.target);
  if (!parameters.ok()) return {};
  const std::string_view path = path_of(facts.target);
  for (const Matcher& matcher : klass.matchers) {
    if (!meets(matcher, facts.method, path)) continue;
    if (!std::all_of(matcher.conditions.begin(), matcher.conditions.end(),
                     [&](const auto& condition) {
                       return test(condition, facts, *parameters) == Outcome::holds;
                     }))
      continue;
    return segment_named(matcher.path, path, name).value_or(std::string_view());
  }
  return {};
}

}  // namespace keyturn
