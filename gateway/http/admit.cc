#include "gateway/http/admit.h"

#include <array>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

constexpr bool alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Classes of bytes, one table: heads are short, but every request has one.
enum : std::uint8_t { in_segment = 1, in_query = 2, in_name = 4, in_value = 8, in_host = 16 };
constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned i = 0; i < 128; ++i) {
    const char c = static_cast<char>(i);
    const bool unreserved = alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
    unsigned bits = 0;
    if (unreserved || c == ':' || c == '@') bits |= in_segment;
    if (unreserved || c == '=' || c == '&') bits |= in_query;
    // No `_`: origins that map names to variables read `X_A` and `X-A` alike.
    if (alnum(c) || c == '-') bits |= in_name;
    if ((c >= ' ' && c <= '~') || c == '\t') bits |= in_value;
    if (alnum(c) || c == '-' || c == '.') bits |= in_host;
    classes[i] = static_cast<std::uint8_t>(bits);
  }
  return classes;
}
constexpr auto classes = make_classes();

bool is(char c, std::uint8_t bits) { return (classes[static_cast<unsigned char>(c)] & bits) != 0; }
bool all(std::string_view text, std::uint8_t bits) {
  for (char c : text)
    if (!is(c, bits)) return false;
  return true;
}
bool hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr Reject bad_target{400, "target",
                            "the target must be `/` or plain segments `[A-Za-z0-9._~:@-]+` without "
                            "dot segments, escapes or a trailing slash, and a plain query"};

// Origin form with one reading: what `%2e`, `//`, `;`, `\`, `#` or case could fold into something
// else is not there to be folded [T04].
bool sound_path(std::string_view path) {
  if (path.empty() || path.front() != '/') return false;
  if (path.size() == 1) return true;
  std::size_t begin = 1;
  for (std::size_t i = 1; i <= path.size(); ++i) {
    if (i < path.size() && path[i] != '/') {
      if (!is(path[i], in_segment)) return false;
      continue;
    }
    const std::string_view segment = path.substr(begin, i - begin);
    if (segment.empty() || segment == "." || segment == "..") return false;
    begin = i + 1;
  }
  return true;
}

bool sound_query(std::string_view query) {
  for (std::size_t i = 0; i < query.size(); ++i) {
    if (is(query[i], in_query)) continue;
    if (query[i] != '%' || query.size() - i < 3 || !hex_digit(query[i + 1]) ||
        !hex_digit(query[i + 2]))
      return false;
    i += 2;
  }
  return true;
}

// `name`, `name:port`, `[v6]` or `[v6]:port`.
bool sound_host(std::string_view host) {
  if (host.empty()) return false;
  std::string_view rest;
  if (host.front() == '[') {
    const std::size_t close = host.find(']');
    if (close == std::string_view::npos || close == 1) return false;
    for (char c : host.substr(1, close - 1))
      if (!hex_digit(c) && c != ':' && c != '.') return false;
    rest = host.substr(close + 1);
  } else {
    const std::size_t colon = host.find(':');
    const std::string_view name = host.substr(0, colon);
    if (name.empty() || !all(name, in_host)) return false;
    rest = colon == std::string_view::npos ? std::string_view() : host.substr(colon);
  }
  if (rest.empty()) return true;
  if (rest.front() != ':' || rest.size() < 2 || rest.size() > 6) return false;
  for (char c : rest.substr(1))
    if (c < '0' || c > '9') return false;
  return true;
}

