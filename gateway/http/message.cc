#include "gateway/http/message.h"

#include <array>

namespace keyturn {
namespace {

constexpr std::array<std::string_view, 7> names = {"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};

struct Phrase {
  unsigned status;
  std::string_view text;
};
constexpr Phrase phrases[] = {
    {100, "Continue"},
    {102, "Processing"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {529, "Overloaded"},
};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// JSON string escapes; bytes beyond ASCII are left out of problem texts by their writers, and
// become `?`.
void append_quoted(std::string& out, std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += byte < 0x80 ? c : '?';
    }
  }
  out += '"';
}

}  // namespace

std::string_view method_name(Method method) { return names[static_cast<std::size_t>(method)]; }

std::optional<Method> method_of(std::string_view token) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == token) return static_cast<Method>(i);
  return {};
}

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  return true;
}

std::optional<std::string_view> only_field(const std::vector<Field>& fields,
                                           std::string_view name) {
  std::optional<std::string_view> found;
  for (const Field& field : fields) {
    if (!same_name(field.name, name)) continue;
    if (found) return {};
    found = field.value;
  }
  return found;
}

std::string_view reason_phrase(unsigned status) {
  for (const Phrase& phrase : phrases)
    if (phrase.status == status) return phrase.text;
  return "";
}

Response problem(unsigned status, std::string_view code, std::string_view detail) {
  Response response;
  response.status = status;
  response.fields.push_back({"Content-Type", "application/problem+json"});
  std::string& body = response.body;
  body = R"({"type":"about:blank","title":)";
  append_quoted(body, reason_phrase(status));
  body += ",\"status\":" + std::to_string(status) + ",\"detail\":";
  append_quoted(body, detail);
  body += R"(,"error":{"message":)";
  append_quoted(body, detail);
  body += R"(,"type":"keyturn_refusal","code":)";
  append_quoted(body, code);
  body += "}}\n";
  return response;
}

}  // namespace keyturn
