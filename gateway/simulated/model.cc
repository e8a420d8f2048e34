#include "gateway/simulated/model.h"

#include <nlohmann/json.hpp>
#include <sstream>

namespace keyturn {
namespace {

using Json = nlohmann::ordered_json;

Response json(unsigned status, const Json& body) {
  Response response;
  response.status = status;
  response.fields = {{"Content-Type", "application/json"}};
  response.body = body.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  return response;
}

Response wrong(unsigned status, const std::string& message) {
  return json(status, {{"error", {{"message", message}, {"type", "invalid_request_error"}}}});
}

std::uint64_t words_of(const std::string& text) {
  std::istringstream in(text);
  std::uint64_t count = 0;
  for (std::string word; in >> word;) ++count;
  return count;
}

// Sends `text` word by word, as a model's stream comes.
void stream(const std::shared_ptr<Exchange>& exchange, Json chunk, const std::string& text) {
  exchange->begin(200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}});
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    chunk["choices"][0]["delta"] = {{"content", word + " "}};
    exchange->write("data: " + chunk.dump() + "\n\n");
  }
  chunk["choices"][0]["delta"] = Json::object();
  chunk["choices"][0]["finish_reason"] = "stop";
  exchange->write("data: " + chunk.dump() + "\n\n");
  exchange->write("data: [DONE]\n\n");
  exchange->end();
}

}  // namespace

void StandInModel::handle(std::shared_ptr<Exchange> exchange) {
  const Request& request = exchange->request();
  if (request.method != Method::post || request.path != "/v1/chat/completions") {
    return exchange->respond(wrong(404, "a stand-in: only POST /v1/chat/completions"));
  }
  const Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("model") || !body["model"].is_string() ||
      !body.contains("messages") || !body["messages"].is_array()) {
    return exchange->respond(wrong(400, "`model` must be a string and `messages` an array"));
  }
  std::uint64_t prompt_words = 0;
  for (const Json& message : body["messages"]) {
    if (message.is_object() && message.contains("content") && message["content"].is_string()) {
      prompt_words += words_of(message["content"].get<std::string>());
    }
  }
  const std::string text = "I am a stand-in for " + body["model"].get<std::string>() +
                           ": no model runs here. I counted " + std::to_string(prompt_words) +
                           " words in your messages.";
  Json answer = {{"id", "chatcmpl-" + std::to_string(++answered_)},
                 {"object", "chat.completion"},
                 {"created", 0},
                 {"model", body["model"]},
                 {"choices", {{{"index", 0}, {"finish_reason", nullptr}}}}};
  if (body.contains("stream") && body["stream"] == true) {
    answer["object"] = "chat.completion.chunk";
    return stream(exchange, std::move(answer), text);
  }
  answer["choices"][0]["message"] = {{"role", "assistant"}, {"content", text}};
  answer["choices"][0]["finish_reason"] = "stop";
  const std::uint64_t answer_words = words_of(text);
  answer["usage"] = {{"prompt_tokens", prompt_words},
                     {"completion_tokens", answer_words},
                     {"total_tokens", prompt_words + answer_words}};
  exchange->respond(json(200, answer));
}

}  // namespace keyturn
