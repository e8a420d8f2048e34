#include "gateway/charter/recorded.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "keyturn/bytes.h"

namespace keyturn {
namespace {

using Json = nlohmann::json;

// What framed the recorded connection is no part of the request; a replay of it is framed anew.
constexpr std::array<std::string_view, 8> framing_fields = {
    "connection", "content-length",    "expect", "host", "keep-alive",
    "te",         "transfer-encoding", "upgrade"};

Error bad(std::string what) { return Error{Code::invalid, std::move(what)}; }

Result<std::string> text_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return bad("no `" + std::string(name) + "`");
  if (!found->is_string()) return bad("`" + std::string(name) + "` is not a string");
  return found->get<std::string>();
}

Result<std::string> optional_text(const Json& object, const char* name) {
  if (!object.contains(name)) return std::string();
  return text_member(object, name);
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// HTTP/2 records `:authority` and its like among the headers; they are the URL's.
void add_field(RecordedRequest& out, std::string name, std::string value) {
  name = lower(std::move(name));
  if (name == "host") out.host = value;
  if (name.starts_with(':') ||
      std::find(framing_fields.begin(), framing_fields.end(), name) != framing_fields.end())
    return;
  out.fields.emplace_back(std::move(name), std::move(value));
}

Result<void> read_headers(const Json& object, RecordedRequest& out) {
  const auto headers = object.find("headers");
  if (headers == object.end()) return {};
  if (headers->is_object()) {
    for (const auto& [name, value] : headers->items()) {
      if (!value.is_string()) return bad("the header `" + name + "` is not a string");
      add_field(out, name, value.get<std::string>());
    }
    return {};
  }
  if (!headers->is_array()) return bad("`headers` is neither an object nor a list");
  for (const Json& header : *headers) {
    if (!header.is_object()) return bad("a header is not an object");
    TRY(std::string name, text_member(header, "name"));
    TRY(std::string value, text_member(header, "value"));
    add_field(out, std::move(name), std::move(value));
  }
  return {};
}

// `http://host:port/path?query`: a fragment never travels.
Result<void> read_url(std::string_view url, RecordedRequest& out) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return bad("`url` is not absolute: give `target` instead");
  url = url.substr(0, url.find('#'));
  const std::size_t host = scheme + 3;
  const std::size_t path = std::min(url.find_first_of("/?", host), url.size());
  out.scheme_and_host = url.substr(0, path);
  out.host = url.substr(host, path - host);
  out.target = url.substr(path);
  if (out.target.empty() || out.target[0] == '?') out.target.insert(0, "/");
  return {};
}

Result<void> read_line_body(const Json& object, RecordedRequest& out) {
  if (object.contains("body") && object.contains("body_base64"))
    return bad("both `body` and `body_base64`");
  if (!object.contains("body_base64")) {
    TRY(out.body, optional_text(object, "body"));
    return {};
  }
  TRY(const std::string encoded, text_member(object, "body_base64"));
  auto decoded = base64_decode(encoded);
  if (!decoded.ok()) return bad("`body_base64` is not base64");
  out.body = std::move(decoded).value();
  return {};
}

Result<void> read_har_body(const Json& request, RecordedRequest& out) {
  const auto post = request.find("postData");
  if (post == request.end() || post->is_null()) return {};
  if (!post->is_object()) return bad("`postData` is not an object");
  if (!post->contains("text") && post->contains("params"))
    return bad("a body recorded as `params` alone: its bytes are not there");
  TRY(out.body, optional_text(*post, "text"));
  return {};
}

Result<RecordedRequest> request_of(const Json& object) {
  if (!object.is_object()) return bad("not an object");
  RecordedRequest out;
  const bool is_har = object.contains("request");
  const Json& request = is_har ? object["request"] : object;
  if (!request.is_object()) return bad("`request` is not an object");
  TRY(out.method, text_member(request, "method"));
  if (request.contains("url")) {
    TRY(const std::string url, text_member(request, "url"));
    CHECK_OK(read_url(url, out));
  } else {
    TRY(out.target, text_member(request, "target"));
  }
  CHECK_OK(read_headers(request, out));
  if (is_har) {
    CHECK_OK(read_har_body(request, out));
    return out;
  }
  CHECK_OK(read_line_body(request, out));
  TRY(const std::string host, optional_text(request, "host"));
  if (!host.empty()) out.host = host;
  TRY(out.principal, optional_text(request, "principal"));
  return out;
}

}  // namespace

Result<RecordedRequest> read_recorded(std::string_view json) {
  const Json object = Json::parse(json, nullptr, false);
  if (object.is_discarded()) return bad("not one JSON value");
  return request_of(object);
}

}  // namespace keyturn