// Digits without a sign, a list, or leading zeros, once: `5, 5`, `+5`, `0x5` and `010` are read
// differently by different parsers.
std::optional<std::uint64_t> length_of(std::string_view text) {
  if (text.empty() || text.size() > 18 || (text.size() > 1 && text.front() == '0')) return {};
  std::uint64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return {};
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

// Whether the raw line is `Name: value` CRLF without further blanks: `chunked<TAB>` and
// `chunked<VT>` are where parsers part ways.
bool tight(std::string_view value) {
  if (value.empty()) return false;
  const char* before = value.data() - 1;
  if (*before == ' ') --before;
  return *before == ':' && value.data()[value.size()] == '\r';
}

struct Framed {
  std::optional<std::uint64_t> length;
  bool chunked = false;
};

std::optional<std::string_view> note_length(std::string_view value, Framed& framed) {
  if (framed.length || framed.chunked || !tight(value)) return "more than one length";
  framed.length = length_of(value);
  if (!framed.length) return "Content-Length is not one plain number";
  return {};
}

std::optional<std::string_view> note_coding(std::string_view value, bool http_1_0, Framed& framed) {
  if (framed.length || framed.chunked) return "more than one length";
  if (http_1_0) return "HTTP/1.0 has no Transfer-Encoding";
  if (value != "chunked" || !tight(value)) return "the only Transfer-Encoding is `chunked`";
  framed.chunked = true;
  return {};
}

// The fields that the judge looks at. Some may stand only once, because endpoints differ in which
// of two they believe, and the charter's matchers must see what the endpoint sees.
enum class Known : std::uint8_t {
  other,
  host,
  content_length,
  transfer_encoding,
  connection,
  expect,
  once,     // at most one
  refused,  // none at all
  upgrade,  // another protocol on this connection
  rereads,  // by which some servers read another method or target than the request's own
  keyturn,
};

struct KnownName {
  std::string_view name;
  Known known;
};
constexpr KnownName known_names[] = {
    {"host", Known::host},
    {"content-length", Known::content_length},
    {"transfer-encoding", Known::transfer_encoding},
    {"connection", Known::connection},
    {"expect", Known::expect},
    {"content-type", Known::once},
    {"authorization", Known::once},
    {"x-api-key", Known::once},
    {"idempotency-key", Known::once},
    {"origin", Known::once},
    {"content-encoding", Known::refused},
    {"upgrade", Known::upgrade},
    {"http2-settings", Known::upgrade},
    {"trailer", Known::refused},
    {"x-http-method-override", Known::rereads},
    {"x-http-method", Known::rereads},
    {"x-method-override", Known::rereads},
    {"x-original-url", Known::rereads},
    {"x-original-uri", Known::rereads},
    {"x-rewrite-url", Known::rereads},
    {"x-forwarded-uri", Known::rereads},
    {"x-forwarded-path", Known::rereads},
    {"x-forwarded-prefix", Known::rereads},
};
constexpr std::string_view keyturn_prefix = "keyturn-";

Known known_name(std::string_view name) {
  for (const KnownName& entry : known_names)
    if (entry.name.size() == name.size() && same_name(entry.name, name)) return entry.known;
  if (name.size() >= keyturn_prefix.size() &&
      same_name(name.substr(0, keyturn_prefix.size()), keyturn_prefix))
    return Known::keyturn;
  return Known::other;
}

Reject refuse(std::string_view code, std::string_view detail) { return {400, code, detail}; }

// What follows an upgrade would be read by nobody here: a tunnel past every rule [T06].
constexpr Reject no_upgrade{400, "upgrade",
                            "WebSocket is not supported yet, nor is any other upgrade: this "
                            "gateway speaks HTTP/1.1; send the request without `Upgrade`"};

struct Seen {
  Framed framed;
  bool host = false;
  bool connection = false;
  bool close = false;
  std::uint32_t once = 0;
};

std::optional<Reject> admit_connection(std::string_view value, bool http_1_0, Seen& seen) {
  if (seen.connection) return refuse("connection", "more than one Connection field");
  seen.connection = true;
  bool upgrade = false;
  bool sound = for_each_member(value, [&](std::string_view member) {
    upgrade = upgrade || same_name(member, "upgrade");
    if (same_name(member, "close")) {
      seen.close = true;
      return true;
    }
    return same_name(member, "keep-alive");
  });
  if (upgrade) return no_upgrade;
  // Naming another field here would have the next hop strip it: the warrant, say [T03].
  if (!sound) return refuse("connection", "Connection may name `keep-alive` and `close` only");
  if (http_1_0) seen.close = true;
  return {};
}

std::optional<Reject> admit_field(const FieldView& field, bool http_1_0, Seen& seen,
                                  HeadMeaning& meaning, KeyturnFields keyturn_fields) {
  if (!all(field.name, in_name))
    return refuse("field-name", "field names are letters, digits and `-`");
  if (!all(field.value, in_value)) return refuse("field-value", "field values are printable ASCII");
  switch (known_name(field.name)) {
    case Known::other:
      return {};
    case Known::host:
      if (seen.host || !tight(field.value) || !sound_host(field.value))
        return refuse("host", "a request has exactly one Host, a name with an optional port");
      seen.host = true;
      meaning.host = field.value;
      return {};
    case Known::content_length:
      if (auto wrong = note_length(field.value, seen.framed)) return refuse("framing", *wrong);
      return {};
    case Known::transfer_encoding:
      if (auto wrong = note_coding(field.value, http_1_0, seen.framed))
        return refuse("framing", *wrong);
      return {};
    case Known::connection:
      return admit_connection(field.value, http_1_0, seen);
    case Known::expect:
      if (meaning.expects_continue || http_1_0 || !same_name(field.value, "100-continue"))
        return Reject{417, "expect", "the only expectation is `100-continue`, once"};
      meaning.expects_continue = true;
      return {};
    case Known::once:
      for (std::size_t i = 0; i < std::size(known_names); ++i) {
        if (!same_name(known_names[i].name, field.name)) continue;
        const std::uint32_t bit = 1u << i;
        if ((seen.once & bit) != 0)
          return refuse("field-twice", "a field stands twice that may stand once");
        seen.once |= bit;
      }
      return {};
    case Known::refused:
      return refuse("field", "Content-Encoding and Trailer are not accepted");
    case Known::upgrade:
      return no_upgrade;
    case Known::rereads:
      return refuse(
          "header",
          "`x-http-method-override`, `x-original-url` and their like would change what an "
          "endpoint reads; send the request without");
    case Known::keyturn:
      if (keyturn_fields == KeyturnFields::taken) return {};
      return refuse("keyturn-field", "`Keyturn-` fields are the gateway's own");
  }
  return refuse("field", "unknown field");
}

}  // namespace

