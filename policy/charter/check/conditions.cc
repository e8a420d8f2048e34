// What a matcher reads is there to be read: of the headers only those that are forwarded and
// hashed, content-type, accept and the endpoint's declared ones [C7].
#include <algorithm>

#include "policy/charter/check/check.h"

namespace keyturn {

bool has_header(const DeclaredCheck& check, const Name& endpoint, std::string_view header) {
  if (header == "content-type" || header == "accept") return true;
  const auto found = check.names.endpoints.find(endpoint.text);
  if (!found) return true;  // reported as undeclared
  const std::vector<Name>& headers = check.declared.endpoints[*found].headers;
  return std::any_of(headers.begin(), headers.end(),
                     [&](const Name& declared) { return declared.text == header; });
}

namespace {

void check_matchers(const DeclaredCheck& check, const Name& endpoint,
                    const std::vector<DeclaredMatcher>& matchers) {
  for (const DeclaredMatcher& matcher : matchers) {
    for (std::size_t i = 0; i < matcher.conditions.size(); ++i) {
      const Condition& condition = matcher.matcher.conditions[i];
      if (condition.where != Condition::Where::header ||
          has_header(check, endpoint, condition.name))
        continue;
      check.diagnostics.error(matcher.conditions[i], "endpoint " + quoted(endpoint.text) +
                                                         " does not declare the header " +
                                                         quoted(condition.name) +
                                                         ", so no request carries it [C7]");
    }
  }
}

}  // namespace

void check_conditions(const DeclaredCheck& check) {
  for (const DeclaredClass& klass : check.declared.classes)
    check_matchers(check, klass.endpoint, klass.matchers);
  for (const DeclaredPass& pass : check.declared.passes)
    check_matchers(check, pass.endpoint, pass.matchers);
}

}  // namespace keyturn
