#include <algorithm>
#include <array>
#include <charconv>

#include "keyturn/limits.h"
#include "policy/charter/parser/parser.h"

namespace keyturn {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// host or host:port, as a Host field carries it: lower-case names and IPv4 addresses.
bool is_host(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view host = text.substr(0, colon);
  const bool is_name =
      !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.';
      });
  if (!is_name || colon == std::string_view::npos) return is_name;
  const std::string_view port = text.substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && port[0] != '0' &&
         number <= 65535;
}

// Fields that frame, route or authenticate a message, or change what its method or target means:
// none may travel from a caller to an endpoint [C7].
constexpr std::array<std::string_view, 25> refused_headers = {"authorization",
                                                              "connection",
                                                              "content-encoding",
                                                              "content-length",
                                                              "cookie",
                                                              "expect",
                                                              "forwarded",
                                                              "host",
                                                              "keep-alive",
                                                              "max-forwards",
                                                              "proxy-authorization",
                                                              "proxy-connection",
                                                              "range",
                                                              "te",
                                                              "trailer",
                                                              "transfer-encoding",
                                                              "upgrade",
                                                              "via",
                                                              "x-forwarded-for",
                                                              "x-forwarded-host",
                                                              "x-http-method",
                                                              "x-http-method-override",
                                                              "x-method-override",
                                                              "x-original-url",
                                                              "x-rewrite-url"};

}  // namespace

// provider ID [STRING]
bool Parser::parse_provider() {
  DeclaredProvider provider;
  if (!take_id(provider.name, "the provider's name")) return false;
  if (!at_end() && !take_string(provider.title, "the provider's title")) return false;
  declared_.providers.push_back(std::move(provider));
  return true;
}

// pool POOL
bool Parser::parse_pool() {
  DeclaredPool pool;
  if (!take_pool(pool.name)) return false;
  declared_.pools.push_back(pool);
  return true;
}

// endpoint ID STRING [host STRING] [headers NAME {, NAME}] {key ed25519 STRING}
bool Parser::parse_endpoint() {
  DeclaredEndpoint endpoint;
  if (!take_id(endpoint.name, "the endpoint's name")) return false;
  if (!parse_origin(endpoint)) return false;
  while (!at_end()) {
    if (endpoint.host.empty() && accept("host")) {
      if (!parse_host(endpoint)) return false;
    } else if (endpoint.headers.empty() && accept("headers")) {
      if (!parse_header_names(endpoint)) return false;
    } else if (accept("key")) {
      if (!parse_key(endpoint.keys)) return false;
    } else if (is("warrants")) {
      return refuse_unsupported();
    } else {
      return expected("`host` or `headers` (each once), `key`, or the end of the endpoint");
    }
  }
  declared_.endpoints.push_back(std::move(endpoint));
  return true;
}

bool Parser::parse_origin(DeclaredEndpoint& out) {
  const Place place = peek().place;
  if (!take_string(out.origin, "the endpoint's origin")) return false;
  std::string_view authority;
  for (const std::string_view scheme : {"https://", "http://"})
    if (out.origin.starts_with(scheme))
      authority = std::string_view(out.origin).substr(scheme.size());
  if (!is_host(authority) || authority.find(':') == std::string_view::npos)
    return fail(place,
                "expected an origin as in \"https://models.internal:8443\" or "
                "\"http://127.0.0.1:9301\", with a port and without a path, found " +
                    quoted(out.origin));
  return true;
}

bool Parser::parse_host(DeclaredEndpoint& out) {
  out.host_place = peek().place;
  if (!take_string(out.host, "the Host that the endpoint answers to")) return false;
  if (!is_host(out.host))
    return fail(out.host_place,
                "expected a host as in \"fleet.example\" or \"fleet.example:8443\", "
                "found " +
                    quoted(out.host));
  return true;
}

bool Parser::parse_header_names(DeclaredEndpoint& out) {
  do {
    Name name;
    if (!take_id(name, "a header's name")) return false;
    if (name.text.starts_with("keyturn-") ||
        std::find(refused_headers.begin(), refused_headers.end(), name.text) !=
            refused_headers.end())
      return fail(name.place,
                  quoted(name.text) +
                      " cannot be declared: it frames, routes or authenticates a message, "
                      "or changes what it means [C7]");
    for (const Name& other : out.headers)
      if (other.text == name.text)
        return fail(name.place, quoted(name.text) + " stands here twice");
    out.headers.push_back(name);
  } while (accept(","));
  return true;
}

// system NAME-OR-RANGE pool POOL weight INT [provider ID] at ID
bool Parser::parse_system() {
  DeclaredSystem system;
  if (!parse_system_name(system)) return false;
  if (!expect("pool", "and the system's pool") || !take_pool(system.pool)) return false;
  if (!expect("weight", "and the system's weight")) return false;
  const Place place = peek().place;
  if (!take_integer(system.weight, "the system's weight")) return false;
  if (system.weight == 0 || system.weight > system_weight_max)
    return fail(place,
                "a system's weight is at least 1, else it would escape every limit, and at "
                "most " +
                    std::to_string(system_weight_max) + " (system_weight_max)");
  if (accept("provider")) {
    system.provider.emplace();
    if (!take_id(*system.provider, "the system's provider")) return false;
  }
  if (!expect("at", "and the endpoint that commands it")) return false;
  if (!take_id(system.endpoint, "the system's endpoint")) return false;
  declared_.systems.push_back(std::move(system));
  return true;
}

// ID, or ID-[first..last]: inclusive, of equal width [C9].
bool Parser::parse_system_name(DeclaredSystem& out) {
  const Token& token = peek();
  const std::size_t bracket =
      token.kind == Token::Kind::atom ? token.text.find('[') : std::string_view::npos;
  if (bracket == std::string_view::npos) {
    if (!take_id(out.name, "a system, or a range as in `uav-[001..040]`")) return false;
    out.prefix = out.name.text;
    return true;
  }
  out.name = Name{token.text, token.place};
  out.prefix = token.text.substr(0, bracket);
  out.is_range = true;
  std::string_view range = token.text.substr(bracket + 1);
  const std::size_t dots = range.find("..");
  const bool is_form = range.ends_with(']') && dots != std::string_view::npos && is_id(out.prefix);
  if (!is_form) return expected("a range as in `uav-[001..040]`");
  range.remove_suffix(1);
  const std::string_view first = range.substr(0, dots), last = range.substr(dots + 2);
  const auto number = [](std::string_view text, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  if (!number(first, out.first) || !number(last, out.last) || first.size() != last.size())
    return fail(token.place,
                "both ends of a range are numbers of equal width, as in `[001..040]` [C9]");
  out.width = static_cast<std::uint32_t>(first.size());
  if (out.first > out.last)
    return fail(token.place, "a range runs upwards, from " + std::to_string(out.last) + " to " +
                                 std::to_string(out.first) + " [C9]");
  if (out.last - out.first >= range_systems_max)
    return fail(token.place, "a range of " + std::to_string(out.last - out.first + 1) +
                                 " systems; at most " + std::to_string(range_systems_max) +
                                 " (range_systems_max) [C9]");
  if (out.prefix.size() + out.width > name_bytes_max)
    return fail(token.place,
                "names of more than " + std::to_string(name_bytes_max) + " bytes (name_bytes_max)");
  next();
  return true;
}

}  // namespace keyturn