LineScan::Step LineScan::scan(std::string_view raw) {
  while (searched_ < raw.size()) {
    // A folded line is seen with its first byte, wherever the bytes were split.
    if (searched_ == line_begin_ && (raw[line_begin_] == ' ' || raw[line_begin_] == '\t'))
      return Step::bad;
    const std::size_t lf = raw.find('\n', searched_);
    if (lf == std::string_view::npos) {
      searched_ = raw.size();
      return Step::need_more;
    }
    if (lf == line_begin_ || raw[lf - 1] != '\r') return Step::bad;
    const bool blank = lf == line_begin_ + 1;
    // A blank line before the request line is skipped by some and not by others.
    if (blank && line_begin_ == 0) return Step::bad;
    if (line_begin_ == 0) first_line_bytes_ = lf + 1;
    line_begin_ = searched_ = lf + 1;
    if (!blank) continue;
    head_bytes_ = lf + 1;
    return Step::complete;
  }
  return Step::need_more;
}

std::optional<Reject> admit_request(const StartLine& line, std::span<const FieldView> fields,
                                    HeadMeaning& meaning, KeyturnFields keyturn_fields) {
  const std::optional<Method> method = method_of(line.method);
  if (!method) return refuse("method", "the methods are GET HEAD POST PUT PATCH DELETE OPTIONS");
  meaning.method = *method;

  if (line.target.size() > request_target_bytes_max)
    return Reject{414, "target-too-long", "the target is longer than request_target_bytes_max"};
  const std::size_t mark = line.target.find('?');
  meaning.path_bytes = mark == std::string_view::npos ? line.target.size() : mark;
  const bool server_wide = *method == Method::options && line.target == "*";
  if (!server_wide && !sound_path(line.target.substr(0, meaning.path_bytes))) return bad_target;
  if (mark != std::string_view::npos && !sound_query(line.target.substr(mark + 1)))
    return bad_target;

  if (fields.size() > request_fields_max)
    return Reject{431, "too-many-fields", "more fields than request_fields_max"};
  Seen seen;
  for (const FieldView& field : fields)
    if (auto reject = admit_field(field, line.http_1_0, seen, meaning, keyturn_fields))
      return reject;
  if (!seen.host)
    return refuse("host", "a request has exactly one Host, a name with an optional port");

  if (seen.framed.chunked) meaning.framing = Framing::chunked;
  if (seen.framed.length.value_or(0) > 0) {
    meaning.framing = Framing::length;
    meaning.content_length = *seen.framed.length;
  }
  // A body that one side reads and the other leaves in the pipe as the next request.
  if (meaning.framing != Framing::none && (*method == Method::get || *method == Method::head))
    return refuse("framing", "GET and HEAD have no body");
  meaning.keep_alive = !line.http_1_0 && !seen.close;
  return {};
}

