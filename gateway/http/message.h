// The values of one HTTP exchange: methods, header fields, a complete request, a complete response.
//
// Promises: plain values, without any knowledge of sockets. A Request that a handler sees was
// admitted (admit.h): its target, fields and framing have one reading. Names compare without case,
// values are trimmed of surrounding blanks and hold printable ASCII (and tabs) only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keyturn/digest.h"

namespace keyturn {

// The methods that Keyturn knows; any other token is refused (400).
enum class Method : std::uint8_t { get, head, post, put, patch, del, options };

std::string_view method_name(Method method);
std::optional<Method> method_of(std::string_view token);  // exact, upper case

// Whether two field names are equal but for the case of ASCII letters.
bool same_name(std::string_view a, std::string_view b);

struct Field {
  std::string name;
  std::string value;
};
// A field of a head that stands in a connection's buffer: valid as long as the head is.
struct FieldView {
  std::string_view name;
  std::string_view value;
};

// The value of the only field of that name; nullopt where there is none or more than one.
std::optional<std::string_view> only_field(const std::vector<Field>& fields, std::string_view name);

// One request with its whole body, owned. `target` is `path` and, after `?`, `query`.
struct Request {
  Method method = Method::get;
  std::string target;
  std::string path;
  std::string query;       // without the `?`
  bool has_query = false;  // `/a?` has a query, an empty one
  std::string host;
  std::vector<Field> fields;  // as sent, in order, framing fields included
  std::string body;
  std::string peer;                     // the client's address, without the port
  std::optional<Digest> peer_key = {};  // of its certificate, see Head::peer_key()

  std::optional<std::string_view> field(std::string_view name) const {
    return only_field(fields, name);
  }
};

// One answer. Content-Length, Date, Connection and framing are the writer's: never put them in
// `fields`.
struct Response {
  unsigned status = 200;
  std::vector<Field> fields;
  std::string body;
  bool close = false;  // close the connection after this answer
};

// The standard phrase of a status code, RFC 9110 section 15; "" for one that we do not use.
std::string_view reason_phrase(unsigned status);

// A refusal as `application/problem+json` (RFC 9457), with the `error` object that AI SDKs read
// beside it. `code` is a short fixed token (`head-too-large`); `detail` is one line for people.
// Both are escaped here.
Response problem(unsigned status, std::string_view code, std::string_view detail);

}  // namespace keyturn
