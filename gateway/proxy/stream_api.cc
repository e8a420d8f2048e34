#include "gateway/proxy/stream_api.h"

#include <nlohmann/json.hpp>

#include "gateway/proxy/refusal.h"
#include "policy/request/json.h"

namespace keyturn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t quoted_bytes_max = 1024;

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::string text_or(const std::optional<JsonValue>& value, std::string_view otherwise) {
  if (!value || value->kind() != JsonKind::string) return std::string(otherwise);
  return std::string(value->string());
}

std::string dumped(const Json& json) {
  // ASCII on one line: no byte of the endpoint's can end the event.
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace

StreamApi stream_api_of(const Request& request) {
  if (request.field("anthropic-version") || ends_with(request.path, "/v1/messages")) {
    return StreamApi::messages;
  }
  return ends_with(request.path, "/responses") ? StreamApi::responses : StreamApi::chat;
}

std::string_view keepalive(StreamApi api) {
  return api == StreamApi::messages ? "event: ping\ndata: {\"type\": \"ping\"}\n\n"
                                    : ": the command is held\n\n";
}

StreamError stream_error(const Ending& ending) {
  return {ending.status, std::string(error_type(ending.status)), ending.code, ending.detail,
          ending.reasons};
}

StreamError stream_error(unsigned status, std::string_view content_type, std::string_view body) {
  const std::string number = std::to_string(status);
  StreamError error{status, std::string(error_type(status)), "endpoint-" + number, {}};
  if (status >= 200 && status < 300) {
    error.type = error_type(500);
    error.code = "not-a-stream";
    error.message = "the command was carried out: its endpoint answered " + number + " with `" +
                    std::string(content_type) + "`, where an event stream was asked for";
    return error;
  }
  JsonReader reader;
  if (const auto json = reader.read(body); json.ok()) {
    // {"error": {"message", "type", "code"}}, as OpenAI and Anthropic write it; {"error": "…"} and
    // {"message"}, as others do.
    const auto inner = json->member("error");
    const bool object = inner && inner->kind() == JsonKind::object;
    const JsonValue from = object ? *inner : *json;
    error.message = text_or(object ? inner->member("message") : inner, "");
    if (error.message.empty()) error.message = text_or(from.member("message"), "");
    if (object) {
      error.type = text_or(inner->member("type"), error.type);
      error.code = text_or(inner->member("code"), error.code);
    }
  }
  if (error.message.empty()) {
    error.message =
        "the endpoint answered " + number + ": " + std::string(body.substr(0, quoted_bytes_max));
  }
  return error;
}

std::string error_event(StreamApi api, const StreamError& error, std::string_view command) {
  Json inner = {{"message", error.message},
                {"type", error.type},
                {"code", error.code},
                {"status", error.status},
                {"command", command}};
  for (const Reason& reason : error.reasons) {
    inner["reasons"].push_back({{"code", reason.code}, {"text", reason.text}});
  }
  switch (api) {
    case StreamApi::messages:
      return "event: error\ndata: " + dumped({{"type", "error"}, {"error", inner}}) + "\n\n";
    case StreamApi::responses:
      // The documented event has no `error` member; the SDK raises only where there is one.
      return "event: error\ndata: " +
             dumped({{"type", "error"},
                     {"code", error.code},
                     {"message", error.message},
                     {"param", nullptr},
                     {"sequence_number", 0},
                     {"error", inner}}) +
             "\n\n";
    case StreamApi::chat:
      break;
  }
  return "data: " + dumped({{"error", inner}}) + "\n\n";
}

}  // namespace keyturn