std::optional<std::string_view> admit_answer(const StartLine& line,
                                             std::span<const FieldView> fields, bool to_head,
                                             AnswerMeaning& meaning) {
  if (line.status < 100 || line.status > 599) return "a status outside 100..599";
  // We never ask for an upgrade, so an answer that switches protocols is not an answer to us [T06].
  if (line.status == 101) return "101 without an upgrade";
  Framed framed;
  bool close = false;
  bool connection = false;
  for (const FieldView& field : fields) {
    for (char c : field.value)
      if ((c >= 0 && c < ' ' && c != '\t') || c == 0x7f) return "a control byte in a field";
    const Known known = known_name(field.name);
    if (known == Known::content_length) {
      if (auto wrong = note_length(field.value, framed)) return wrong;
    } else if (known == Known::transfer_encoding) {
      if (auto wrong = note_coding(field.value, line.http_1_0, framed)) return wrong;
    } else if (known == Known::connection) {
      if (connection) return "more than one Connection field";
      connection = true;
      meaning.connection = field.value;
      for_each_member(field.value, [&](std::string_view member) {
        close = close || same_name(member, "close");
        return true;
      });
    }
  }
  meaning.keep_alive = !line.http_1_0 && !close;
  meaning.has_content_length = framed.length.has_value();
  meaning.content_length = framed.length.value_or(0);

  const bool bodiless = line.status < 200 || line.status == 204;
  if (bodiless && (framed.chunked || framed.length.value_or(0) > 0))
    return "a length on an answer that has no body";
  if (bodiless || line.status == 304 || to_head)
    meaning.framing = AnswerFraming::none;
  else if (framed.chunked)
    meaning.framing = AnswerFraming::chunked;
  else if (framed.length)
    meaning.framing = *framed.length > 0 ? AnswerFraming::length : AnswerFraming::none;
  else
    meaning.framing = AnswerFraming::until_close;
  if (meaning.framing == AnswerFraming::until_close) meaning.keep_alive = false;
  return {};
}

bool hop_by_hop(std::string_view name) {
  // By length first: most names are none of these.
  switch (name.size()) {
    case 2:
      return same_name(name, "te");
    case 7:
      return same_name(name, "trailer") || same_name(name, "upgrade");
    case 10:
      return same_name(name, "connection") || same_name(name, "keep-alive");
    case 14:
      return same_name(name, "content-length");
    case 16:
      return same_name(name, "proxy-connection");
    case 17:
      return same_name(name, "transfer-encoding");
    case 18:
      return same_name(name, "proxy-authenticate");
    case 19:
      return same_name(name, "proxy-authorization");
    default:
      return false;
  }
}

}  // namespace keyturn
