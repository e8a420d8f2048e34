// A request has one endpoint: by its Host where endpoints name hosts, else by the matchers, none of
// which may find a request that belongs elsewhere too [C12].
#include <unordered_map>

#include "keyturn/limits.h"
#include "policy/charter/check/check.h"
#include "policy/charter/check/patterns.h"

namespace keyturn {
namespace {

struct Found {
  std::string_view endpoint;
  const DeclaredMatcher* matcher;
};

std::vector<Found> matchers_without_host(const DeclaredCharter& declared) {
  std::unordered_set<std::string_view> without_host;
  for (const DeclaredEndpoint& endpoint : declared.endpoints)
    if (endpoint.host.empty()) without_host.insert(endpoint.name.text);
  std::vector<Found> out;
  const auto collect = [&](const Name& endpoint, const std::vector<DeclaredMatcher>& matchers) {
    if (!without_host.contains(endpoint.text)) return;
    for (const DeclaredMatcher& matcher : matchers) out.push_back(Found{endpoint.text, &matcher});
  };
  for (const DeclaredClass& klass : declared.classes) collect(klass.endpoint, klass.matchers);
  for (const DeclaredPass& pass : declared.passes) collect(pass.endpoint, pass.matchers);
  return out;
}

bool has_too_many_matchers(const DeclaredCheck& check) {
  std::size_t count = 0;
  const auto is_over = [&](const Name& name, const std::vector<DeclaredMatcher>& matchers) {
    count += matchers.size();
    if (count <= charter_matchers_max) return false;
    check.diagnostics.error(name.place, "more than " + std::to_string(charter_matchers_max) +
                                            " matchers up to here (charter_matchers_max)");
    return true;
  };
  for (const DeclaredClass& klass : check.declared.classes)
    if (is_over(klass.name, klass.matchers)) return true;
  for (const DeclaredPass& pass : check.declared.passes)
    if (is_over(pass.name, pass.matchers)) return true;
  return false;
}

}  // namespace

void check_endpoints(const DeclaredCheck& check) {
  std::unordered_map<std::string_view, const DeclaredEndpoint*> hosts;
  for (const DeclaredEndpoint& endpoint : check.declared.endpoints) {
    if (endpoint.host.empty()) continue;
    const auto [found, is_new] = hosts.emplace(endpoint.host, &endpoint);
    if (!is_new)
      check.diagnostics.error(endpoint.host_place,
                              "the host of " + quoted(found->second->name.text) +
                                  " already, in line " +
                                  std::to_string(found->second->host_place.line) + " [C12]");
  }
  if (has_too_many_matchers(check)) return;
  const std::vector<Found> found = matchers_without_host(check.declared);
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (found[i].endpoint == found[j].endpoint) continue;
      if (!matchers_meet(found[i].matcher->matcher, found[j].matcher->matcher)) continue;
      check.diagnostics.error(found[i].matcher->place,
                              "a request could match this at " + quoted(found[i].endpoint) +
                                  " and line " + std::to_string(found[j].matcher->place.line) +
                                  " at " + quoted(found[j].endpoint) +
                                  ": keep the paths apart, or let the endpoints name hosts [C12]");
      break;
    }
  }
}

}  // namespace keyturn
