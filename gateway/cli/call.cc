#include <chrono>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <thread>

#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/http/client.h"
#include "gateway/world/files.h"
#include "keyturn/limits.h"

namespace keyturn::cli {
namespace {

constexpr std::chrono::milliseconds again{200};

Result<std::string> read_body(const std::string& file) {
  if (file.empty()) return std::string();
  if (file == "-") {
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  return read_file(file, request_body_bytes_max);
}

Result<HttpCall> first_call(const Call& options) {
  HttpCall call;
  const auto method = method_of(options.method);
  if (!method) return Error{Code::invalid, "`" + options.method + "` is not a method known here"};
  call.method = *method;
  call.url = options.url;
  for (const std::string& header : options.headers) {
    const std::size_t colon = header.find(": ");
    if (colon == std::string::npos) {
      return Error{Code::invalid, "`" + header + "` must be `name: value`"};
    }
    call.fields.push_back({header.substr(0, colon), header.substr(colon + 2)});
  }
  if (!options.token_file.empty()) {
    TRY(const SecretBytes token, read_secret_file(options.token_file, credential_bytes_max));
    std::string text(text_of(token.expose()));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    call.fields.push_back({"Authorization", "Bearer " + text});
  }
  TRY(call.tls, tls_client(options.ca, options.certificate, options.key));
  TRY(call.body, read_body(options.body_file));
  if (!options.body_file.empty() && !only_field(call.fields, "content-type")) {
    call.fields.push_back({"Content-Type", "application/json"});
  }
  return call;
}

std::string origin_of(const std::string& url) {
  const std::size_t slash = url.find('/', url.find("://") + 3);
  return url.substr(0, slash);
}

}  // namespace

// Follows the ladder as an SDK does: 303 turns into a GET of the wait URL, `x-should-retry` into
// the same request again.
int call(const Call& options) {
  auto call = first_call(options);
  if (!call.ok()) return fail(call.error());
  const HttpCall original = *call;
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(options.timeout_seconds);
  bool held = false;  // a step of the ladder was taken
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                          deadline - std::chrono::steady_clock::now())
                          .count();
    if (left <= 0) return fail("no final answer within --timeout; the command may still be held");
    call->timeout_ms = static_cast<std::uint32_t>(left);
    const auto answer = http_request(*call);
    if (!answer.ok()) {
      // A gateway that is being restarted: what is held is in its journal, and waiting can go on.
      if (!held || call->method != Method::get) return fail(answer.error());
      std::this_thread::sleep_for(again);
      continue;
    }
    if (options.follow && answer->status == 303) {
      const auto location = answer->field("location");
      if (!location || location->substr(0, 1) != "/")
        return fail("a 303 without a path to go on to");
      call->method = Method::get;
      call->url = origin_of(original.url) + std::string(*location);
      call->body.clear();
      held = true;
      continue;
    }
    if (options.follow && answer->status == 409 && answer->field("x-should-retry") == "true") {
      *call = original;
      held = false;
      continue;
    }
    std::printf("%u\n", answer->status);
    if (!options.follow) {
      for (const Field& field : answer->fields) {
        std::printf("%s: %s\n", field.name.c_str(), field.value.c_str());
      }
      std::printf("\n");
    }
    std::fwrite(answer->body.data(), 1, answer->body.size(), stdout);
    if (!answer->body.empty() && answer->body.back() != '\n') std::printf("\n");
    return answer->status < 400 ? 0 : 1;
  }
}

}  // namespace keyturn::cli
