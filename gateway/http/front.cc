#include "gateway/http/front.h"

#include "gateway/http/admit.h"
#include "gateway/http/writer.h"

namespace keyturn {
namespace {

// What a caller says to the gateway and not to the endpoint. `Host` and credentials are the
// destination's.
bool for_the_gateway_only(std::string_view name) {
  switch (name.size()) {
    case 4:
      return same_name(name, "host");
    case 6:
      return same_name(name, "expect") || same_name(name, "cookie");
    case 9:
      return same_name(name, "x-api-key");
    case 13:
      return same_name(name, "authorization");
    default:
      return false;
  }
}

}  // namespace

Destination::Destination(Options options)
    : origin_(std::move(options.origin)), removed_(std::move(options.removed)) {
  write_field(wire_fields_, "Host", origin_.authority());
  write_fields(wire_fields_, options.injected);
  for (const Field& field : options.injected) removed_.push_back(field.name);
}

bool Destination::passes(std::string_view name) const {
  if (hop_by_hop(name) || for_the_gateway_only(name)) return false;
  for (const std::string& removed : removed_)
    if (same_name(name, removed)) return false;
  return true;
}

}  // namespace keyturn
