// The event streams of the APIs that callers speak: how each says "still there", and how each says
// in-band that a request failed, so that its unmodified SDK raises its own typed error.
//
//   chat       OpenAI chat completions, and whatever is neither of the others:
//              `: …` and `data: {"error": {…}}`
//   responses  OpenAI responses: the same, as its `error` event
//   messages   Anthropic messages: `event: ping`, and `event: error` with {"type": "error", …}
//
// Checked against openai 6.49 (core/streaming: any event but `thread.*` whose data has an `error`
// member is raised) and @anthropic-ai/sdk 1.12 (core/streaming: `ping` is skipped, `error` raised
// with the type in error.type). Pure.
#pragma once

#include <string>
#include <string_view>

#include "gateway/authority/ending.h"
#include "gateway/http/message.h"

namespace keyturn {

enum class StreamApi : unsigned char { chat, responses, messages };

// By the request's path, and by `anthropic-version`.
StreamApi stream_api_of(const Request& request);

std::string_view keepalive(StreamApi api);

// What goes in-band: the members of the `error` object.
struct StreamError {
  unsigned status = 403;  // that the answer would have had, had the stream not begun
  std::string type, code, message;
  std::vector<Reason> reasons = {};
};
StreamError stream_error(const Ending& ending);
// The endpoint answered with no stream. An error in JSON keeps its own message, type and code; of
// anything else the message says what it was, and quotes the beginning.
StreamError stream_error(unsigned status, std::string_view content_type, std::string_view body);

// `command`: the held command's id.
std::string error_event(StreamApi api, const StreamError& error, std::string_view command);

}  // namespace keyturn
